"""A table that people fill in: its columns by their headers, and what each line says.

Knows no database. What is wrong is gathered, all of it, with the number of its line.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from facturamos.tables import UnreadableFileError
from facturamos.tables.cells import cell_text, header_key
from facturamos.tables.source import Limits, Row, Source
from facturamos.tables.values import Cell, parse_amount, parse_date

# Above the header people write titles, not chapters.
_HEADER_WITHIN: Final = 20
_YES: Final = frozenset({"si", "s", "x", "1", "true", "verdadero", "yes"})
_NO: Final = frozenset({"no", "n", "0", "false", "falso"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column: how the template writes its header, how else people do, and how a cell is read.

    `read` raises ValueError with a reason in Spanish. A required one has something in every line.
    """

    name: str
    header: str
    example: str
    read: Callable[[Cell], Any]
    also: tuple[str, ...] = ()
    required: bool = False

    def is_called(self, key: str) -> bool:
        """Whether a header, as `header_key` gives it, is this column's."""
        return key in map(header_key, (self.header, *self.also))


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a line, as a sentence."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line by its number in the file, with what could be read of it; empty cells are left out."""

    number: int
    values: dict[str, Any]


@dataclass(slots=True)
class Table:
    """A table as it was read. `unknown` are the headers that no column is called by."""

    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def read_table(content: bytes, columns: Sequence[Column], limits: Limits) -> Table:
    """Read a CSV (any separator, any encoding) or a sheet (formulas as it last showed them).

    Raises UnreadableFileError when it is no table, or one without the required columns.
    """
    source = Source(content, limits)
    at, places, unknown = _header(source.head, columns)
    table = Table(unknown=unknown)
    for number, cells in source.rows():
        if number > at and any(map(cell_text, cells)):
            table.lines.append(_line(number, cells, places, table.problems))
    if not table.lines:
        raise UnreadableFileError("La tabla no tiene ninguna línea debajo de sus encabezados.")
    return table


def _header(
    head: Sequence[Row], columns: Sequence[Column]
) -> tuple[int, list[tuple[int, Column]], list[str]]:
    """The number of the header's line, the place of each column, and the headers of none."""
    if not head:
        raise UnreadableFileError("El archivo no es una tabla. Suba un CSV o una hoja de Excel.")
    number, cells = max(
        head[:_HEADER_WITHIN],
        key=lambda row: sum(
            any(column.is_called(header_key(cell)) for column in columns) for cell in row[1]
        ),
    )
    keys = [header_key(cell) for cell in cells]
    places: list[tuple[int, Column]] = []
    for column in columns:
        found = [place for place, key in enumerate(keys) if column.is_called(key)]
        if len(found) > 1:
            raise UnreadableFileError(
                f"La columna «{column.header}» está más de una vez. Deje una sola."
            )
        places += [(place, column) for place in found]
    known = {place for place, _ in places}
    missing = [
        f"«{column.header}»"
        for column in columns
        if column.required and column.name not in {found.name for _, found in places}
    ]
    if missing:
        raise UnreadableFileError(
            f"A la tabla le falta la columna {', '.join(missing)}. "
            "Los encabezados van en una sola línea, como en la plantilla."
        )
    unknown = [
        cell_text(cell)[:60]
        for place, cell in enumerate(cells)
        if place not in known and cell_text(cell)
    ]
    return number, places, unknown


def _line(
    number: int,
    cells: Sequence[Cell],
    places: Sequence[tuple[int, Column]],
    problems: list[Problem],
) -> Line:
    values: dict[str, Any] = {}
    for place, column in places:
        cell = cells[place] if place < len(cells) else ""
        if not cell_text(cell):
            if column.required:
                problems.append(Problem(number, f"Falta «{column.header}»."))
            continue
        try:
            values[column.name] = column.read(cell)
        except ValueError as error:
            problems.append(Problem(number, f"«{column.header}»: {error}."))
    return Line(number, values)


def text(longest: int) -> Callable[[Cell], str]:
    """Reads a text of so many characters at most, its blanks made single."""

    def read(cell: Cell) -> str:
        written = " ".join(cell_text(cell).split())
        if not written.isprintable() or "\ufffd" in written:
            raise ValueError("lleva un carácter dañado o que no se ve; escríbalo otra vez")
        if len(written) > longest:
            raise ValueError(f"pasa de {longest} caracteres (tiene {len(written):,})")
        return written

    return read


def whole(least: int, most: int) -> Callable[[Cell], int]:
    """Reads a whole number between the two, inclusive; `1,000` is a thousand."""

    def read(cell: Cell) -> int:
        try:
            number = parse_amount(cell)
        except ValueError:
            number = None
        if number is None or number != int(number) or not least <= number <= most:
            shown = cell_text(cell)[:40]
            raise ValueError(f"«{shown}» no es un número entero de {least:,} a {most:,}")
        return int(number)

    return read


def price(cell: Cell) -> Decimal:
    """An amount in MXN, not negative: `1,234.00`, `$575`."""
    amount = parse_amount(cell)
    if amount is None or amount < 0:
        raise ValueError("el precio es un importe en pesos, y no puede ser negativo")
    return amount


def yes_or_no(cell: Cell) -> bool:
    """`Sí`, `No` and what else people write for them."""
    key = header_key(cell_text(cell))
    if key not in _YES | _NO:
        raise ValueError(f"«{cell_text(cell)[:40]}» no es Sí ni No")
    return key in _YES


day = parse_date
