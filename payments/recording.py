"""The rules about money that came: recording deposits, one or many at once.

The desk of CxC, an import of the bank's statement and a test all pass here. The number of queries
does not grow with the deposits.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts import audit
from accounts.audit import Target
from accounts.models import User
from facturamos.bulk import insert_rows, next_ids
from facturamos.money import format_money
from payments import mails
from payments.models import Constancia, Payment, PaymentProof
from payments.models.constancia import is_overdue
from payments.references import format_reference
from payments.services import NotPayableError, cancel_locked
from payments.two_people import two_people_problem
from renewals.models import Quote
from renewals.services import (
    hold_quotes,
    renew_quotes,
    unlock_version_4,
)


@dataclass(frozen=True, slots=True)
class Deposit:
    """What a person of CxC saw at the bank: amount in MXN, and the day.

    `seen_paid` is what had been paid before, as they saw it, so that two people who confirm the
    same deposit at once record it once. `brought_by` is who (id) loaded the statement that shows
    the deposit; None when it is confirmed by hand. `reason` is why, when that is not plain.
    """

    constancia_id: int
    amount: Decimal
    paid_on: date
    seen_paid: Decimal
    brought_by: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one deposit: its payment's id, or the sentence why there is none."""

    constancia_id: int
    customer_id: int
    payment_id: int | None = None
    refusal: str = ""


@dataclass(slots=True)
class Standing:
    """What recording has to know of a constancia, and changes before it is written."""

    id: int
    quote_id: int
    customer_id: int
    reference: str
    customer_name: str
    issued_on: date
    expires_on: date
    total: Decimal
    status: str
    paid: Decimal

    @property
    def name(self) -> str:
        """For a sentence."""
        return f"La constancia {format_reference(self.reference)}"

    @property
    def target(self) -> Target:
        """As the audit names it."""
        text = f"{format_reference(self.reference)} · {self.customer_name}"
        return Target(Constancia._meta.label_lower, self.id, text)

    def is_overdue(self, today: date) -> bool:
        """Whether it is open although its last day is over."""
        return is_overdue(self.status, self.expires_on, today)


COLUMNS = [
    TruncDate("issued_at") if field.name == "issued_on" else field.name
    for field in fields(Standing)
]


def record_payment(*, deposit: Deposit, by: User) -> Constancia:
    """Record a deposit against its constancia; when the sum reaches the total, it is paid.

    Paying renews the quote and unlocks version 4.0. Returns the constancia as it is afterwards.

    A deposit made before the constancia expired counts although it is confirmed afterwards.

    Raises NotPayableError when it is already paid or cancelled, or was deposited after it expired,
    when somebody else recorded a payment meanwhile, or when the day is impossible.
    """
    [outcome] = record_payments(deposits=[deposit], by=by)
    if outcome.refusal:
        raise NotPayableError(outcome.refusal)
    return Constancia.objects.get(pk=deposit.constancia_id)


@transaction.atomic
def record_payments(*, deposits: Sequence[Deposit], by: User) -> list[Outcome]:
    """Record deposits in their order, each by the rules of `record_payment`; an outcome for each.

    One that cannot be recorded does not hold up the others.
    """
    rows = lock_constancias({deposit.constancia_id for deposit in deposits})
    refusals = [_take(rows[deposit.constancia_id], deposit, rows, by) for deposit in deposits]
    taken = [each for each, refusal in zip(deposits, refusals, strict=True) if not refusal]
    ids = iter(_write(taken, rows, by))
    return [
        Outcome(
            deposit.constancia_id,
            rows[deposit.constancia_id].customer_id,
            payment_id=None if refusal else next(ids),
            refusal=refusal,
        )
        for deposit, refusal in zip(deposits, refusals, strict=True)
    ]


def lock_constancias(ids: Collection[int]) -> dict[int, Standing]:
    """The constancias as they are; their quotes are locked first, always, and in order."""
    quotes = Constancia.objects.filter(pk__among=ids).order_by().values("quote_id")
    locked = Quote.objects.select_for_update().filter(pk__in=quotes).order_by("pk")
    list(locked.values_list("pk"))
    found = Constancia.objects.with_paid().filter(pk__among=ids).order_by()
    return {row[0]: Standing(*row) for row in found.values_list(*COLUMNS)}


def _take(constancia: Standing, deposit: Deposit, rows: Mapping[int, Standing], by: User) -> str:
    """Count the deposit on the constancia in hand, which is written later; or why it cannot be."""
    if refusal := _refusal(constancia, deposit, by):
        return refusal
    if constancia.status == Constancia.Status.EXPIRED:
        try:
            _reopen(constancia, rows, by)
        except NotPayableError as error:
            return str(error)
    constancia.paid += deposit.amount
    if constancia.paid >= constancia.total:
        constancia.status = Constancia.Status.PAID
    return ""


def _refusal(constancia: Standing, deposit: Deposit, by: User) -> str:
    if constancia.status not in Constancia.TAKES_DEPOSITS:
        status = Constancia.Status(constancia.status).label
        return f"{constancia.name} está {status}; no se registró ningún pago."
    if constancia.paid != deposit.seen_paid:
        return (
            f"{constancia.name} recibió otro pago mientras usted confirmaba: lleva "
            f"{format_money(constancia.paid)} de {format_money(constancia.total)}. "
            "No se registró nada; revise el banco y confirme de nuevo si hace falta."
        )
    problem = deposit_date_problem(constancia, deposit.paid_on) or two_people_problem(
        # With what it received before: a large deposit in small pieces is a large one.
        constancia.paid + deposit.amount,
        by=by.pk,
        brought_by=deposit.brought_by,
    )
    return f"{constancia.name}: {problem[0].lower()}{problem[1:]}" if problem else ""


def deposit_date_problem(constancia: Constancia | Standing, paid_on: date) -> str:
    """What is wrong with the day of a deposit, as a sentence; empty when nothing is.

    The last day counts whether or not the sweep has come by; what completes a payment in part may
    come later. Asks `paid` from `with_paid`.
    """
    if paid_on > timezone.localdate():
        return "La fecha del depósito todavía no llega; revísela."
    if paid_on < constancia.issued_on:
        return "La fecha del depósito es anterior a la constancia; revísela."
    if paid_on > constancia.expires_on and not constancia.paid:
        return (
            "El depósito se hizo después de que venció la constancia, así que no puede confirmarse "
            "con ella. Pida al cliente que genere otra, o resuélvalo con su administrador."
        )
    return ""


@transaction.atomic
def _reopen(constancia: Standing, rows: Mapping[int, Standing], by: User) -> None:
    """An expired one, paid in time; an unpaid one that followed it gives way. Seldom needed.

    `rows`: those of the same batch, which may have taken money that is not written yet.
    """
    newer = Constancia.objects.standing().filter(quote=constancia.quote_id).first()
    in_hand = rows.get(newer.pk) if newer else None
    if newer and ((in_hand and in_hand.paid) or not cancel_locked(newer, by)):
        raise NotPayableError(
            f"{constancia.name} venció y la que siguió, {newer.printed_reference}, ya recibió un "
            "pago. No se registró nada; escriba a su administrador para decidir a cuál corresponde "
            "este depósito."
        )
    if in_hand:
        in_hand.status = Constancia.Status.CANCELLED
    if not hold_quotes(quotes=[constancia.quote_id]):
        raise NotPayableError(
            f"La cotización de la constancia {format_reference(constancia.reference)} cambió "
            "mientras usted confirmaba. No se registró nada; revise su estado."
        )
    Constancia.objects.filter(pk=constancia.id, status=Constancia.Status.EXPIRED).update(
        status=Constancia.Status.OPEN, expired_at=None
    )
    constancia.status = Constancia.Status.OPEN
    audit.record_all("constancia.reopened", by=by, events=[(constancia.target, {})])


def _write(deposits: Sequence[Deposit], rows: Mapping[int, Standing], by: User) -> list[int]:
    """The payments and all that follows from them; returns the payments' ids."""
    if not deposits:
        return []
    ids = next_ids(Payment, len(deposits))
    now = timezone.now()
    insert_rows(
        Payment,
        ("id", "constancia_id", "amount", "paid_on", "recorded_at", "recorded_by_id"),
        [
            (id_, deposit.constancia_id, deposit.amount, deposit.paid_on, now, by.pk)
            for id_, deposit in zip(ids, deposits, strict=True)
        ],
    )
    audit.record_all(
        "payment.recorded",
        by=by,
        events=[
            (
                rows[deposit.constancia_id].target,
                _facts(id_, deposit),
            )
            for id_, deposit in zip(ids, deposits, strict=True)
        ],
    )
    touched = [rows[key] for key in dict.fromkeys(each.constancia_id for each in deposits)]
    paid = [each for each in touched if each.paid >= each.total]
    _mark_paid(paid, by)
    mails.payments_confirmed(constancias=paid, paid_at=now)
    short = [each for each in touched if each.paid < each.total]
    mails.payments_short(constancias=short, recorded_at=now)
    return ids


def _facts(payment: int, deposit: Deposit) -> dict[str, Any]:
    """What the audit keeps of a payment."""
    facts = {"payment": payment, "amount": str(deposit.amount), "paid_on": str(deposit.paid_on)}
    return facts | ({"reason": deposit.reason} if deposit.reason else {})


def _mark_paid(constancias: Sequence[Standing], by: User) -> None:
    """Those whose sum reached the total. The lock on their quotes keeps every count right."""
    if not constancias:
        return
    ids, now = [each.id for each in constancias], timezone.now()
    marked = Constancia.objects.filter(pk__among=ids, status=Constancia.Status.OPEN).update(
        status=Constancia.Status.PAID, paid_at=now, paid_by=by
    )
    PaymentProof.objects.in_review().filter(constancia__among=ids).update(settled_at=now)
    renewed = renew_quotes(quotes=[each.quote_id for each in constancias])
    if not marked == renewed == len(constancias):
        raise NotPayableError(
            "Una de las constancias o su cotización cambió mientras usted confirmaba. "
            "No se registró nada; revise su estado y confirme de nuevo."
        )
    audit.record_all("constancia.paid", by=by, events=[(each.target, {}) for each in constancias])
    unlock_version_4(customers={each.customer_id for each in constancias}, by=by)
