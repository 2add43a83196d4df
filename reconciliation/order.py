"""The order of a statement, and what is missing from it, by its running balance and its folios."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from itertools import pairwise

from facturamos.money import format_money
from reconciliation.movement import Movement, Reading


class Direction(Enum):
    """Which end of the file is today."""

    OLDEST_FIRST = "oldest first"
    NEWEST_FIRST = "newest first"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Gap:
    """Movements that must lie between two lines of the file, and are not there.

    `after` and `before` are line numbers in the order of time; 0 stands for the opening or closing
    balance. `count` when folios tell how many, `amount` (signed, MXN) when balances tell how much.
    `text` says it in Spanish.
    """

    after: int
    before: int
    text: str
    count: int | None = None
    amount: Decimal | None = None


def direction(movements: Sequence[Movement]) -> Direction:
    """Oldest or newest first: by days when there are several, else by which way balances run."""
    if len(movements) < 2:
        return Direction.UNKNOWN
    rising = sum(before.date < after.date for before, after in pairwise(movements))
    falling = sum(before.date > after.date for before, after in pairwise(movements))
    if rising == falling:
        rising = _chained(movements)
        falling = _chained(movements[::-1])
    if rising == falling:
        return Direction.UNKNOWN
    return Direction.OLDEST_FIRST if rising > falling else Direction.NEWEST_FIRST


def chronological(movements: Sequence[Movement]) -> list[int]:
    """The places of the movements from the oldest to the newest.

    Within a day they keep the order the bank gave them, turned around if the newest come first.
    """
    places = range(len(movements))
    turned = places[::-1] if direction(movements) is Direction.NEWEST_FIRST else places
    return sorted(turned, key=lambda place: movements[place].date)


def gaps(reading: Reading) -> list[Gap]:
    """What is missing from the statement, oldest first; empty when nothing tells, or nothing is.

    Balances that chain less than half the time are no running balance and are left alone. Lines
    that could not be read show as a gap too: they are missing from the movements.
    """
    movements = reading.movements
    if direction(movements) is Direction.NEWEST_FIRST:
        movements = movements[::-1]
    by_folio = _folio_gaps(movements)
    return by_folio if by_folio is not None else _balance_gaps(movements, reading)


def _chained(movements: Sequence[Movement]) -> int:
    return sum(_missing(before, after) == 0 for before, after in pairwise(movements))


def _missing(before: Movement, after: Movement) -> Decimal | None:
    """What must have moved between two neighbours; None when a balance is not given."""
    if before.balance is None or after.balance is None:
        return None
    return after.balance - after.amount - before.balance


def _folio_gaps(movements: Sequence[Movement]) -> list[Gap] | None:
    """None unless every movement has a folio, they only rise, and mostly by one."""
    if len(movements) < 2 or not all(m.folio.isascii() and m.folio.isdecimal() for m in movements):
        return None
    pairs = list(pairwise(movements))
    steps = [int(after.folio) - int(before.folio) for before, after in pairs]
    if min(steps) < 1 or steps.count(1) * 2 < len(steps):
        return None
    return [
        Gap(
            after=before.line,
            before=after.line,
            count=step - 1,
            text=f"{_missing_words(step - 1)} entre el folio {before.folio} y el {after.folio}.",
        )
        for (before, after), step in zip(pairs, steps, strict=True)
        if step > 1
    ]


def _missing_words(count: int) -> str:
    return "Falta 1 movimiento" if count == 1 else f"Faltan {count} movimientos"


def _balance_gaps(movements: Sequence[Movement], reading: Reading) -> list[Gap]:
    pairs = list(pairwise(movements))
    told = [missing for before, after in pairs if (missing := _missing(before, after)) is not None]
    if pairs and (not told or told.count(Decimal(0)) * 2 < len(told)):
        return _ends(movements, reading) if not told else []
    found = [
        _gap(missing, before, after)
        for before, after in pairs
        if (missing := _missing(before, after))
    ]
    return found + _ends(movements, reading)


def _gap(missing: Decimal, before: Movement, after: Movement) -> Gap:
    return Gap(
        after=before.line,
        before=after.line,
        amount=missing,
        text=f"Faltan movimientos por {format_money(missing)} entre {_place(before)} y "
        f"{_place(after)}.",
    )


def _place(movement: Movement) -> str:
    return f"la línea {movement.line} ({movement.date:%d/%m/%Y})"


def _ends(movements: Sequence[Movement], reading: Reading) -> list[Gap]:
    """What the opening and the closing balance say of all the movements together."""
    opening, closing = reading.opening_balance, reading.closing_balance
    if opening is None or closing is None:
        return []
    missing = closing - opening - sum((movement.amount for movement in movements), Decimal(0))
    if not missing:
        return []
    text = (
        f"Faltan movimientos por {format_money(missing)} entre el saldo inicial "
        f"{format_money(opening)} y el final {format_money(closing)}."
    )
    return [Gap(after=0, before=0, amount=missing, text=text)]
