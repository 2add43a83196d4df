"""The portal with its lock taken away: what the race tests are measured against.

Served by gunicorn in place of `facturamos.wsgi`. Rows are not locked on PostgreSQL, transactions
are not IMMEDIATE on SQLite, and a pause stands where the race is, between looking and writing.
"""

import time

from django.conf import settings
from django.db.models import QuerySet

from facturamos.wsgi import application
from payments import references, services


def _slow_reference() -> str:
    time.sleep(0.5)  # long enough for the others to have looked, however slow the machine
    return references.new_reference()


def _unlocked(rows: QuerySet, *args: object, **kwargs: object) -> QuerySet:
    return rows


options = settings.DATABASES["default"]["OPTIONS"]
if "transaction_mode" in options:
    options["transaction_mode"] = "DEFERRED"

QuerySet.select_for_update = _unlocked  # type: ignore[assignment,method-assign]
vars(services)["new_reference"] = _slow_reference

__all__ = ["application"]
