"""Tables as people write them, for the tests that load them."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook

from accounts.loading import apply_table, kinds, upload_table
from accounts.models import TableImport, User


def as_csv(*rows: Sequence[Any], separator: str = ",", encoding: str = "utf-8") -> bytes:
    """The rows, the header first."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(*rows: Sequence[Any]) -> bytes:
    """The same as a sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def uploaded(kind: str, content: bytes, by: User) -> TableImport:
    """The table, looked at and not loaded."""
    return upload_table(kind=kinds()[kind], name=f"{kind}.csv", content=content, by=by)


def loaded(kind: str, content: bytes, by: User) -> tuple[int, int, int]:
    """Load a table in which nothing is wrong; how many rows are new, changed and the same."""
    table = uploaded(kind, content, by)
    assert apply_table(table=table, by=by), table.result["problems"]
    table.refresh_from_db()
    return table.result["new"], table.result["changed"], table.result["same"]


def problems(kind: str, content: bytes, by: User) -> list[tuple[int, str]]:
    """What is wrong with a table, by line; such a table is not loaded."""
    table = uploaded(kind, content, by)
    found: Iterable[list[Any]] = table.result["problems"]
    assert apply_table(table=table, by=by) is not bool(found)
    return [(line, text) for line, text in found]
