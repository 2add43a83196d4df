"""What every bank layout is turned into: movements, and what could not be read. Knows no database.

Amounts are `Decimal` in the movement's currency, two decimals: positive for money that came in,
negative for money that went out (withdrawals, fees). A day is the bank's day of operation.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from facturamos.tables import UnreadableFileError

# What is shown of a line that could not be read.
TEXT_SHOWN: Final = 120


# No statement that can be read; those who read any table raise the same.
UnreadableStatementError = UnreadableFileError


class UnknownLayoutError(UnreadableStatementError):
    """A table, but of no known bank: `headers` are the ones found, for a person to map.

    Read it with `parsers.generic.read_table` and a `Mapping`.
    """

    def __init__(self, message: str, headers: list[str]) -> None:
        super().__init__(message)
        self.headers = headers


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of a statement. Texts are empty where the layout does not say.

    `line` is where it starts in the file, from 1 (in CAMT, the number of the entry). `description`
    is the bank's text, whole. `reference` is the field the layout keeps for it, as it came.
    `folio` numbers the movements of an account one after another, where the bank does so.
    """

    line: int
    date: date
    amount: Decimal
    description: str
    reference: str = ""
    balance: Decimal | None = None
    tracking_key: str = ""
    folio: str = ""
    payer_name: str = ""
    payer_account: str = ""
    payer_bank: str = ""
    currency: str = "MXN"


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that could not be read: its number in the file, why, and its text, cut."""

    line: int
    reason: str
    text: str = ""


@dataclass(slots=True)
class Reading:
    """A statement as it was read.

    `account` is a number, a CLABE or an IBAN, as the file says it; empty when it does not.
    `counted` is every line that carries data: `len(movements) + len(problems)` unless a check of
    the whole file (its totals) adds a problem of its own.
    """

    layout: str
    account: str = ""
    movements: list[Movement] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    opening_balance: Decimal | None = None
    closing_balance: Decimal | None = None
    counted: int = 0

    def take(self, lines: Iterable[Movement | Problem]) -> None:
        """Add the lines, each where it belongs, and count them."""
        for line in lines:
            self.counted += 1
            if isinstance(line, Movement):
                self.movements.append(line)
            else:
                self.problems.append(line)


def problem(line: int, reason: str, text: str = "") -> Problem:
    """A problem with the text cut to what can be shown."""
    return Problem(line=line, reason=reason, text=" ".join(text.split())[:TEXT_SHOWN])
