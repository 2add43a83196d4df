"""Amounts and dates as banks and people write them. What is ambiguous is refused, never guessed.

Both take a cell: text, or what a sheet holds (a number, a date). Raises ValueError with a reason in
Spanish that can follow "línea 12: ".
"""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final

from facturamos.money import LARGEST, to_cents

Cell = str | int | float | Decimal | date | None

# Excel's day 0 (it believes 1900 was a leap year, hence the 30th), and the years we take.
_EXCEL_EPOCH: Final = date(1899, 12, 30)
_YEARS: Final = range(2000, 2100)

# Longer than any amount or date; the patterns below are never tried on more.
_LONGEST: Final = 40
_EMPTY: Final = frozenset({"", "-", "–", "—", "--", "$", "$-", "-$", "$ -"})
# Nearly every amount of every bank: two decimals, and below the largest by its length.
_USUAL = re.compile(r"(?:\d{1,3}(?:,\d{3}){0,2}|\d{1,9})\.\d\d", re.ASCII)
_MARKED = re.compile(
    r"(?P<open>\()?\s*(?P<sign>[+\-−]?)\s*\$?\s*(?P<sign2>[+\-−]?)\s*(?P<digits>[\d.,]+)\s*"
    r"(?P<after>[\-−]?)\s*(?P<close>\))?",
    re.ASCII,
)
_MEXICAN = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d{1,2})?", re.ASCII)
_EUROPEAN = re.compile(r"(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d{1,2})?", re.ASCII)

_MONTHS: Final = {
    name: number
    for names in (
        "ene feb mar abr may jun jul ago sep oct nov dic",
        "jan - - apr - - - aug set - - dec",
    )
    for number, name in enumerate(names.split(), start=1)
}
_DAY_FIRST = re.compile(
    r"(\d{1,2})([/.\- ])(\d{1,2}|[a-z]{3,10}\.?)\2(\d{4}|\d{2})(?:[ t]+\d{1,2}:\d{2}.{0,12})?",
    re.ASCII,
)
_ISO = re.compile(r"(\d{4})([/.\-])(\d{1,2})\2(\d{1,2})(?:[ t]+\d{1,2}:\d{2}.{0,20})?", re.ASCII)
_EIGHT = re.compile(r"\d{8}", re.ASCII)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)


def parse_amount(cell: Cell, decimal: str = ".") -> Decimal | None:
    """The amount in a cell, in MXN with two decimals and its sign; None when it is empty or `-`.

    `decimal=","` reads `1.234,00`, only for layouts that say so. `1,500` is fifteen hundred;
    `(500.00)` and `500.00-` are negative.

    Raises ValueError when it is no amount, or could be two.
    """
    if isinstance(cell, str):
        return _amount_in_text(cell.strip(), decimal)
    if cell is None:
        return None
    if cell is True or cell is False or isinstance(cell, date):
        raise ValueError("donde va el importe hay otra cosa")
    return _amount_in_number(cell)


def _amount_in_number(cell: int | float | Decimal) -> Decimal:
    """Excel keeps amounts in binary: 88661.03 may come as 88661.0300000001, but not as 0.125."""
    if isinstance(cell, float) and float(cents := f"{cell:.2f}") == cell and -1e9 < cell < 1e9:
        return Decimal(cents)
    exact = Decimal(repr(cell)) if isinstance(cell, float) else Decimal(cell)
    if not exact.is_finite() or abs(exact) > LARGEST:
        raise ValueError("el importe no es un número posible")
    rounded = to_cents(exact)
    if abs(exact - rounded) > Decimal("0.00001"):
        raise ValueError("el importe tiene más de dos decimales")
    return rounded


def _amount_in_text(text: str, decimal: str) -> Decimal | None:
    if decimal == "." and _USUAL.fullmatch(text):
        return Decimal(text.replace(",", ""))
    if not text:
        return None
    text = text.strip(" '\u00a0")
    if text in _EMPTY:
        return None
    written = _MARKED.fullmatch(text) if len(text) <= _LONGEST else None
    if written is None or bool(written["open"]) != bool(written["close"]):
        raise ValueError(f"el importe «{text[:40]}» no se entiende")
    marks = [written["open"], written["sign"], written["sign2"], written["after"]]
    minus = [mark for mark in marks if mark and mark != "+"]
    if len(minus) > 1:
        raise ValueError(f"el importe «{text[:40]}» lleva dos signos")
    digits = written["digits"]
    shape = _MEXICAN if decimal == "." else _EUROPEAN
    if not shape.fullmatch(digits):
        raise ValueError(f"el importe «{text[:40]}» puede leerse de más de una manera")
    if decimal == ",":
        digits = digits.replace(".", "").replace(",", ".")
    amount = _checked(digits.replace(",", ""))
    return -amount if minus else amount


def _checked(digits: str) -> Decimal:
    amount = Decimal(digits)
    if amount > LARGEST:
        raise ValueError("el importe es demasiado grande")
    return to_cents(amount)


def parse_date(cell: Cell) -> date:
    """The day in a cell: `25-08-2026`, `25/08/26`, `20260825`, `2026-08-25`, `25/AGO/2026`, a date
    cell, or Excel's count of days. The day comes first, as in Mexico; a time after it is left out.

    Raises ValueError for anything else, and for years out of 2000 to 2099.
    """
    if isinstance(cell, str):
        return _date_in_text(cell.strip(" '\u00a0\t").lower())
    if isinstance(cell, datetime):
        return _in_range(cell.date())
    if isinstance(cell, date):
        return _in_range(cell)
    if cell is None or isinstance(cell, bool):
        raise ValueError("falta la fecha")
    return _from_serial(float(cell))


# A statement has few days and many lines.
@lru_cache(maxsize=2048)
def _from_serial(serial: float) -> date:
    if not 0 < serial < 100_000:
        raise ValueError("la fecha no se entiende")
    return _in_range(_EXCEL_EPOCH + timedelta(days=int(serial)))


@lru_cache(maxsize=2048)
def _date_in_text(text: str) -> date:
    if not text:
        raise ValueError("falta la fecha")
    if len(text) > _LONGEST:
        raise ValueError("la fecha no se entiende")
    if written := _DAY_FIRST.fullmatch(text):
        day, _, month, year = written.groups()
        return _day(f"20{year}" if len(year) == 2 else year, _month(month), day)
    if written := _ISO.fullmatch(text):
        year, _, month, day = written.groups()
        return _day(year, int(month), day)
    if _EIGHT.fullmatch(text):
        return _from_eight(text)
    if _SERIAL.fullmatch(text):
        return _from_serial(float(text))
    raise ValueError(f"la fecha «{text[:30]}» no se entiende")


def _from_eight(text: str) -> date:
    """`20260825` or `25082026`: a month never begins with 20, so only one of them can be."""
    if text[4:6] == "20":
        return _day(text[4:], int(text[2:4]), text[:2])
    return _day(text[:4], int(text[4:6]), text[6:])


def _month(written: str) -> int:
    if written.isdigit():
        return int(written)
    return _MONTHS.get(written[:3], 0)


def _day(year: str, month: int, day: str) -> date:
    try:
        return _in_range(date(int(year), month, int(day)))
    except ValueError:
        raise ValueError(f"la fecha {day}/{month}/{year} no existe o no es posible") from None


def _in_range(day: date) -> date:
    if day.year not in _YEARS:
        raise ValueError(f"el año {day.year} no es posible")
    return day
