"""Tables for other programs: CSV and XLSX in which no text can act as a formula. Knows no app.

A spreadsheet runs a text cell that begins with =, +, - or @ (OWASP, "CSV Injection"): such a text
gets an apostrophe before it. Numbers and dates are written as what they are.
"""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain, islice
from typing import Any, Final

Cell = str | int | Decimal | date | None

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
# The longest text that a cell of a spreadsheet holds.
_LONGEST: Final = 32_767
_ROWS_AT_ONCE: Final = 500
_CENTS: Final = -2
# What XML, and so an XLSX, cannot hold.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def harmless(text: str) -> str:
    """The text as a cell may hold it: what would start a formula gets an apostrophe before it.

    Blanks, marks that cannot be seen (a BOM, say) and full-width forms of the signs do not hide it.
    """
    text = _UNWRITABLE.sub("", text)
    seen = next((sign for sign in text if not _is_unseen(sign)), "")
    begins = (text[:1], unicodedata.normalize("NFKC", seen)[:1])
    if any(sign and sign in _STARTS_A_FORMULA for sign in begins):
        text = f"'{text}"
    return re.sub(r"\r\n?", "\n", text)[:_LONGEST]


def _is_unseen(sign: str) -> bool:
    """Blanks, controls, and what only directs the writing, such as a BOM."""
    return sign.isspace() or unicodedata.category(sign) in ("Cc", "Cf")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its name, for a book of several."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV in UTF-8 with the mark (BOM) by which Excel knows it."""
    return b"".join(csv_parts(header, rows))


def csv_parts(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The same CSV, some hundred rows at a time, for tables that are too long to hold."""
    yield codecs.BOM_UTF8
    left = chain([header], rows)
    while part := list(islice(left, _ROWS_AT_ONCE)):
        text = io.StringIO(newline="")
        csv.writer(text).writerows([_safe(cell) for cell in row] for row in part)
        yield text.getvalue().encode()


def to_xlsx(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """An XLSX of one sheet, its amounts as numbers and its texts never anything but text."""
    return to_book([Sheet("Datos", header, rows)])


def to_book(sheets: Iterable[Sheet]) -> bytes:
    """An XLSX of several sheets, alike; each keeps its first row in view."""
    # 5 MB that only whoever takes an XLSX needs.
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    book = Workbook(write_only=True)
    for table in sheets:
        sheet = book.create_sheet(table.name)
        sheet.freeze_panes = "A2"
        for row in chain([table.header], table.rows):
            cells: list[Any] = [_safe(cell) for cell in row]
            # A cell of its own costs several times a bare value.
            sheet.append(
                [
                    _as_cell(WriteOnlyCell(sheet, cell)) if _is_special(cell) else cell
                    for cell in cells
                ]
            )
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _safe(cell: Cell) -> Cell:
    return harmless(cell) if isinstance(cell, str) else cell


def _is_special(cell: Cell) -> bool:
    """Whether it must be told apart: a text in which openpyxl would see more, or pesos."""
    return isinstance(cell, Decimal) or (isinstance(cell, str) and cell.startswith(("#", "=")))


def _as_cell(written: Any) -> Any:
    """A text stays one even where openpyxl would see more in it, such as `#N/A`; pesos look so."""
    if isinstance(written.value, str):
        written.data_type = "s"
    elif isinstance(written.value, Decimal) and written.value.as_tuple().exponent == _CENTS:
        written.number_format = "#,##0.00"
    return written
