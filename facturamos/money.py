"""Money in Mexican pesos: always `Decimal`, two decimals, rounded half up."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from num2words import num2words

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
# Twelve digits in the database: nothing this portal sells comes near it.
LARGEST = Decimal("9999999999.99")

_WRITTEN = re.compile(r"\$?\s*(?P<pesos>\d{1,3}(?:,\d{3})+|\d+)(?P<cents>\.\d{1,2})?", re.ASCII)


class NotMoneyError(ValueError):
    """The text is not an amount in pesos. Its message is for the person who typed it."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What a selection of products comes to. Amounts in MXN; `rate` as a fraction (0.16)."""

    subtotal: Decimal
    rate: Decimal
    iva: Decimal
    total: Decimal


def to_cents(amount: Decimal) -> Decimal:
    """The amount in MXN rounded half up to two decimals."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def add_up(amounts: Iterable[Decimal], rate: Decimal) -> Totals:
    """Subtotal, IVA and total of the amounts (MXN). IVA is taken once, on the subtotal."""
    subtotal = to_cents(sum(amounts, ZERO))
    iva = to_cents(subtotal * rate)
    return Totals(subtotal=subtotal, rate=rate, iva=iva, total=subtotal + iva)


def format_money(amount: Decimal) -> str:
    """The amount as people in Mexico write it: `$1,305.00`, `-$5.00`."""
    rounded = to_cents(amount)
    sign = "-" if rounded < 0 else ""
    return f"{sign}${abs(rounded):,.2f}"


def format_mxn(amount: Decimal) -> str:
    """An amount that stands alone, in one piece: `$1,305.00 MXN`."""
    return f"{format_money(amount)}\N{NO-BREAK SPACE}MXN"


def format_rate(rate: Decimal) -> str:
    """A fraction as a percentage without needless zeros: `0.16` gives `16%`."""
    return f"{(rate * 100).normalize():f}%"


def parse_money(text: str) -> Decimal:
    """The amount a person typed: `1305`, `1,305.00`, `$ 1,305.5`.

    Raises NotMoneyError, with a sentence in Spanish, for anything else: a negative, a third
    decimal, a comma that does not separate thousands, an amount of twelve digits.
    """
    written = _WRITTEN.fullmatch(text.strip())
    if not written:
        raise NotMoneyError(
            "Escriba un importe en pesos, por ejemplo 1,305.00: "
            "solo dígitos, comas entre millares y hasta dos decimales."
        )
    amount = Decimal(written["pesos"].replace(",", "") + (written["cents"] or ""))
    if amount > LARGEST:
        raise NotMoneyError("Ese importe es demasiado grande; revise los dígitos.")
    return to_cents(amount)


def in_words(amount: Decimal) -> str:
    """The amount as it is written out in Mexico: `mil trescientos cinco pesos 00/100 M.N.`"""
    rounded = to_cents(amount)
    words = num2words(rounded, lang="es", to="currency", currency="MXN").rpartition(" con ")[0]
    # Spanish says "un millón de pesos", which num2words 0.5 does not.
    words = re.sub(r"(mill[oó]n(?:es)?) pesos$", r"\1 de pesos", words)
    return f"{words} {int(rounded % 1 * 100):02}/100 M.N."
