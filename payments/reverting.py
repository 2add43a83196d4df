"""The rules about money that came by mistake: taking payments back. Nothing is erased."""

from collections.abc import Collection, Sequence

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Customer, User
from facturamos.bulk import insert_rows
from payments import mails
from payments.models import Constancia, InvoiceRequest, Payment, PaymentProof, PaymentReversal
from payments.recording import Standing, lock_constancias
from payments.references import format_reference
from payments.services import PaymentsError
from renewals.services import lock_version_4, unrenew_quotes


class InvoicedError(PaymentsError):
    """An invoice was issued for the constancia: its payment cannot be taken back here."""


@transaction.atomic
def revert_payments(*, payments: Collection[int], reason: str, by: User) -> int:
    """Take payments (ids) back, for the reason given: they stay in the books but count no more.

    A constancia that they had paid waits for its money again, and version 4.0 is locked again for a
    customer without another paid constancia. Returns how many were taken back; one that already was
    stays as it is. Raises InvoicedError, and changes nothing, when an invoice was issued for one.
    """
    ids = Payment.objects.filter(pk__among=payments).values_list("constancia_id", flat=True)
    rows = lock_constancias(set(ids))
    standing = Payment.objects.standing().filter(pk__among=payments).order_by("pk")
    reverted = list(standing.values_list("pk", "constancia_id", "amount"))
    if problem := invoiced_problem({constancia for _, constancia, _ in reverted}):
        raise InvoicedError(problem)
    now = timezone.now()
    insert_rows(
        PaymentReversal,
        ("payment_id", "reason", "reverted_at", "reverted_by_id"),
        [(payment, reason, now, by.pk) for payment, _, _ in reverted],
    )
    for _, constancia, amount in reverted:
        rows[constancia].paid -= amount
    audit.record_all(
        "payment.reverted",
        by=by,
        events=[
            (
                rows[constancia].target,
                {"payment": payment, "amount": str(amount), "reason": reason},
            )
            for payment, constancia, amount in reverted
        ],
    )
    touched = [rows[key] for key in dict.fromkeys(constancia for _, constancia, _ in reverted)]
    unpaid = [
        each for each in touched if each.paid < each.total and each.status == Constancia.Status.PAID
    ]
    _unmark_paid(unpaid, by)
    keep = _lock_version_4({each.customer_id for each in touched}, unpaid, by)
    mails.payments_reverted(constancias=touched, reverted_at=now, keep_version_4=keep)
    return len(reverted)


def invoiced_problem(constancias: Collection[int]) -> str:
    """Why payments of these constancias (ids) cannot be taken back; empty when they can."""
    issued = InvoiceRequest.objects.filter(constancia__among=constancias, uuid__isnull=False)
    references = issued.values_list("constancia__reference", flat=True)[:5]
    if not references:
        return ""
    names = ", ".join(map(format_reference, references))
    return (
        f"Ya se emitió la factura de {names}. Cancélela primero ante el SAT y hable con su "
        "administrador; no se deshizo nada."
    )


def _unmark_paid(constancias: Sequence[Standing], by: User) -> None:
    if not constancias:
        return
    ids = [each.id for each in constancias]
    Constancia.objects.filter(pk__among=ids, status=Constancia.Status.PAID).update(
        status=Constancia.Status.OPEN, paid_at=None, paid_by=None
    )
    for each in constancias:
        each.status = Constancia.Status.OPEN
    PaymentProof.objects.filter(constancia__among=ids).update(settled_at=None)
    unrenew_quotes(quotes=[each.quote_id for each in constancias])
    audit.record_all("constancia.unpaid", by=by, events=[(each.target, {}) for each in constancias])


def _lock_version_4(customers: Collection[int], unpaid: Sequence[Standing], by: User) -> set[int]:
    """Close version 4.0 to those who had only what is unpaid now; returns who keeps it (ids)."""
    # Their lock first: of two that take payments back at once, or a payment that comes meanwhile,
    # the later one reads what the earlier one left.
    list(Customer.objects.select_for_update().filter(pk__among=customers).order_by("pk"))
    paid = Constancia.objects.filter(customer__among=customers, status=Constancia.Status.PAID)
    keep = set(paid.values_list("customer_id", flat=True))
    lock_version_4(customers={each.customer_id for each in unpaid} - keep, by=by)
    return keep
