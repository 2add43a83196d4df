"""Reading a bank's statement, without any database, beside what no reader can do without."""

import csv
import io
import random
import re
from datetime import date
from decimal import Decimal

from bench.measure import figure, medians, title
from reconciliation.fingerprints import fingerprints
from reconciliation.parsers import read_statement
from reconciliation.references_in_text import find

LINES = 100_000


def run() -> None:
    """Print the figures of this part."""
    content = invented()
    movements = read_statement(content).movements
    if len(movements) != LINES:
        raise RuntimeError(f"{len(movements)} of {LINES} lines were read")
    least, reading, searching, keys = medians(
        lambda: floor(content),
        lambda: read_statement(content),
        lambda: [find(each.description, each.reference) for each in movements],
        lambda: fingerprints(movements),
        rounds=3,
    )
    title(f"Reading {LINES:,} lines, processor time ÷ rows, days, amounts and seven digits alone")
    figure("reading", reading / least, f"{reading:.2f} s ÷ {least:.2f} s")
    figure("looking for references", searching / least)
    figure("the keys that know a line again", keys / least)


def invented() -> bytes:
    """A statement of BBVA, the same every time."""
    chance = random.Random(5)  # noqa: S311 (the same lines every time)
    rows = ["Día\tConcepto / Referencia\tcargo\tAbono\tSaldo"]
    for number in range(LINES):
        text = f"SPEI RECIBIDOBANORTE/{number:010}  072 {chance.randrange(10**7):07}RENOVACION"
        amount = chance.randrange(100, 900_000) / 100
        rows.append(f"{chance.randint(1, 28):02}-08-2026\t{text}\t\t{amount:,.2f}\t{number:,}.00")
    return "\n".join(rows).encode("cp1252")


def floor(content: bytes) -> list[tuple[date, Decimal, re.Match[str] | None]]:
    """What any reader does: rows, a day, an amount, seven digits."""
    reference = re.compile(r"\d{7}")
    rows = csv.reader(io.StringIO(content.decode("cp1252")), delimiter="\t")
    next(rows)
    return [
        (
            date(int(row[0][6:]), int(row[0][3:5]), int(row[0][:2])),
            Decimal(row[3].replace(",", "")),
            reference.search(row[1]),
        )
        for row in rows
    ]
