"""Cuaderno 43 (Norma 43 of the Spanish banks, used by BBVA): records of 80 characters.

11 opens an account, 22 is a movement, 23 its texts, 24 its foreign currency, 33 closes the account
with counts and sums, 88 closes the file. Positions as in AEB's norm; amounts have two implied
decimals; 1 is debit and 2 is credit.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from facturamos.money import ZERO, format_money
from facturamos.tables.source import MAX_LINE, Source
from facturamos.tables.values import parse_date
from reconciliation.movement import (
    Movement,
    Problem,
    Reading,
    UnreadableStatementError,
    problem,
)

WIDTH: Final = 80
_OPENING = re.compile(r"11\d{18}\d{12}[12]\d{14}", re.ASCII)
_CURRENCIES: Final = {"484": "MXN", "MXN": "MXN", "840": "USD", "978": "EUR"}
_TRUNCATED: Final = (
    "El Cuaderno 43 está incompleto: no trae su registro final. "
    "Descárguelo de nuevo de la banca en línea."
)


class Norma43:
    """The layout, for the registry."""

    name = "Cuaderno 43"

    def recognizes(self, source: Source) -> bool:
        """Whether it opens with a well-formed record 11."""
        if source.is_workbook or source.is_xml:
            return False
        return _OPENING.match(source.text.lstrip("\n")[:WIDTH]) is not None

    def read(self, source: Source) -> Reading:
        """The statement. Raises UnreadableStatementError without an end, or with two accounts."""
        records = [
            (number, line.ljust(WIDTH))
            for number, line in enumerate(source.lines, start=1)
            if line.strip("\x1a ")
        ]
        kinds = [record[:2] for _, record in records]
        if kinds[-1] != "88" or "33" not in kinds:
            raise UnreadableStatementError(_TRUNCATED)
        if kinds.count("11") > 1:
            raise UnreadableStatementError(
                "El archivo trae más de una cuenta. Descargue un estado por cada cuenta."
            )
        reading = Reading(layout=self.name)
        reading.take(_lines(records, reading))
        _check_end(records, reading)
        return reading


def _lines(records: list[tuple[int, str]], reading: Reading) -> Iterator[Movement | Problem]:
    pending: Movement | None = None
    currency = "MXN"
    for number, record in records:
        kind = record[:2]
        if kind == "23" and pending and len(pending.description) < MAX_LINE:
            # The two fields of 38 cut words and numbers in two, so nothing goes between them.
            pending = replace(pending, description=pending.description + record[4:80])
            continue
        if kind == "24":
            continue
        if pending:
            yield _described(pending)
        pending = None
        if kind == "11":
            currency = _open(record, reading)
        elif kind == "22":
            try:
                pending = _movement(number, record, currency)
            except ValueError as error:
                yield problem(number, str(error), record)
        elif kind not in {"33", "88"}:
            yield problem(number, "el registro no es de los que trae un Cuaderno 43", record)
    if pending:
        yield _described(pending)


def _open(record: str, reading: Reading) -> str:
    reading.account = record[10:20]
    reading.opening_balance = _signed(record[32], record[33:47])
    return _CURRENCIES.get(record[47:50].strip() or "484", record[47:50])


def _movement(number: int, record: str, currency: str) -> Movement:
    first, second = record[52:64].strip(), record[64:80].strip()
    amount = _signed(record[27], record[28:42])
    if not amount:
        raise ValueError("no trae importe, o es cero")
    return Movement(
        line=number,
        date=parse_date(f"20{record[10:16]}"),
        amount=amount,
        description="",
        # The second field is the wider one; the first stands in for it. Zeros alone are nothing.
        reference=next((field for field in (second, first) if field.strip("0")), ""),
        currency=currency,
    )


def _described(movement: Movement) -> Movement:
    text = movement.description.rstrip()
    return replace(movement, description=text or movement.reference)


def _signed(mark: str, digits: str) -> Decimal:
    if mark not in "12" or not (digits.isascii() and digits.isdecimal()):
        raise ValueError("el importe no se entiende")
    amount = Decimal(int(digits)).scaleb(-2)
    return amount if mark == "2" else -amount


def _check_end(records: list[tuple[int, str]], reading: Reading) -> None:
    """The totals the bank gives for the account and the file, against what was read."""
    number, end = next((at, record) for at, record in records if record[:2] == "33")
    try:
        reading.closing_balance = _signed(end[58], end[59:73])
        told = [
            (int(end[20:25]), _signed("1", end[25:39])),
            (int(end[39:44]), _signed("2", end[44:58])),
        ]
        in_file = int(records[-1][1][20:26])
    except ValueError:
        reading.problems.append(problem(number, "los totales del final no se entienden", end))
        return
    out = [movement.amount for movement in reading.movements if movement.amount < 0]
    into = [movement.amount for movement in reading.movements if movement.amount > 0]
    for name, amounts, (count, total) in zip(("cargos", "abonos"), (out, into), told, strict=True):
        if (len(amounts), sum(amounts, ZERO)) != (count, total):
            reason = (
                f"el banco dice {count} {name} por {format_money(abs(total))} y se leyeron "
                f"{len(amounts)} por {format_money(abs(sum(amounts, ZERO)))}"
            )
            reading.problems.append(problem(number, reason, end))
    if in_file != len(records) - 1:
        reason = f"el banco dice {in_file} registros y el archivo trae {len(records) - 1}"
        reading.problems.append(problem(records[-1][0], reason))


LAYOUT: Final = Norma43()
