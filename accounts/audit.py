"""The one place that writes the audit."""

from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

import structlog
from django.db import models, transaction
from django.utils import timezone

from accounts import request_info
from accounts.models import AuditEvent, User
from facturamos.bulk import insert_rows

log = structlog.get_logger(__name__)

COLUMNS = (
    *("at", "action", "actor_id", "actor", "target_type", "target_id", "target", "data"),
    *("ip", "request_id"),
)


class Target(NamedTuple):
    """A row that something was done to, as the audit names it."""

    type: str
    id: int
    text: str

    @classmethod
    def of(cls, row: models.Model) -> "Target":
        """The row's own."""
        return cls(row._meta.label_lower, row.pk, str(row))


def record(action: str, *, by: User | None, target: models.Model, **data: Any) -> None:
    """Write who (`by`; None is the program itself) did what to which row.

    `data` is kept as JSON: what the row said before and after, amounts as text. Call it inside the
    transaction of the change, so that both or neither are there.
    """
    record_all(action, by=by, events=[(Target.of(target), data)])


def record_all(
    action: str, *, by: User | None, events: Iterable[tuple[Target, dict[str, Any]]]
) -> None:
    """As `record`, for many rows at once: each with its data."""
    info = request_info.current.get()
    now = timezone.now()
    who = (by.pk, by.username) if by else (None, "el portal")
    where = (info.ip, info.request_id)
    rows = [
        (now, action, *who, target.type, str(target.id), target.text[:255], data, *where)
        for target, data in events
    ]
    if rows:
        insert_rows(AuditEvent, COLUMNS, rows)
        # Ids only: names and RFCs stay in the audit.
        told = {"target": rows[0][4], "target_id": rows[0][5], "count": len(rows)}
        tell = partial(log.info, "audit", action=action, actor_id=who[0], **told)
        transaction.on_commit(tell, robust=True)
