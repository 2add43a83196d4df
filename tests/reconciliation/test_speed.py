"""Reading is fast in proportion to what it cannot be faster than, and needs no Django."""

import csv
import io
import random
import re
import subprocess
import sys
import time
from datetime import date
from decimal import Decimal

import pytest

from reconciliation.fingerprints import fingerprints
from reconciliation.parsers import read_statement
from reconciliation.references_in_text import find

LINES = 100_000


def statement():
    drawn = random.Random(5)
    rows = ["Día\tConcepto / Referencia\tcargo\tAbono\tSaldo"]
    for number in range(LINES):
        text = f"SPEI RECIBIDOBANORTE/{number:010}  072 {drawn.randrange(10**7):07}RENOVACION"
        amount = drawn.randrange(100, 900_000) / 100
        rows.append(f"{drawn.randint(1, 28):02}-08-2026\t{text}\t\t{amount:,.2f}\t{number:,}.00")
    return "\n".join(rows).encode("cp1252")


def floor(content):
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


def seconds(work):
    """Of the processor, the best of three: others work on the machine too."""

    def once():
        start = time.process_time()
        work()
        return time.process_time() - start

    return min(once() for _ in range(3))


@pytest.mark.slow
def test_reading_and_searching_100000_lines():
    content = statement()

    def whole():
        reading = read_statement(content)
        assert len(reading.movements) == LINES
        for movement in reading.movements:
            find(movement.description, movement.reference)

    # Measured: 3.6 times the floor.
    assert seconds(whole) < 9 * seconds(lambda: floor(content))


@pytest.mark.slow
def test_keys_of_100000_lines():
    movements = read_statement(statement()).movements
    assert seconds(lambda: fingerprints(movements)) < 4 * seconds(lambda: floor(statement()))


def test_reconciling_knows_no_django():
    modules = "parsers, matching, fingerprints, order, references_in_text"
    program = f"from reconciliation import {modules}; import sys; print('django' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert ended.stdout.strip() == b"False"
