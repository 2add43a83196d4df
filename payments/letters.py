"""What the mails about constancias, proofs, payments and invoices say.

They read what they are given and write nothing: the admin shows them with invented data.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from uuid import UUID

from django.urls import reverse

from accounts.models import User
from facturamos.dates import long_date
from facturamos.letters import Draft, Letter, Link, compose
from facturamos.money import format_money
from facturamos.template_filters import grouped
from payments.channels import concept
from payments.models import Constancia, InvoiceRequest, PaymentProof
from payments.references import format_reference


def issued(constancia: Constancia) -> Letter:
    """The constancia itself, which goes with it."""
    return compose(
        "constancia_issued",
        f"Su constancia de pago {constancia.printed_reference}",
        constancia=constancia,
        facts=_facts(constancia),
        link=_page(constancia),
    )


def reminder(constancia: Constancia) -> Letter:
    """The last day comes near."""
    return compose(
        "expiry_reminder",
        f"Su constancia de pago {constancia.printed_reference} vence el "
        f"{long_date(constancia.expires_on)}",
        constancia=constancia,
        facts=_facts(constancia),
        link=_page(constancia),
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
            ("Total de la constancia", _mxn(constancia.total)),
            ("Fecha del depósito", long_date(proof.paid_on)),
        ],
        link=_page(constancia),
    )


def for_cxc(proof: PaymentProof, *, carries_files: bool) -> Letter:
    """To CxC, with what the customer says of the deposit, and the files or where they are."""
    constancia = proof.constancia
    facts = [
        ("Referencia", constancia.printed_reference),
        ("RFC", constancia.customer_rfc),
        ("Total de la constancia", _mxn(constancia.total)),
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
    """Why it is not accepted."""
    constancia = proof.constancia
    return compose(
        "proof_refused",
        f"Su comprobante de la constancia {constancia.printed_reference} no corresponde",
        constancia=constancia,
        facts=[
            ("Motivo", proof.reason),
            ("Referencia", constancia.printed_reference),
            ("Total de la constancia", _mxn(constancia.total)),
            ("Fecha del depósito, según su comprobante", long_date(proof.paid_on)),
        ],
        link=_page(constancia),
    )


def short(constancia: Constancia, paid: Decimal) -> Letter:
    """What is missing of the total, and how to pay it; `paid` in MXN."""
    return compose(
        "payment_short",
        f"Falta una parte del pago de su constancia {constancia.printed_reference}",
        constancia=constancia,
        facts=[
            ("Recibimos", _mxn(paid)),
            ("Total de la constancia", _mxn(constancia.total)),
            ("Falta por depositar", _mxn(constancia.total - paid)),
            ("Referencia", constancia.printed_reference),
            ("Concepto o motivo de pago", concept(constancia.reference)),
            ("Beneficiario", constancia.beneficiary),
            ("Banco", constancia.bank_name),
            ("Cuenta", constancia.account_number),
            ("CLABE", grouped(constancia.clabe)),
        ],
        link=_page(constancia),
    )


def confirmed(reference: str, customer_name: str, total: Decimal) -> Draft:
    """The money is there, and version 4.0 is open; `total` in MXN."""
    printed = format_reference(reference)
    return Draft(
        "payment_confirmed",
        f"Confirmamos el pago de su constancia {printed}",
        facts=[("Referencia", printed), ("Total", _mxn(total))],
        link=("Ver el aviso y el manual de la versión 4.0", _notice()),
        context={"customer_name": customer_name},
    )


def reverted(
    reference: str, customer_name: str, missing: Decimal, *, is_over: bool, keeps_version_4: bool
) -> Draft:
    """A payment was taken back; `missing` (MXN) of the total is to be paid, if anything is.

    `is_over`: the constancia expired, so nothing can be paid with it any more.
    """
    printed = format_reference(reference)
    facts = [("Referencia", printed)]
    outcome = "over" if is_over else "short" if missing else "paid"
    if outcome == "short":
        facts.append(("Falta por depositar", _mxn(missing)))
    return Draft(
        "payment_reverted",
        f"Corregimos los pagos de su constancia {printed}",
        facts=facts,
        link=("Abrir mi constancia", reverse("payments:constancia", args=[reference])),
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
            ("Total", _mxn(constancia.total)),
        ],
        link=_page(constancia),
    )


@cache
def _notice() -> str:
    return reverse("renewals:migration")


def _facts(constancia: Constancia) -> Sequence[tuple[str, str]]:
    return [
        ("Referencia", constancia.printed_reference),
        ("Total", _mxn(constancia.total)),
        ("Último día para pagar", long_date(constancia.expires_on)),
    ]


def _page(constancia: Constancia) -> Link:
    path = reverse("payments:constancia", args=[constancia.reference])
    return Link("Abrir mi constancia", path)


def _mxn(amount: Decimal) -> str:
    return f"{format_money(amount)} MXN"


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
            is_over=False,
            keeps_version_4=False,
        ).render(),
        "invoice_ready": invoice(request),
    }
