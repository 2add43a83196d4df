"""What the mails about constancias, proofs, payments and invoices say.

They read what they are given and write nothing: the admin shows them with invented data.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from facturamos.dates import long_date
from facturamos.letters import Draft, Letter, Link, compose
from facturamos.money import ZERO, format_mxn
from facturamos.template_filters import grouped
from payments.channels import concept
from payments.models import Constancia, InvoiceRequest, PaymentProof
from payments.plain import review_from
from payments.references import format_reference

# As the panel has it.
PAY_THE_REST = "Ver cómo pagar lo que falta"


def issued(constancia: Constancia) -> Letter:
    """The constancia itself, which goes with it."""
    return compose(
        "constancia_issued",
        f"Su constancia de pago {constancia.printed_reference}",
        constancia=constancia,
        facts=_facts(constancia),
        link=_to("constancia", constancia, "Ver cómo pagar"),
    )


def reminder(constancia: Constancia) -> Letter:
    """The last day comes near."""
    return compose(
        "expiry_reminder",
        f"Su constancia de pago {constancia.printed_reference} vence el "
        f"{long_date(constancia.expires_on)}",
        constancia=constancia,
        facts=_facts(constancia),
        link=_to("constancia", constancia, "Ver cómo pagar"),
    )


def received(proof: PaymentProof) -> Letter:
    """To the customer, who sent it."""
    constancia = proof.constancia
    return compose(
        "proof_received",
        f"Recibimos su comprobante de la constancia {constancia.printed_reference}",
        constancia=constancia,
        facts=[
            ("Referencia", constancia.printed_reference),
            ("Total de la constancia", format_mxn(constancia.total)),
            ("Fecha del depósito", long_date(proof.paid_on)),
        ],
        promise=review_from(proof).promise,
        link=_to("proof", constancia, "Ver mi comprobante"),
    )


def for_cxc(proof: PaymentProof, *, carries_files: bool) -> Letter:
    """To CxC, with what the customer says of the deposit, and the files or where they are."""
    constancia = proof.constancia
    facts = [
        ("Referencia", constancia.printed_reference),
        ("RFC", constancia.customer_rfc),
        ("Total de la constancia", format_mxn(constancia.total)),
        ("Fecha del depósito, según el cliente", long_date(proof.paid_on)),
        ("Clave de rastreo", proof.tracking_key),
        ("Lo envió", f"{proof.sent_by} {proof.sent_by.email}".strip()),
    ]
    path = reverse("admin:payments_paymentproof_change", args=[proof.pk])
    return compose(
        "proof_for_cxc",
        f"Comprobante de la constancia {constancia.printed_reference}",
        constancia=constancia,
        carries_files=carries_files,
        facts=[(name, value) for name, value in facts if value],
        link=Link("Abrir el comprobante en la administración", path),
    )


def refused(proof: PaymentProof) -> Letter:
    """Why it is not accepted, and until when there is time for another."""
    constancia = proof.constancia
    is_open = constancia.is_open
    return compose(
        "proof_refused",
        f"Su comprobante de la constancia {constancia.printed_reference} no corresponde",
        constancia=constancia,
        facts=[
            ("Motivo", proof.reason),
            ("Referencia", constancia.printed_reference),
            ("Total de la constancia", format_mxn(constancia.total)),
            ("Fecha del depósito, según su comprobante", long_date(proof.paid_on)),
            *([_deadline(constancia)] if is_open else []),
        ],
        is_overdue=constancia.is_overdue(timezone.localdate()),
        link=_to("proof", constancia, "Enviar otro comprobante"),
    )


def short(constancia: Constancia, paid: Decimal) -> Letter:
    """What is missing of the total, and how to pay it; `paid` in MXN."""
    is_late = constancia.is_overdue(timezone.localdate())
    return compose(
        "payment_short",
        f"Falta una parte del pago de su constancia {constancia.printed_reference}",
        constancia=constancia,
        facts=[
            ("Recibimos", format_mxn(paid)),
            ("Total de la constancia", format_mxn(constancia.total)),
            ("Falta por depositar", format_mxn(constancia.total - paid)),
            ("Referencia", constancia.printed_reference),
            ("Concepto o motivo de pago", concept(constancia.reference)),
            ("Beneficiario", constancia.beneficiary),
            ("Banco", constancia.bank_name),
            ("Cuenta", constancia.account_number),
            ("CLABE", grouped(constancia.clabe)),
            _deadline(constancia),
        ],
        is_late=is_late,
        link=_to("constancia", constancia, "Ver mi constancia" if is_late else PAY_THE_REST),
    )


def confirmed(reference: str, customer_name: str, total: Decimal, over: Decimal = ZERO) -> Draft:
    """The money is there, and version 4.0 is open; `total`, and what came `over` it, in MXN."""
    printed = format_reference(reference)
    credit = [("Pagó de más, y queda como saldo a su favor", format_mxn(over))] if over else []
    return Draft(
        "payment_confirmed",
        f"Confirmamos el pago de su constancia {printed}",
        facts=[("Referencia", printed), ("Total", format_mxn(total)), *credit],
        link=("Ver el aviso y el manual de la versión 4.0", _notice()),
        context={"customer_name": customer_name},
    )


def reverted(
    reference: str,
    customer_name: str,
    missing: Decimal,
    *,
    pay_by: date | None,
    is_over: bool,
    keeps_version_4: bool,
) -> Draft:
    """A payment was taken back; `missing` (MXN) of the total is to be paid, if anything is.

    `pay_by`: its last day, None once that is over. `is_over`: that day is over and nothing of it
    is paid, so nothing can be paid with it any more.
    """
    printed = format_reference(reference)
    facts = [("Referencia", printed)]
    link = "Ver mi constancia", reverse("payments:constancia", args=[reference])
    outcome = "over" if is_over else "paid" if not missing else "short" if pay_by else "late"
    if outcome in ("short", "late"):
        facts.append(("Falta por depositar", format_mxn(missing)))
    if outcome == "short" and pay_by:
        facts.append(("Fecha límite de pago", long_date(pay_by)))
        link = PAY_THE_REST, link[1]
    return Draft(
        "payment_reverted",
        f"Corregimos los pagos de su constancia {printed}",
        facts=facts,
        link=link,
        context={
            "customer_name": customer_name,
            "outcome": outcome,
            "version_4": "stays" if keeps_version_4 else "waits",
        },
    )


def invoice(request: InvoiceRequest) -> Letter:
    """The invoice was issued; its files go with it."""
    constancia = request.constancia
    return compose(
        "invoice_ready",
        f"Su factura de la constancia {constancia.printed_reference}",
        request=request,
        facts=[
            ("Folio fiscal (UUID)", str(request.uuid).upper()),
            ("RFC", request.rfc),
            ("Referencia", constancia.printed_reference),
            ("Total", format_mxn(constancia.total)),
        ],
        link=_to("invoice", constancia, "Descargar mi factura"),
    )


@cache
def _notice() -> str:
    return reverse("renewals:migration")


def _facts(constancia: Constancia) -> Sequence[tuple[str, str]]:
    return [
        ("Referencia", constancia.printed_reference),
        ("Total", format_mxn(constancia.total)),
        _deadline(constancia),
    ]


def _deadline(constancia: Constancia) -> tuple[str, str]:
    return "Fecha límite de pago", long_date(constancia.expires_on)


def _to(page: str, constancia: Constancia, label: str) -> Link:
    return Link(label, reverse(f"payments:{page}", args=[constancia.reference]))


def examples() -> dict[str, Letter]:
    """Each letter with invented data; nothing is written."""
    constancia = Constancia(
        pk=1,
        reference="1234569",
        customer_name="Peña & D'Ángel",
        customer_rfc="PDA010101AA1",
        expires_on=date(2026, 12, 22),
        total=Decimal("1305.00"),
        beneficiary="Sistemas Perseo S.A. de C.V.",
        bank_name="Banco ficticio",
        account_number="0000000000",
        clabe="012000000000000003",
    )
    proof = PaymentProof(
        pk=1,
        constancia=constancia,
        paid_on=date(2026, 12, 1),
        sent_by=User(username="ana", first_name="Ana", email="ana@example.com"),
        reason="El comprobante es de otro beneficiario.",
    )
    request = InvoiceRequest(
        constancia=constancia,
        uuid=UUID("00000000-0000-4000-8000-000000000000"),
        rfc="PDA010101AA1",
        name="PEÑA & D'ÁNGEL",
    )
    return {
        "constancia_issued": issued(constancia),
        "expiry_reminder": reminder(constancia),
        "proof_received": received(proof),
        "proof_for_cxc": for_cxc(proof, carries_files=True),
        "proof_refused": refused(proof),
        "payment_short": short(constancia, Decimal("500.00")),
        "payment_confirmed": confirmed("1234569", "Peña & D'Ángel", Decimal("1305.00")).render(),
        "payment_reverted": reverted(
            "1234569",
            "Peña & D'Ángel",
            Decimal("1305.00"),
            pay_by=date(2026, 12, 22),
            is_over=False,
            keeps_version_4=False,
        ).render(),
        "invoice_ready": invoice(request),
    }
