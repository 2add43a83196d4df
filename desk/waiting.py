"""What needs a person now: counted, with the oldest of each kind and its clock.

One query for each kind that the person may see, whatever the number of rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet, Window
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from desk.clock import Clock
from facturamos.models import OutboxMessage
from facturamos.money import format_money
from facturamos.texts.in_force import in_force, read_once
from payments.balances import RECENT_DAYS, overpaid_lately, partly_paid
from payments.models import Constancia, InvoiceRequest, PaymentProof
from reconciliation.models import DepositClaim, Movement

SHOWN = 3
CONSTANCIAS = "admin:payments_constancia_changelist"
CONSTANCIA = "admin:payments_constancia_change"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits: its name, its page and its clock."""

    name: str
    url: str
    clock: Clock


@dataclass(frozen=True, slots=True)
class Card:
    """One kind of work: how many wait (the list at `url` has just as many), the oldest first."""

    title: str
    url: str
    count: int
    oldest: tuple[Item, ...]

    @property
    def urgency(self) -> tuple[bool, datetime]:
        """What was promised first comes first, then what only grows old."""
        clock = self.oldest[0].clock
        return clock.due is None, clock.due or clock.since


def work_for(user: User, now: datetime) -> list[Card]:
    """The cards of all that the person may see, the most urgent first; the empty ones last."""
    with read_once():
        cards = [ask(now) for permission, ask in KINDS if user.has_perm(permission)]
    full = sorted((card for card in cards if card.count), key=lambda card: card.urgency)
    return full + [card for card in cards if not card.count]


def _proofs(now: datetime) -> Card:
    rows = PaymentProof.objects.in_review().select_related("constancia")
    return _card(
        "Comprobantes por revisar",
        _address("admin:payments_paymentproof_changelist"),
        rows.order_by("sent_at", "pk"),
        lambda row: Item(
            str(row.constancia),
            _address("admin:payments_paymentproof_change", row.pk),
            promised(row.sent_at, now),
        ),
    )


def _deposits(now: datetime) -> Card:
    rows = Movement.objects.for_a_person().select_related("statement")
    return _card(
        "Depósitos por decidir",
        _address("admin:reconciliation_movement_changelist"),
        rows.order_by("statement_id", "pk"),
        lambda row: Item(
            f"{row.printed_amount} del {row.date:%d/%m/%Y}",
            _address("admin:reconciliation_movement_change", row.pk),
            promised(row.statement.uploaded_at, now),
        ),
    )


def _claims(now: datetime) -> Card:
    rows = DepositClaim.objects.filter(state=DepositClaim.State.OPEN).select_related("customer")
    return _card(
        "Depósitos que reclaman los clientes",
        _address("admin:reconciliation_depositclaim_changelist"),
        rows.order_by("made_at", "pk"),
        lambda row: Item(
            f"{format_money(row.amount)} de {row.customer.legal_name}",
            _address("admin:reconciliation_depositclaim_change", row.pk),
            promised(row.made_at, now),
        ),
    )


def _invoices(now: datetime) -> Card:
    rows = InvoiceRequest.objects.pending().select_related("constancia")
    rows = rows.annotate(turn_at=Greatest("requested_at", "constancia__paid_at"))
    return _card(
        "Facturas por emitir",
        _address("admin:payments_invoicerequest_changelist") + "?estado=pending",
        rows.order_by("turn_at", "pk"),
        lambda row: Item(
            str(row.constancia),
            _address("admin:payments_invoicerequest_change", row.pk),
            promised(row.turn_at, now),
        ),
    )


def _mails(now: datetime) -> Card:
    return _card(
        "Correos detenidos",
        _address("admin:facturamos_outboxmessage_changelist") + "?state__exact=parked",
        OutboxMessage.objects.filter(state=OutboxMessage.State.PARKED).order_by("created_at", "pk"),
        lambda row: Item(
            f"{row.subject}, para {', '.join(row.to)}",
            _address("admin:facturamos_outboxmessage_change", row.pk),
            promised(row.created_at, now),
        ),
    )


def _expiring(now: datetime) -> Card:
    rows = Constancia.objects.expiring(timezone.localdate(now), settings.EXPIRES_SOON_DAYS)
    return _card(
        "Referencias por vencer",
        _address(CONSTANCIAS) + "?pendiente=por-vencer",
        rows.order_by("expires_on", "pk"),
        lambda row: Item(
            str(row),
            _address(CONSTANCIA, row.pk),
            Clock(row.issued_at, _end_of(row.expires_on), now),
        ),
    )


def _short(now: datetime) -> Card:
    return _card(
        "Vencidas con una parte pagada",
        _address(CONSTANCIAS) + "?pendiente=en-parte",
        partly_paid(timezone.localdate(now)),
        lambda row: Item(
            f"{row}: faltan {format_money(row.missing)}",
            _address(CONSTANCIA, row.pk),
            Clock(_end_of(row.expires_on), None, now),
        ),
    )


def _over(now: datetime) -> Card:
    return _card(
        f"Con saldo a favor, de los últimos {RECENT_DAYS} días",
        _address(CONSTANCIAS) + "?pendiente=a-favor",
        overpaid_lately(now).order_by("paid_at", "pk"),
        lambda row: Item(
            f"{row}: sobran {format_money(row.over)}",
            _address(CONSTANCIA, row.pk),
            Clock(row.paid_at, None, now),
        ),
    )


KINDS: list[tuple[str, Callable[[datetime], Card]]] = [
    ("payments.view_paymentproof", _proofs),
    ("reconciliation.view_movement", _deposits),
    ("reconciliation.view_depositclaim", _claims),
    ("payments.view_invoicerequest", _invoices),
    ("payments.view_constancia", _expiring),
    ("payments.view_constancia", _short),
    ("payments.view_constancia", _over),
    ("facturamos.view_outboxmessage", _mails),
]


def promised(since: datetime, now: datetime) -> Clock:
    """The clock of what the company promised to do within its hours."""
    return Clock(since, since + timedelta(hours=in_force().contacts.promise_hours), now)


def _card(title: str, url: str, rows: QuerySet[Any], item: Callable[[Any], Item]) -> Card:
    """The first of the rows, in their order, with the number of all of them: one query."""
    oldest = list(rows.annotate(of_all=Window(Count("*")))[:SHOWN])
    return Card(
        title=title,
        url=url,
        count=oldest[0].of_all if oldest else 0,
        oldest=tuple(item(row) for row in oldest),
    )


def _address(name: str, *args: object) -> str:
    return reverse(name, args=args)


def _end_of(day: Any) -> datetime:
    """The last moment of a day on the company's clock."""
    return timezone.make_aware(datetime.combine(day, time.max)).astimezone(UTC)
