"""What happened in a month, read from the books: each list with one query."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from django.db.models import F, Q, Sum
from django.db.models.functions import Round
from django.utils import timezone

from desk.month import Month, Share, shares
from facturamos.money import to_cents
from payments.models import Constancia, InvoiceRequest, Payment
from payments.references import format_reference
from reconciliation.models import Movement


@dataclass(frozen=True, slots=True)
class Money:
    """A payment confirmed in the month, or one that was taken back (its share negative)."""

    at: datetime
    paid_on: date
    reference: str
    rfc: str
    customer: str
    rate: Decimal
    share: Share
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """A constancia to which something happened in the month: the days, where they are of it."""

    reference: str
    rfc: str
    customer: str
    total: Decimal
    status: str
    issued: date | None
    paid: date | None
    expired: date | None
    cancelled: date | None


@dataclass(frozen=True, slots=True)
class Deposit:
    """Money that the bank's statements show in the month."""

    day: date
    amount: Decimal
    currency: str
    text: str
    payer: str
    tracking_key: str
    state: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice that somebody asked for."""

    reference: str
    rfc: str
    name: str
    subtotal: Decimal
    iva: Decimal
    total: Decimal
    requested: date
    issued: date | None
    uuid: str
    state: str


@dataclass(frozen=True, slots=True)
class Balance:
    """A constancia that had received more than its total when the month ended."""

    reference: str
    rfc: str
    customer: str
    total: Decimal
    paid: Decimal
    over: Decimal


@dataclass(frozen=True, slots=True)
class Pack:
    """The month."""

    month: Month
    payments: list[Money]
    reversals: list[Money]
    slips: list[Slip]
    deposits: list[Deposit]
    pending: list[Invoice]
    issued: list[Invoice]
    balances: list[Balance]


def read_month(month: Month) -> Pack:
    """The pack of a month on the company's clock."""
    start, end = month.bounds(timezone.get_default_timezone())
    payments, reversals = _money(start, end)
    invoices = InvoiceRequest.objects.select_related("constancia").order_by("requested_at", "pk")
    waiting = invoices.filter(Q(issued_at=None) | Q(issued_at__gte=end), requested_at__lt=end)
    return Pack(
        month=month,
        payments=payments,
        reversals=reversals,
        slips=list(_slips(start, end)),
        deposits=list(_deposits(month)),
        pending=[_invoice(row) for row in waiting.with_effect()],
        issued=[_invoice(row) for row in invoices.filter(issued_at__gte=start, issued_at__lt=end)],
        balances=list(_balances(end)),
    )


def _money(start: datetime, end: datetime) -> tuple[list[Money], list[Money]]:
    """The month's payments and those taken back in it, each in the order in which it happened.

    Every payment of their constancias is read, from the first, as each share follows from what
    stood before it.
    """
    touched = Payment.objects.filter(
        Q(recorded_at__gte=start, recorded_at__lt=end)
        | Q(reversal__reverted_at__gte=start, reversal__reverted_at__lt=end)
    )
    rows = (
        Payment.objects.filter(
            constancia__in=touched.order_by().values("constancia"), recorded_at__lt=end
        )
        .select_related("constancia", "recorded_by", "reversal__reverted_by")
        .order_by("constancia", "pk")
    )
    payments: list[Money] = []
    reversals: list[Money] = []
    for _, group in groupby(rows, key=lambda row: row.constancia_id):
        for money in _shared(list(group), end):
            if money.at >= start:
                (reversals if money.reason else payments).append(money)
    return sorted(payments, key=_when), sorted(reversals, key=_when)


def _when(money: Money) -> tuple[datetime, str]:
    return money.at, money.reference


def _shared(rows: list[Payment], end: datetime) -> Iterator[Money]:
    """The payments of one constancia and what was taken back of them before the moment."""
    steps = [(row.recorded_at, row.pk, row.amount, row) for row in rows]
    for row in rows:
        reversal = getattr(row, "reversal", None)
        if reversal and reversal.reverted_at < end:
            steps.append((reversal.reverted_at, row.pk, -row.amount, row))
    # At the same moment, money comes before it goes.
    steps.sort(key=lambda step: (step[0], step[2] < 0, step[1]))
    constancia = rows[0].constancia
    parts = shares(
        total=constancia.total, iva=constancia.iva, changes=[amount for _, _, amount, _ in steps]
    )
    for (at, _, amount, row), share in zip(steps, parts, strict=True):
        back = amount < 0
        yield Money(
            at=at,
            paid_on=row.paid_on,
            reference=constancia.printed_reference,
            rfc=constancia.customer_rfc,
            customer=constancia.customer_name,
            rate=constancia.iva_rate,
            share=share,
            by=str(row.reversal.reverted_by if back else row.recorded_by),
            reason=row.reversal.reason if back else "",
        )


def _slips(start: datetime, end: datetime) -> Iterator[Slip]:
    moments = ("issued_at", "paid_at", "expired_at", "cancelled_at")
    happened = Q()
    for name in moments:
        happened |= Q(**{f"{name}__gte": start, f"{name}__lt": end})
    for row in Constancia.objects.filter(happened).order_by("issued_at", "pk"):
        days = [
            timezone.localdate(at) if at and start <= at < end else None
            for at in (getattr(row, name) for name in moments)
        ]
        yield Slip(
            row.printed_reference,
            row.customer_rfc,
            row.customer_name,
            row.total,
            row.get_status_display(),
            *days,
        )


def _deposits(month: Month) -> Iterator[Deposit]:
    rows = Movement.objects.filter(date__range=(month.first, month.last), amount__gt=0)
    for row in rows.exclude(state=Movement.State.VOID).order_by("date", "pk"):
        yield Deposit(
            day=row.date,
            amount=row.amount,
            currency=row.currency,
            text=row.description,
            payer=row.payer_name,
            tracking_key=row.tracking_key,
            state=row.get_state_display(),
            verdict=row.get_verdict_display(),
        )


def _invoice(row: InvoiceRequest) -> Invoice:
    constancia = row.constancia
    return Invoice(
        reference=constancia.printed_reference,
        rfc=row.rfc,
        name=row.name,
        subtotal=constancia.subtotal,
        iva=constancia.iva,
        total=constancia.total,
        requested=timezone.localdate(row.requested_at),
        issued=timezone.localdate(row.issued_at) if row.issued_at else None,
        uuid=str(row.uuid or ""),
        state=row.state,
    )


def _balances(end: datetime) -> Iterator[Balance]:
    """As the books stood at that moment, whatever was taken back since."""
    stood = Q(reversal=None) | Q(reversal__reverted_at__gte=end)
    rows = (
        Payment.objects.filter(stood, recorded_at__lt=end)
        .order_by()
        .values(
            "constancia__reference",
            "constancia__customer_rfc",
            "constancia__customer_name",
            "constancia__total",
        )
        .annotate(paid=Sum("amount"), over=Round(Sum("amount") - F("constancia__total"), 2))
        .filter(over__gt=0)
        .order_by("-over", "constancia__reference")
    )
    for row in rows:
        yield Balance(
            reference=format_reference(row["constancia__reference"]),
            rfc=row["constancia__customer_rfc"],
            customer=row["constancia__customer_name"],
            total=row["constancia__total"],
            paid=to_cents(row["paid"]),
            over=to_cents(row["over"]),
        )
