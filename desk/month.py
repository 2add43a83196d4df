"""A month's money for the accountant: which days it has, and how much of each payment is IVA.

Knows no database. Amounts in MXN.
"""

import calendar
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal

from facturamos.money import ZERO, to_cents

_NAMES = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto"),
    *("septiembre", "octubre", "noviembre", "diciembre"),
)
_CODE = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of the calendar; `number` from 1 to 12."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Month":
        """The one with that day."""
        return cls(day.year, day.month)

    @classmethod
    def read(cls, code: str) -> "Month | None":
        """The month of a code such as `2026-11`; None when it is none."""
        written = _CODE.fullmatch(code)
        return cls(int(written[1]), int(written[2])) if written else None

    @property
    def code(self) -> str:
        """`2026-11`."""
        return f"{self.year}-{self.number:02}"

    @property
    def name(self) -> str:
        """`noviembre de 2026`."""
        return f"{_NAMES[self.number - 1]} de {self.year}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    @property
    def previous(self) -> "Month":
        """The one before."""
        return Month(self.year, self.number - 1) if self.number > 1 else Month(self.year - 1, 12)

    @property
    def next(self) -> "Month":
        """The one after."""
        return Month(self.year, self.number + 1) if self.number < 12 else Month(self.year + 1, 1)

    def bounds(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """Its first moment on that clock, and the first moment that is not of it any more."""
        start, end = self.first, self.next.first
        return (
            datetime(start.year, start.month, 1, tzinfo=zone),
            datetime(end.year, end.month, 1, tzinfo=zone),
        )


@dataclass(frozen=True, slots=True)
class Share:
    """What a sum of money is: for the products, the tax on them, and what nobody owed."""

    subtotal: Decimal = ZERO
    iva: Decimal = ZERO
    over: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.subtotal + self.iva + self.over

    def __add__(self, other: "Share") -> "Share":
        return Share(self.subtotal + other.subtotal, self.iva + other.iva, self.over + other.over)

    def __neg__(self) -> "Share":
        return Share(-self.subtotal, -self.iva, -self.over)


def shares(*, total: Decimal, iva: Decimal, changes: Iterable[Decimal]) -> Iterator[Share]:
    """Of each deposit (positive) and each one taken back (negative), in order, what it was.

    `total` and `iva` are the constancia's own, frozen. The money that stands after each change
    carries the IVA in proportion, half up, up to the total; a change carries the difference. So
    the shares of a constancia's payments add up to its own IVA to the cent whatever their number,
    and the share of one never depends on what comes after it.
    """
    standing, before = ZERO, Share()
    for change in changes:
        standing += change
        after = _of_standing(standing, total, iva)
        yield after + -before
        before = after


def _of_standing(standing: Decimal, total: Decimal, iva: Decimal) -> Share:
    counted = min(standing, total)
    tax = to_cents(iva * counted / total)
    return Share(subtotal=counted - tax, iva=tax, over=standing - counted)


def add_up(parts: Iterable[Share]) -> Share:
    """All of them together."""
    return sum(parts, Share())
