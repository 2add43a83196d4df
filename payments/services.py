"""The rules about constancias: issuing, cancelling, expiring. `recording.py` has their payments."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from facturamos.money import ZERO, format_money
from facturamos.texts.in_force import in_force
from payments.bank_accounts import account_in_force
from payments.models import Constancia, ConstanciaLine, has_money
from payments.references import new_reference
from renewals.models import Quote, QuoteLine
from renewals.pricing import Selection, select
from renewals.services import current_iva_rate, hold_quotes, release_quote

REFERENCE_ATTEMPTS = 20
NOT_CANCELLABLE = "Esta constancia ya no puede cancelarse: está cerrada o ya recibió un pago."


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


def last_day(issued_on: date) -> date:
    """The last day on which a constancia issued on that day can be paid."""
    return issued_on + timedelta(days=settings.CONSTANCIA_DAYS)


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
    if not quote.is_offered(today):
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
        expires_on=last_day(today),
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
    hold_quotes(quotes=[quote.pk])
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


def why_not_cancelled(constancia: Constancia) -> str:
    """A sentence for its customer, who cannot cancel it; empty when they can. Asks `with_paid`."""
    if not constancia.can_be_cancelled:
        return NOT_CANCELLABLE
    if not constancia.proofs.in_review().exists():
        return ""
    return (
        "No puede cancelar esta constancia mientras revisamos su comprobante. Si lo envió por "
        f"error, escriba a {in_force().contacts.cxc_email} con su referencia."
    )


@transaction.atomic
def cancel_constancia(*, constancia: Constancia, by: User) -> bool:
    """Cancel a constancia that nobody has paid; the customer may choose again.

    Returns False, and changes nothing, when it is not open any more, has payments or one of its
    proofs is in review.
    """
    Quote.objects.select_for_update().get(pk=constancia.quote_id)
    if constancia.proofs.in_review().exists():
        return False
    return cancel_locked(constancia, by)


def cancel_locked(constancia: Constancia, by: User) -> bool:
    """As `cancel_constancia`, for a caller who holds the quote's lock."""
    cancelled = Constancia.objects.filter(
        ~has_money(), pk=constancia.pk, status=Constancia.Status.OPEN
    ).update(status=Constancia.Status.CANCELLED, cancelled_at=timezone.now(), cancelled_by=by)
    if cancelled:
        release_quote(quote=constancia.quote_id)
        audit.record("constancia.cancelled", by=by, target=constancia)
    return bool(cancelled)


def expire_due() -> int:
    """Expire the open constancias whose last day is over; returns how many. For the worker.

    One that was paid in part stays open: a person of CxC has to decide about that money.
    """
    lapsed = Constancia.objects.overdue(timezone.localdate()).filter(~has_money())
    return sum(_expire(constancia) for constancia in lapsed.select_related("quote")[:500])


@transaction.atomic
def _expire(constancia: Constancia) -> bool:
    Quote.objects.select_for_update().get(pk=constancia.quote_id)
    expired = Constancia.objects.filter(
        ~has_money(), pk=constancia.pk, status=Constancia.Status.OPEN
    ).update(status=Constancia.Status.EXPIRED, expired_at=timezone.now())
    if expired:
        release_quote(quote=constancia.quote_id)
        audit.record("constancia.expired", by=None, target=constancia)
    return bool(expired)
