"""Tables for other programs: CSV and XLSX in which no text can act as a formula. Knows no app.

A spreadsheet runs a text cell that begins with =, +, - or @ (OWASP, "CSV Injection"): such a text
gets an apostrophe before it. Numbers and dates are written as what they are.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

Cell = str | int | Decimal | date | None

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
# The longest text that a cell of a spreadsheet holds.
_LONGEST: Final = 32_767
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


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV in UTF-8 with the mark (BOM) by which Excel knows it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerows([_safe(cell) for cell in row] for row in (header, *rows))
    return text.getvalue().encode("utf-8-sig")


def to_xlsx(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """An XLSX of one sheet, its amounts as numbers and its texts never anything but text."""
    # 5 MB that only whoever takes an XLSX needs.
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Datos")
    for row in (header, *rows):
        cells: list[Any] = [_safe(cell) for cell in row]
        sheet.append([_as_text(WriteOnlyCell(sheet, cell)) for cell in cells])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _safe(cell: Cell) -> Cell:
    return harmless(cell) if isinstance(cell, str) else cell


def _as_text(written: Any) -> Any:
    """A text stays one even where openpyxl would see more in it, such as `#N/A`."""
    if isinstance(written.value, str):
        written.data_type = "s"
    return written
