"""Who is written when something happens to a constancia, a proof, a payment or an invoice.

Each function writes its mail in the transaction of its caller, once for each reader whatever
happens (`facturamos.mail.post`). What the mails say is in `letters.py`.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from django.utils import timezone

from accounts.models import User
from facturamos.letters import Draft, Letter
from facturamos.mail import Attachment, Mail, post
from facturamos.money import ZERO
from facturamos.texts.in_force import in_force, read_once
from payments import letters
from payments.models import Constancia, InvoiceRequest, PaymentProof, ProofFile

CONTENT_TYPES = {
    ProofFile.Kind.JPEG: "image/jpeg",
    ProofFile.Kind.PNG: "image/png",
    ProofFile.Kind.PDF: "application/pdf",
    ProofFile.Kind.CEP: "application/xml",
}
# Mail servers refuse more, and mail carries a third more than the files weigh.
MOST_ATTACHED = 15 * 1024 * 1024  # bytes
REMINDER = "expiry-reminder"


def constancia_issued(*, constancia: Constancia) -> None:
    """The constancia itself, with its PDF; for one whose PDF is stored."""
    pdf = Attachment(
        str(constancia.pdf.name), f"constancia-{constancia.reference}.pdf", "application/pdf"
    )
    _to_customer(
        letters.issued(constancia), constancia, f"constancia-issued:{constancia.pk}", [pdf]
    )


def proof_received(*, proof: PaymentProof) -> None:
    """To the customer: it is in review. To CxC: the proof itself, with its files if they fit."""
    _to_customer(letters.received(proof), proof.constancia, f"proof-received:{proof.pk}")
    files = list(proof.files.all())
    fit = sum(file.file.size for file in files) <= MOST_ATTACHED
    attachments = [
        Attachment(
            str(file.file.name), file.download_name, CONTENT_TYPES[ProofFile.Kind(file.kind)]
        )
        for file in files
    ]
    post(
        [
            Mail(
                letter=letters.for_cxc(proof, carries_files=fit),
                to=in_force().contacts.cxc_email,
                about=f"proof-for-cxc:{proof.pk}",
                attachments=tuple(attachments) if fit else (),
                reply_to=(proof.sent_by.email,) if proof.sent_by.email else (),
            )
        ]
    )


def proof_refused(*, proof: PaymentProof) -> int:
    """The proof cannot be accepted, why, and what to do; returns how many readers there are."""
    return _to_customer(letters.refused(proof), proof.constancia, f"proof-refused:{proof.pk}")


class Account(Protocol):
    """What the mails about payments say of a constancia; amounts in MXN."""

    id: int
    customer_id: int
    reference: str
    customer_name: str
    expires_on: date
    total: Decimal
    paid: Decimal

    def is_overdue(self, today: date) -> bool:
        """As `Constancia.is_overdue`."""


def payments_confirmed(*, constancias: Sequence[Account], paid_at: datetime) -> None:
    """They are paid since that moment; the way to version 4.0. Once each time one is paid."""
    moment = f"{paid_at:%Y%m%dT%H%M%S%f}"
    _to_customers(
        constancias,
        lambda each: letters.confirmed(
            each.reference, each.customer_name, each.total, max(each.paid - each.total, ZERO)
        ),
        lambda each: f"payment-confirmed:{each.id}:{moment}",
    )


def payments_short(*, constancias: Sequence[Account], recorded_at: datetime) -> None:
    """A part of each was paid at that moment; how much is missing and how to pay it."""
    rows = Constancia.objects.in_bulk([each.id for each in constancias])
    _to_customers(
        constancias,
        lambda each: letters.short(rows[each.id], each.paid),
        lambda each: f"payment-short:{each.id}:{each.paid:.2f}:{recorded_at:%Y%m%dT%H%M%S%f}",
    )


def payments_reverted(
    *, constancias: Sequence[Account], reverted_at: datetime, keep_version_4: Collection[int]
) -> None:
    """A payment of each was taken back; what is missing now.

    `keep_version_4`: the customers (ids) for whom it stays open.
    """
    today = timezone.localdate()
    _to_customers(
        constancias,
        lambda each: letters.reverted(
            each.reference,
            each.customer_name,
            max(each.total - each.paid, ZERO),
            pay_by=None if each.is_overdue(today) else each.expires_on,
            is_over=each.is_overdue(today) and not each.paid,
            keeps_version_4=each.customer_id in keep_version_4,
        ),
        lambda each: f"payment-reverted:{each.id}:{reverted_at:%Y%m%dT%H%M%S%f}",
    )


def _to_customers(
    constancias: Sequence[Account],
    letter: Callable[[Account], Letter | Draft],
    about: Callable[[Account], str],
) -> None:
    if not constancias:
        return
    readers = readers_of({each.customer_id for each in constancias})
    with read_once():
        post(
            Mail(letter=letter(each), to=address, about=about(each))
            for each in constancias
            for address in readers[each.customer_id]
        )


def invoice_ready(*, request: InvoiceRequest) -> None:
    """The invoice of the payment, with its PDF and XML; for one that was issued."""
    name = f"factura-{request.constancia.reference}"
    files = [
        Attachment(str(request.pdf.name), f"{name}.pdf", "application/pdf"),
        Attachment(str(request.xml.name), f"{name}.xml", "application/xml"),
    ]
    _to_customer(letters.invoice(request), request.constancia, f"invoice-ready:{request.pk}", files)


def _to_customer(
    letter: Letter, constancia: Constancia, about: str, attachments: Iterable[Attachment] = ()
) -> int:
    files = tuple(attachments)
    readers = readers_of({constancia.customer_id})[constancia.customer_id]
    post(Mail(letter=letter, to=address, about=about, attachments=files) for address in readers)
    return len(readers)


def readers_of(customers: Collection[int]) -> dict[int, list[str]]:
    """By customer: the addresses of every active user who has one."""
    people = User.objects.filter(customer__among=customers, is_active=True).exclude(email="")
    readers: defaultdict[int, list[str]] = defaultdict(list)
    for customer, address in people.values_list("customer", "email"):
        readers[customer].append(address)
    return readers
