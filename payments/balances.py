"""Constancias whose money does not come out even, and which nobody else closes."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F
from django.db.models.functions import Round
from django.utils import timezone

from payments.models import Constancia, Payment, paid_for_each
from payments.models.constancia import ConstanciaQuerySet

# So many days a balance in favour counts as news: nothing closes it by itself.
RECENT_DAYS = 30


def overpaid() -> ConstanciaQuerySet:
    """Those whose payments exceed their total, with `paid` and `over` (MXN); the most first."""
    rows = Constancia.objects.with_paid().filter(status=Constancia.Status.PAID)
    rows = rows.annotate(over=Round(F("paid") - F("total"), 2)).filter(over__gt=0)
    return rows.order_by("-over", "pk")


def overpaid_lately(now: datetime | None = None) -> ConstanciaQuerySet:
    """Those of `overpaid` whose money was confirmed in the last RECENT_DAYS."""
    since = (now or timezone.now()) - timedelta(days=RECENT_DAYS)
    recent = Payment.objects.filter(recorded_at__gte=since)
    return overpaid().filter(pk__in=recent.values("constancia"))


def partly_paid(today: date) -> ConstanciaQuerySet:
    """Those whose last day is over with only a part paid, with `paid`; the oldest first.

    The sweep leaves them open, for a person decides about that money: what expired has none.
    """
    rows: Any = Constancia.objects.overdue(today)
    rows = rows.annotate(paid=paid_for_each()).filter(paid__gt=0)
    found: ConstanciaQuerySet = rows.order_by("expires_on", "pk")
    return found
