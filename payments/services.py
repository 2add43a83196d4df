"""The rules about constancias and their payments. Every change of either passes here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from facturamos.money import ZERO, format_money
from payments.bank_accounts import account_in_force
from payments.models import Constancia, ConstanciaLine, Payment
from payments.references import new_reference
from renewals.models import Quote, QuoteLine
from renewals.pricing import Selection, select
from renewals.services import (
    current_iva_rate,
    hold_quote,
    release_quote,
    renew_quote,
    unlock_version_4,
)

REFERENCE_ATTEMPTS = 20


class PaymentsError(Exception):
    """What was asked cannot be done. The message is a sentence for whoever asked."""


class QuoteClosedError(PaymentsError):
    """The quote cannot be turned into a constancia any more."""


class TotalChangedError(PaymentsError):
    """The total is not the one the customer saw."""


class NoBankAccountError(PaymentsError):
    """There is no account in force to pay into."""


class NotPayableError(PaymentsError):
    """The constancia does not wait for this payment."""


@transaction.atomic
def issue_constancia(
    *, quote: Quote, picked: Collection[int], seen_total: Decimal | None, by: User
) -> Constancia:
    """Turn the picked lines (ids) of the quote into a frozen constancia with its reference.

    Pressing twice, in two tabs or after going back returns the constancia that is already there.
    `seen_total` is the total on the page the customer accepted, if it said one.

    Raises QuoteClosedError (expired), TotalChangedError, NoBankAccountError, and
    `pricing.SelectionError` for a pick that cannot be paid for.
    """
    quote = Quote.objects.select_for_update().select_related(None).get(pk=quote.pk)
    today = timezone.localdate()
    standing = Constancia.objects.standing().filter(quote=quote).first()
    if standing and standing.is_overdue(today) and _expire(standing):
        quote.refresh_from_db()
    elif standing:
        return standing
    if quote.status != Quote.Status.OPEN or quote.has_expired(today):
        raise QuoteClosedError("La cotización ya no está vigente; pida una nueva a ventas.")
    lines = list(quote.lines.select_related("product"))
    selection = select(lines, picked, current_iva_rate())
    if seen_total is not None and seen_total != selection.totals.total:
        raise TotalChangedError(
            f"El total no coincide con su cotización: es {format_money(selection.totals.total)}. "
            "No se generó nada; revise el importe y acepte de nuevo."
        )
    account = account_in_force()
    if account is None:
        raise NoBankAccountError(
            "Por el momento no podemos generar su constancia porque falta la cuenta de depósito. "
            "Su selección no se perdió; escríbanos a ventas y lo resolvemos."
        )
    draft = Constancia(
        quote=quote,
        customer=quote.customer,
        customer_name=quote.customer.legal_name,
        customer_rfc=quote.customer.rfc,
        issued_by=by,
        expires_on=today + timedelta(days=settings.CONSTANCIA_DAYS),
        iva_rate=selection.totals.rate,
        subtotal=selection.totals.subtotal,
        iva=selection.totals.iva,
        total=selection.totals.total,
        beneficiary=account.beneficiary,
        bank_name=account.bank_name,
        account_number=account.account_number,
        clabe=account.clabe,
    )
    constancia = _save_with_reference(draft)
    _freeze_lines(constancia, lines, selection)
    hold_quote(quote=quote)
    audit.record("constancia.issued", by=by, target=constancia, total=str(constancia.total))
    return constancia


def _save_with_reference(draft: Constancia) -> Constancia:
    """Save under a reference nobody has had; the constraint decides, not a look beforehand."""
    for _ in range(REFERENCE_ATTEMPTS):
        draft.reference = new_reference()
        try:
            with transaction.atomic():
                draft.save(force_insert=True)
        except IntegrityError:
            if not Constancia.objects.filter(reference=draft.reference).exists():
                raise  # something else is wrong, and trying again would hide it
        else:
            return draft
    raise PaymentsError(
        "No fue posible asignar una referencia. Inténtelo de nuevo; si se repite, escríbanos."
    )


def _freeze_lines(constancia: Constancia, lines: Sequence[QuoteLine], selection: Selection) -> None:
    ConstanciaLine.objects.bulk_create(
        ConstanciaLine(
            constancia=constancia,
            position=line.position,
            code=line.product.code,
            quantity=line.quantity,
            description=line.description,
            included=line.pk in selection.picked,
            unit_price=line.unit_price,
            amount=line.amount if line.pk in selection.picked else ZERO,
        )
        for line in lines
    )


@dataclass(frozen=True, slots=True)
class Deposit:
    """What a person of CxC saw at the bank: amount in MXN, and the day.

    `seen_paid` is what the page said had been paid before, so that two people who confirm the same
    deposit at once record it once.
    """

    constancia_id: int
    amount: Decimal
    paid_on: date
    seen_paid: Decimal


@transaction.atomic
def record_payment(*, deposit: Deposit, by: User) -> Constancia:
    """Record a deposit against its constancia; when the sum reaches the total, it is paid.

    Paying renews the quote and unlocks version 4.0. Returns the constancia as it is afterwards.

    A deposit made before the constancia expired counts although it is confirmed afterwards.

    Raises NotPayableError when it is already paid or cancelled, or was deposited after it expired,
    when somebody else recorded a payment meanwhile, or when the day is impossible.
    """
    quote_id = Constancia.objects.values_list("quote_id", flat=True).get(pk=deposit.constancia_id)
    Quote.objects.select_for_update().get(pk=quote_id)  # the parent first, always
    constancia = Constancia.objects.with_paid().get(pk=deposit.constancia_id)
    _check_payable(constancia, deposit)
    if not constancia.is_open:
        _reopen(constancia, by)
    payment = Payment.objects.create(
        constancia=constancia, amount=deposit.amount, paid_on=deposit.paid_on, recorded_by=by
    )
    audit.record(
        "payment.recorded",
        by=by,
        target=constancia,
        payment=payment.pk,
        amount=str(deposit.amount),
        paid_on=str(deposit.paid_on),
    )
    if deposit.seen_paid + deposit.amount >= constancia.total:
        _mark_paid(constancia, by)
    constancia.refresh_from_db()
    return constancia


def deposit_date_problem(constancia: Constancia, paid_on: date) -> str:
    """What is wrong with the day of a deposit, as a sentence; empty when nothing is.

    The last day counts whether or not the sweep has come by; what completes a payment in part may
    come later. Asks `paid` from `with_paid`.
    """
    if paid_on > timezone.localdate():
        return "La fecha del depósito todavía no llega; revísela."
    if paid_on < timezone.localdate(constancia.issued_at):
        return "La fecha del depósito es anterior a la constancia; revísela."
    if paid_on > constancia.expires_on and not constancia.paid:
        return (
            "El depósito se hizo después de que venció la constancia, así que no puede confirmarse "
            "con ella. Pida al cliente que genere otra, o resuélvalo con su administrador."
        )
    return ""


def _check_payable(constancia: Constancia, deposit: Deposit) -> None:
    name = f"La constancia {constancia.printed_reference}"
    if not constancia.takes_deposits:
        raise NotPayableError(
            f"{name} está {constancia.get_status_display()}; no se registró ningún pago."
        )
    if constancia.paid != deposit.seen_paid:
        raise NotPayableError(
            f"{name} recibió otro pago mientras usted confirmaba: lleva "
            f"{format_money(constancia.paid)} de {format_money(constancia.total)}. "
            "No se registró nada; revise el banco y confirme de nuevo si hace falta."
        )
    if problem := deposit_date_problem(constancia, deposit.paid_on):
        raise NotPayableError(f"{name}: {problem[0].lower()}{problem[1:]}")


def _reopen(constancia: Constancia, by: User) -> None:
    """An expired one, paid in time; an unpaid one that followed it gives way."""
    newer = Constancia.objects.standing().filter(quote=constancia.quote).first()
    if newer and not _cancel(newer, by):
        raise NotPayableError(
            f"La constancia {constancia.printed_reference} venció y la que siguió, "
            f"{newer.printed_reference}, ya recibió un pago. No se registró nada; escriba a su "
            "administrador para decidir a cuál corresponde este depósito."
        )
    if not hold_quote(quote=constancia.quote):
        raise NotPayableError(
            f"La cotización de la constancia {constancia.printed_reference} cambió mientras usted "
            "confirmaba. No se registró nada; revise su estado."
        )
    Constancia.objects.filter(pk=constancia.pk, status=Constancia.Status.EXPIRED).update(
        status=Constancia.Status.OPEN, expired_at=None
    )
    audit.record("constancia.reopened", by=by, target=constancia)


def _mark_paid(constancia: Constancia, by: User) -> None:
    marked = Constancia.objects.filter(pk=constancia.pk, status=Constancia.Status.OPEN).update(
        status=Constancia.Status.PAID, paid_at=timezone.now(), paid_by=by
    )
    if not (marked and renew_quote(quote=constancia.quote)):
        raise NotPayableError(
            f"La constancia {constancia.printed_reference} o su cotización cambiaron mientras "
            "usted confirmaba. No se registró nada; revise su estado y confirme de nuevo."
        )
    audit.record("constancia.paid", by=by, target=constancia)
    unlock_version_4(customer=constancia.customer, by=by)


@dataclass(frozen=True, slots=True)
class Confirmations:
    """What became of several deposits: the constancias they went to, and who was refused why."""

    recorded: list[Constancia]
    refused: list[str]


def record_payments(*, deposits: Sequence[Deposit], by: User) -> Confirmations:
    """Record each deposit on its own: one that cannot be does not hold up the others."""
    done = Confirmations(recorded=[], refused=[])
    for deposit in deposits:
        try:
            done.recorded.append(record_payment(deposit=deposit, by=by))
        except NotPayableError as error:
            done.refused.append(str(error))
    return done


@transaction.atomic
def cancel_constancia(*, constancia: Constancia, by: User) -> bool:
    """Cancel a constancia that nobody has paid; the customer may choose again.

    Returns False, and changes nothing, when it is not open any more or has payments.
    """
    Quote.objects.select_for_update().get(pk=constancia.quote_id)
    return _cancel(constancia, by)


def _cancel(constancia: Constancia, by: User) -> bool:
    """Under the quote's lock."""
    cancelled = Constancia.objects.filter(
        pk=constancia.pk, status=Constancia.Status.OPEN, payments=None
    ).update(status=Constancia.Status.CANCELLED, cancelled_at=timezone.now(), cancelled_by=by)
    if cancelled:
        release_quote(quote=constancia.quote)
        audit.record("constancia.cancelled", by=by, target=constancia)
    return bool(cancelled)


def expire_due() -> int:
    """Expire the open constancias whose last day is over; returns how many. For the worker.

    One that was paid in part stays open: a person of CxC has to decide about that money.
    """
    overdue = Constancia.objects.filter(
        status=Constancia.Status.OPEN, expires_on__lt=timezone.localdate(), payments=None
    )
    return sum(_expire(constancia) for constancia in overdue.select_related("quote")[:500])


@transaction.atomic
def _expire(constancia: Constancia) -> bool:
    Quote.objects.select_for_update().get(pk=constancia.quote_id)
    expired = Constancia.objects.filter(
        pk=constancia.pk, status=Constancia.Status.OPEN, payments=None
    ).update(status=Constancia.Status.EXPIRED, expired_at=timezone.now())
    if expired:
        release_quote(quote=constancia.quote)
        audit.record("constancia.expired", by=None, target=constancia)
    return bool(expired)
