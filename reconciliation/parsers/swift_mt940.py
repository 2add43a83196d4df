"""SWIFT MT940, read by the mt-940 package."""

import logging
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

import mt940
from mt940.models import Transaction

from facturamos.money import to_cents
from facturamos.tables.source import Source
from facturamos.tables.values import parse_date
from reconciliation.movement import (
    Movement,
    Problem,
    Reading,
    UnreadableStatementError,
    problem,
)

# The package logs whatever it does not understand; here the person is told.
logging.getLogger("mt940").setLevel(logging.CRITICAL)

_TAG = re.compile(r"^:(\d{2}[A-Z]?):", re.MULTILINE)
# Stricter than the package, which takes `C100.50` for 100 and keeps `.50` as a reference.
_LINE = re.compile(
    r":61:\d{6}(?:\d{4}|\s{4})?R?[DC][A-Z]?\d{1,12},\d{0,2}[A-Z][A-Z0-9 ]{3}", re.ASCII
)
# A reversed credit (RC) is money that went out.
_SIGNS: Final = {"C": 1, "RD": 1, "D": -1, "RC": -1}
_BALANCE: Final = {
    tag: re.compile(rf"^:{tag}[FM]:([CD])\d{{6}}[A-Z]{{3}}(\d{{1,15}},\d{{0,2}})", re.MULTILINE)
    for tag in ("60", "62")
}
_TRUNCATED: Final = (
    "El MT940 está incompleto: no trae su saldo final. Descárguelo de nuevo de la banca en línea."
)


class MT940:
    """The layout, for the registry."""

    name = "MT940"

    def recognizes(self, source: Source) -> bool:
        """Whether it has the account and the opening balance of a message 940."""
        if source.is_workbook or source.is_xml:
            return False
        tags = set(_TAG.findall(source.text[:5000]))
        return "25" in tags and bool(tags & {"60F", "60M"})

    def read(self, source: Source) -> Reading:
        """The statement. Raises UnreadableStatementError without its end, or with two accounts."""
        accounts = set(re.findall(r"^:25:(.*)$", source.text, re.MULTILINE))
        if len(accounts) > 1:
            raise UnreadableStatementError(
                "El archivo trae más de una cuenta. Descargue un estado por cada cuenta."
            )
        if not re.search(r"^:62[FM]:", source.text, re.MULTILINE):
            raise UnreadableStatementError(_TRUNCATED)
        good, bad = _sorted_out(source.lines)
        transactions = _parse(good)
        reading = Reading(layout=self.name, account=accounts.pop().strip())
        reading.take(bad)
        numbers = [number for number, line in good if line.startswith(":61:")]
        reading.take(_movements(transactions, numbers))
        # A file may hold several days: the first opens it, the last closes it.
        openings, closings = (_BALANCE[which].findall(source.text) for which in ("60", "62"))
        reading.opening_balance = _balance(openings[0]) if openings else None
        reading.closing_balance = _balance(closings[-1]) if closings else None
        return reading


def _balance(written: tuple[str, str]) -> Decimal:
    mark, amount = written
    size = to_cents(Decimal(amount.replace(",", ".")))
    return size if mark == "C" else -size


def _sorted_out(lines: list[str]) -> tuple[list[tuple[int, str]], list[Problem]]:
    """The lines the package can take, and the movements it would stumble over or leave out."""
    good: list[tuple[int, str]] = []
    bad: list[Problem] = []
    dropping = False
    for number, line in enumerate(lines, start=1):
        if _TAG.match(line):
            dropping = line.startswith(":86:") and dropping
        if line.startswith(":61:"):
            reason = _reason(line)
            dropping = bool(reason)
            if reason:
                bad.append(problem(number, reason, line))
        if not dropping:
            good.append((number, line))
    return good, bad


def _reason(line: str) -> str:
    if not _LINE.match(line):
        return "el movimiento no tiene la forma de un MT940"
    try:
        parse_date(f"20{line[4:10]}")
    except ValueError as error:
        return str(error)
    return ""


def _parse(good: list[tuple[int, str]]) -> list[Transaction]:
    try:
        statement = mt940.parse("\n".join(line for _, line in good))
    except (RuntimeError, ValueError, ArithmeticError, KeyError, TypeError) as error:
        raise UnreadableStatementError(
            "El MT940 tiene una parte que no se entiende. "
            "Descárguelo de nuevo de la banca en línea."
        ) from error
    return list(statement)


def _movements(transactions: list[Transaction], numbers: list[int]) -> Iterator[Movement | Problem]:
    if len(transactions) != len(numbers):
        raise UnreadableStatementError(
            "El MT940 trae movimientos que no se entienden. "
            "Descárguelo de nuevo de la banca en línea."
        )
    for number, transaction in zip(numbers, transactions, strict=True):
        data = transaction.data
        texts = [data.get("transaction_details"), data.get("extra_details")]
        text = "\n".join(str(part) for part in texts if part)
        amount = _SIGNS[str(data["status"])] * abs(to_cents(data["amount"].amount))
        if not amount:
            yield problem(number, "no trae importe, o es cero", text)
            continue
        reference = str(data.get("customer_reference") or "").strip()
        yield Movement(
            line=number,
            date=parse_date(data.get("entry_date") or data["date"]),
            amount=amount,
            description=text.strip(),
            reference="" if reference.upper() in {"NONREF", "NOTPROVIDED"} else reference,
            currency=str(data.get("currency") or "MXN"),
        )


LAYOUT: Final = MT940()
