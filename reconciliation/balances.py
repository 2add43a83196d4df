"""Constancias whose money does not come out even, and which nobody else closes."""

from datetime import date

from django.db.models import F
from django.db.models.functions import Round

from payments.models import Constancia, has_money
from payments.models.constancia import ConstanciaQuerySet


def overpaid() -> ConstanciaQuerySet:
    """Those whose payments exceed their total, with `paid` and `over` (MXN); the most first."""
    rows = Constancia.objects.with_paid().filter(status=Constancia.Status.PAID)
    rows = rows.annotate(over=Round(F("paid") - F("total"), 2)).filter(over__gt=0)
    return rows.order_by("-over", "pk")


def partly_paid(today: date) -> ConstanciaQuerySet:
    """Those whose last day is over with only a part paid, with `paid`; the oldest first.

    The sweep leaves them open: a person decides about that money.
    """
    rows = Constancia.objects.with_paid().filter(
        has_money(), status__in=Constancia.TAKES_DEPOSITS, expires_on__lt=today
    )
    return rows.order_by("expires_on", "pk")
