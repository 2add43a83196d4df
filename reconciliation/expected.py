"""What we wait for: the constancias, as reconciliation sees them, and how to find them fast."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Protocol

from facturamos.money import ZERO
from reconciliation.movement import Movement


class Status(Enum):
    """The states of a constancia, by the values payments gives them."""

    OPEN = "open"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Expected:
    """One constancia: amounts in MXN, days local. `payer_keys` are those of `payer_keys` below,
    remembered from earlier payments of the same customer."""

    id: int
    reference: str
    total: Decimal
    subtotal: Decimal
    issued_on: date
    expires_on: date
    status: Status = Status.OPEN
    paid: Decimal = ZERO
    customer_name: str = ""
    rfc: str = ""
    payer_keys: frozenset[str] = frozenset()

    @property
    def missing(self) -> Decimal:
        """What has not been paid yet."""
        return self.total - self.paid

    def waits_on(self, day: date, paid: Decimal) -> bool:
        """Whether a deposit of that day counts, with so much paid before.

        The last day counts although it expired since, and what completes a payment in part may come
        later (as payments.services.deposit_date_problem).
        """
        if self.status in {Status.PAID, Status.CANCELLED} or paid >= self.total:
            return False
        return self.issued_on <= day and (day <= self.expires_on or bool(paid))


class Index:
    """The constancias by reference and by who pays. Built once for a statement.

    All of them belong in it, also those paid, expired and cancelled. `amounts` is every amount that
    one of them lacks.
    """

    def __init__(self, constancias: Iterable[Expected]) -> None:
        self.by_reference: dict[str, Expected] = {}
        self.amounts: set[Decimal] = set()
        self._by_payer: dict[str, list[Expected]] = defaultdict(list)
        for constancia in constancias:
            self.by_reference[constancia.reference] = constancia
            if constancia.status in {Status.PAID, Status.CANCELLED}:
                continue
            self.amounts.add(constancia.missing)
            for key in constancia.payer_keys | _rfc_keys(constancia.rfc):
                self._by_payer[key].append(constancia)

    def near(self, wrong: str) -> list[Expected]:
        """Those one wrong digit, or one swap of neighbours, away from a number of seven digits."""
        return [self.by_reference[n] for n in neighbours(wrong) if n in self.by_reference]

    def of_payer(self, movement: Movement) -> list[Expected]:
        """Those whose payer this movement names."""
        if not self._by_payer:
            return []
        found = [
            constancia
            for key in sorted(payer_keys(movement))
            for constancia in self._by_payer.get(key, ())
        ]
        return list(dict.fromkeys(found))


def neighbours(number: str) -> list[str]:
    """Every number one digit or one swap of neighbours away, without itself."""
    wrong = [
        number[:place] + digit + number[place + 1 :]
        for place in range(len(number))
        for digit in "0123456789"
        if digit != number[place]
    ]
    swapped = [
        number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        for place in range(len(number) - 1)
        if number[place] != number[place + 1]
    ]
    return list(dict.fromkeys(wrong + swapped))


_BNET = re.compile(r"BNET\s*(\d{10})", re.ASCII)
_RFC = re.compile(r"(?<![A-Z0-9])[A-ZÑ&]{3,4}\d{6}[A-Z0-9]{3}(?![A-Z0-9])")


class NamesPayer(Protocol):
    """A movement, read or kept, as far as it says who paid."""

    @property
    def description(self) -> str:
        """The bank's text."""

    @property
    def payer_name(self) -> str:
        """As the bank writes it, or empty."""

    @property
    def payer_account(self) -> str:
        """Digits, or empty."""


def payer_keys(movement: NamesPayer) -> frozenset[str]:
    """Who paid, as far as the bank says: `account:`, `rfc:` and `name:` keys to remember."""
    keys = set(_rfc_keys(*_RFC.findall(movement.description.upper())))
    account = movement.payer_account
    if not account and (bnet := _BNET.search(movement.description)):
        account = bnet[1]
    if account:
        keys.add(f"account:{account}")
    if movement.payer_name:
        flat = unicodedata.normalize("NFKD", movement.payer_name.casefold())
        keys.add("name:" + "".join(c for c in flat if c.isalnum()))
    return frozenset(keys)


def _rfc_keys(*rfcs: str) -> frozenset[str]:
    """Keys of the RFCs that name somebody: not those of the public at large and of foreigners."""
    named = set(rfcs) - {"", "XAXX010101000", "XEXX010101000"}
    return frozenset(f"rfc:{rfc}" for rfc in named)
