"""What a customer may pick from a quote, and what the pick comes to. Knows no database."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Protocol

from facturamos.money import Totals, add_up

GENERAL: Final = "general"
NORTHERN_BORDER: Final = "northern_border"

# (zone, in force since, rate), as Mexico's IVA law and the northern border decree set them. Which
# zone applies is a setting the company's accountant decides, never the customer's postal code.
IVA_RATES: Final = (
    (GENERAL, date(2010, 1, 1), Decimal("0.16")),
    (NORTHERN_BORDER, date(2019, 1, 1), Decimal("0.08")),
)

UNKNOWN_LINE: Final = (
    "Uno de los productos marcados no está en su cotización. "
    "Revise la lista y vuelva a marcar los que desea renovar."
)


class SelectionError(ValueError):
    """The selection cannot be paid for. Its message is for the customer."""


class Line(Protocol):
    """A line of a quote, as far as picking and pricing go."""

    @property
    def pk(self) -> int: ...
    @property
    def description(self) -> str: ...
    @property
    def is_required(self) -> bool: ...
    @property
    def amount(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class Selection:
    """A valid pick: the lines' ids, and what they come to."""

    picked: frozenset[int]
    totals: Totals


def iva_rate(on: date, zone: str = GENERAL) -> Decimal:
    """The IVA rate in force on that day, as a fraction.

    Raises LookupError when the table has no rate for that day and zone.
    """
    rates = [(since, rate) for in_zone, since, rate in IVA_RATES if in_zone == zone and since <= on]
    if not rates:
        raise LookupError(f"There is no IVA rate for the zone {zone!r} on {on}.")
    return max(rates)[1]


def totals(lines: Iterable[Line], picked: Collection[int], rate: Decimal) -> Totals:
    """What the picked lines come to (MXN), whether or not the pick may be paid for."""
    return add_up((line.amount for line in lines if line.pk in picked), rate)


def select(lines: Sequence[Line], picked: Collection[int], rate: Decimal) -> Selection:
    """The customer's pick among the lines of their quote, checked.

    Raises SelectionError when an id is not on the quote, nothing was picked, a required line is
    missing, or the pick costs nothing.
    """
    if not set(picked) <= {line.pk for line in lines}:
        raise SelectionError(UNKNOWN_LINE)
    if not picked:
        raise SelectionError("Marque al menos un producto para generar su constancia de pago.")
    for line in lines:
        if line.is_required and line.pk not in picked:
            raise SelectionError(
                f"«{line.description}» es necesario para su renovación y no puede quitarse."
            )
    if not any(line.amount for line in lines):
        raise SelectionError(
            "Ningún producto de su cotización tiene costo, así que no hay nada que pagar. "
            "Escriba a ventas y le decimos cómo sigue su renovación."
        )
    selection = Selection(picked=frozenset(picked), totals=totals(lines, picked, rate))
    if selection.totals.total <= 0:
        raise SelectionError(
            "Los productos marcados no tienen costo, así que no hay nada que pagar. "
            "Marque al menos uno con costo."
        )
    return selection
