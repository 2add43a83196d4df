"""How to pay, by channel: which field takes the reference, and the exact text to type.

The facts are in the customer's manual and on bank statements: between BBVA accounts there is no
reference field and only the first 18 characters or so of the concept arrive; elsewhere SPEI's
numeric reference and the concept both do.
"""

from dataclasses import dataclass
from decimal import Decimal

# A bank refuses a transfer above its customer's own ceiling; unless changed, 1,500 UDIS.
USUAL_CEILING = Decimal("12800.00")
# SPEI takes 40 characters of concept, A-Z, 0-9 and blanks arrive everywhere; BBVA shows about 18.
CONCEPT_SHOWN = 18


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; `text` is what to type, exactly, if anything."""

    action: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to pay, with its steps and, where it applies, a warning."""

    name: str
    steps: tuple[Step, ...]
    warning: str = ""


def concept(reference: str) -> str:
    """What to type as concept or motive: the reference first, since banks cut the rest."""
    return f"{reference} FACTURAMOS"[:CONCEPT_SHOWN]


def ceiling_warning(amount: Decimal) -> str:
    """What to know before transferring that much (MXN); empty when no bank would refuse it."""
    if amount <= USUAL_CEILING:
        return ""
    return (
        "Es probable que este importe supere el tope de transferencias de su banca en línea (de "
        "fábrica, unos $12,800.00). Súbalo antes en su aplicación, o pague en ventanilla."
    )


def channels(reference: str, amount: Decimal) -> tuple[Channel, ...]:
    """The ways to pay that amount (MXN) under that reference."""
    exact = f"{amount:.2f}"
    ceiling = ceiling_warning(amount)
    return (
        Channel(
            "BBVA en línea o aplicación",
            (
                Step("Transfiera a la cuenta BBVA de arriba."),
                Step("Escriba el importe exacto:", exact),
                Step(
                    "No hay campo de referencia: escríbala al principio del motivo de pago:",
                    concept(reference),
                ),
            ),
            ceiling,
        ),
        Channel(
            "Otro banco, por transferencia (SPEI)",
            (
                Step("Transfiera a la CLABE de arriba."),
                Step("Escriba el importe exacto:", exact),
                Step(
                    "En «referencia numérica» borre lo que haya (suele ser la fecha) y escriba:",
                    reference,
                ),
                Step("En «concepto de pago» escriba:", concept(reference)),
            ),
            ceiling,
        ),
        Channel(
            "Ventanilla de cualquier banco",
            (
                Step("Lleve la constancia impresa, o muéstrela en su teléfono."),
                Step("Pida que capturen la referencia:", reference),
                Step("Pague el importe exacto y guarde el comprobante:", exact),
            ),
        ),
        Channel(
            "Cajero automático que acepte depósitos",
            (
                Step(
                    "Deposite a la cuenta de arriba el importe exacto. El cajero solo recibe "
                    "billetes: si su total lleva centavos o monedas, pague de otra forma.",
                    exact,
                ),
                Step("Si el cajero pide un motivo o referencia, escriba:", reference),
                Step("Guarde el comprobante y envíelo: sin él cuesta más reconocer el depósito."),
            ),
        ),
    )
