"""What customers are written about the deposits they missed."""

from datetime import date
from decimal import Decimal

from django.urls import reverse

from accounts.models import Customer
from facturamos.dates import long_date
from facturamos.letters import Letter, Link, compose
from facturamos.mail import Mail, post
from facturamos.money import format_money, format_mxn
from payments.mails import readers_of
from reconciliation.models import DepositClaim


def claim_answered(*, claim: DepositClaim) -> int:
    """The answer, to every active user of the customer; written in the caller's transaction.

    Returns how many they are.
    """
    letter = answered(claim)
    readers = readers_of({claim.customer_id})[claim.customer_id]
    post(
        Mail(letter=letter, to=address, about=f"deposit-claim-answered:{claim.pk}")
        for address in readers
    )
    return len(readers)


def answered(claim: DepositClaim) -> Letter:
    """What CxC found of the deposit."""
    facts = [
        ("Respuesta", claim.answer),
        ("Fecha del depósito, según usted", long_date(claim.paid_on)),
        ("Importe", format_mxn(claim.amount)),
        ("Clave de rastreo", claim.tracking_key),
    ]
    return compose(
        "deposit_claim_answered",
        f"Sobre su depósito de {format_money(claim.amount)} del {long_date(claim.paid_on)}",
        claim=claim,
        facts=[(name, value) for name, value in facts if value],
        link=Link("Ver mis reclamos", reverse("reconciliation:claim")),
    )


def examples() -> dict[str, Letter]:
    """The letter with invented data; nothing is written."""
    claim = DepositClaim(
        customer=Customer(legal_name="Peña & D'Ángel"),
        paid_on=date(2026, 12, 1),
        amount=Decimal("1305.00"),
        tracking_key="FICTICIA000001",
        answer="Encontramos su depósito: venía sin referencia y ya está aplicado a su constancia.",
    )
    return {"deposit_claim_answered": answered(claim)}
