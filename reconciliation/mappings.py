"""Tables of no known bank: what a person said of their columns, remembered by their headers."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.models import User
from facturamos.tables.cells import cell_text, header_key
from facturamos.tables.source import Source
from reconciliation.models import Statement, TableMapping
from reconciliation.movement import Reading, UnknownLayoutError, UnreadableStatementError
from reconciliation.parsers import LAYOUTS, generic, read_statement
from reconciliation.parsers.table import Mapping

ROWS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Table:
    """A table nobody knows: its headers, and its first rows as they stand in the file."""

    headers: list[str]
    rows: list[list[str]]


def headers_key(headers: Sequence[str]) -> str:
    """One value for headers that differ only in case, accents or punctuation."""
    keys = "\n".join(header_key(header) for header in headers)
    return hashlib.sha256(keys.encode()).hexdigest()


def remembered(headers: Sequence[str]) -> Mapping | None:
    """What somebody said of a table with these headers; None when nobody did."""
    row = TableMapping.objects.filter(headers_key=headers_key(headers)).first()
    return from_json(row.mapping) if row else None


def from_json(kept: dict[str, Any]) -> Mapping:
    """A mapping as the database keeps it."""
    return Mapping(**{**kept, "description": tuple(kept["description"])})


def read(content: bytes) -> tuple[Reading, Mapping | None]:
    """The statement in a file of any known bank, or of headers that somebody explained; with what
    they said, if that was needed.

    Raises UnreadableStatementError; UnknownLayoutError when somebody has to explain them.
    """
    try:
        return read_statement(content), None
    except UnknownLayoutError as error:
        mapping = remembered(error.headers)
        if mapping is None:
            raise
        return generic.read_table(content, mapping), mapping


def unknown_table(statement: Statement) -> Table | None:
    """The table that a person has to explain before the statement can be read; None without one."""
    if statement.state != Statement.State.FAILED:
        return None
    try:
        with statement.file.open("rb") as file:
            source = Source(file.read())
        if any(layout.recognizes(source) for layout in LAYOUTS):
            return None
        headers = generic.headers_in(source)
    except (UnreadableStatementError, OSError):  # or the file is lost
        return None
    return Table(headers, _first_rows(source, headers)) if headers else None


def _first_rows(source: Source, headers: list[str]) -> list[list[str]]:
    """The rows below the headers, without the columns that have none."""
    rows = [[cell_text(cell) for cell in cells] for _, cells in source.head]
    at = next(number for number, cells in enumerate(rows) if list(filter(None, cells)) == headers)
    places = [place for place, header in enumerate(rows[at]) if header]
    return [
        [cells[place] if place < len(cells) else "" for place in places]
        for cells in rows[at + 1 : at + 1 + ROWS_SHOWN]
    ]


@transaction.atomic
def explain(
    *, statement: Statement, headers: Sequence[str], mapping: Mapping, by: User
) -> Statement:
    """Remember what the headers mean, and have the statement that failed for them read anew.

    Returns the statement that is being read: another, when the same file came in again meanwhile.
    Raises UnreadableStatementError when not one line can be read in that way.
    """
    _check(statement, mapping)
    row, _created = TableMapping.objects.update_or_create(
        headers_key=headers_key(headers),
        defaults={"headers": list(headers), "mapping": asdict(mapping), "saved_by": by},
    )
    audit.record("tablemapping.saved", by=by, target=row, mapping=asdict(mapping))
    try:
        with transaction.atomic():
            Statement.objects.filter(pk=statement.pk, state=Statement.State.FAILED).update(
                state=Statement.State.READING,
                mapping=asdict(mapping),
                failure="",
                worked_at=None,
                attempts=0,
            )
    except IntegrityError:
        gone = [Statement.State.FAILED, Statement.State.UNDONE]
        return Statement.objects.filter(sha256=statement.sha256).exclude(state__in=gone).get()
    statement.refresh_from_db()
    return statement


@transaction.atomic
def forget(*, table: TableMapping, by: User) -> None:
    """Ask about such a table the next time. What was read with it stays as it is."""
    audit.record("tablemapping.forgotten", by=by, target=table, mapping=table.mapping)
    table.delete()


def _check(statement: Statement, mapping: Mapping) -> None:
    with statement.file.open("rb") as file:
        reading = generic.read_table(file.read(), mapping)
    if reading.movements:
        return
    why = "no hay ninguna línea debajo de los encabezados."
    if reading.problems:
        first = reading.problems[0]
        why = f"en la línea {first.line}, {first.reason}."
    raise UnreadableStatementError(f"Con estas columnas no se pudo leer nada: {why} Revíselas.")
