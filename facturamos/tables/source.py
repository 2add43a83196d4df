"""A file as it came: what kind of thing it is, its text, its rows. Its name does not count."""

import csv
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import Final

from facturamos.tables import UnreadableFileError, sheets
from facturamos.tables.sheets import DEFAULT, MAX_BYTES, MAX_LINES, Limits
from facturamos.tables.values import Cell

__all__ = ["MAX_BYTES", "MAX_LINE", "MAX_LINES", "Limits", "Row", "Source", "decode"]

# A movement with every text a bank can put in it stays far below.
MAX_LINE: Final = 10_000
# A quoted text that runs over more lines than this was never closed.
_MAX_QUOTED_LINES: Final = 20
_HEAD: Final = 60

_MAGIC: Final = {
    b"%PDF": "Es un PDF. Descárguelo como texto, Excel o CSV y súbalo de nuevo.",
    b"\x89PNG": "Es una imagen. Suba el archivo de datos, no una captura.",
    b"\xff\xd8\xff": "Es una imagen. Suba el archivo de datos, no una captura.",
    b"GIF8": "Es una imagen. Suba el archivo de datos, no una captura.",
    b"\x1f\x8b": "El archivo está comprimido. Descomprímalo y súbalo de nuevo.",
    b"Rar!": "El archivo está comprimido. Descomprímalo y súbalo de nuevo.",
    b"7z\xbc\xaf": "El archivo está comprimido. Descomprímalo y súbalo de nuevo.",
    b"MZ": "Es un programa, no una tabla. No lo abra y avise a su administrador.",
    b"\x7fELF": "Es un programa, no una tabla. No lo abra y avise a su administrador.",
}

Row = tuple[int, list[Cell]]


class Source:
    """The content of an uploaded file, decoded once and looked at by every layout.

    Raises UnreadableFileError when it is empty, too big, or neither a text nor a sheet.
    """

    def __init__(self, content: bytes, limits: Limits = DEFAULT) -> None:
        if len(content) > limits.content:
            raise UnreadableFileError(
                f"El archivo pasa de {limits.content >> 20} MB. "
                "Divídalo, o descárguelo por periodos más cortos."
            )
        for magic, message in _MAGIC.items():
            if content.startswith(magic):
                raise UnreadableFileError(message)
        self.content = content
        self._limits = limits
        self.is_workbook = content.startswith((sheets.ZIP, sheets.OLE))

    @cached_property
    def text(self) -> str:
        """The whole text with `\\n` between lines; empty for a workbook."""
        return "" if self.is_workbook else decode(self.content)

    @cached_property
    def is_xml(self) -> bool:
        """Whether it is XML of any kind."""
        return self.text[:200].lstrip().startswith("<")

    @cached_property
    def is_spreadsheet_xml(self) -> bool:
        """Whether it is the XML that Excel 2003 wrote, which banks hand out as `.xls`."""
        return self.is_xml and "urn:schemas-microsoft-com:office:spreadsheet" in self.text[:4000]

    @cached_property
    def head(self) -> list[Row]:
        """The first rows, in which a header stands if there is one."""
        rows = self.rows()
        return [row for row, _ in zip(rows, range(_HEAD), strict=False)]

    def rows(self) -> Iterator[Row]:
        """The rows of the table with their number, from 1. XML that is no sheet has none."""
        if self.is_workbook or self.is_spreadsheet_xml:
            return iter(self._sheet)
        if self.is_xml:
            return iter(())
        if self.delimiter == "\t":
            return self._tabbed()
        return self._quoted()

    @cached_property
    def _sheet(self) -> list[Row]:
        read = sheets.read_workbook if self.is_workbook else sheets.read_spreadsheet_xml
        rows = read(self.content, self._limits)
        if not rows:
            raise UnreadableFileError(
                "La hoja de cálculo está vacía. Descárguela o guárdela de nuevo."
            )
        return rows

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text. Raises UnreadableFileError for too many or endless ones."""
        if self.text.count("\n") > self._limits.lines:
            raise UnreadableFileError(
                f"El archivo pasa de {self._limits.lines:,} líneas. "
                "Divídalo, o descárguelo por periodos más cortos."
            )
        lines = self.text.split("\n")
        if max(map(len, lines)) > MAX_LINE:
            raise UnreadableFileError(
                "El archivo tiene una línea demasiado larga para ser de una tabla. "
                "Descárguelo o guárdelo de nuevo, sin abrirlo en otro programa."
            )
        return lines

    @cached_property
    def delimiter(self) -> str:
        """What separates the cells: whatever cuts most of the first lines into equally many."""
        head = [line for line in self.lines[:200] if line.strip()][:_HEAD]

        def score(delimiter: str) -> tuple[int, int]:
            widths = Counter(line.count(delimiter) for line in head if delimiter in line)
            width, lines = max(widths.items(), key=lambda item: item[::-1], default=(0, 0))
            return lines, width

        return max("\t|;,", key=score)

    def _tabbed(self) -> Iterator[Row]:
        """Nobody quotes between tabs, and a lone quote in a concept must not swallow lines."""
        return (
            (number, list[Cell](line.split("\t")))
            for number, line in enumerate(self.lines, start=1)
            if line
        )

    def _quoted(self) -> Iterator[Row]:
        numbered = iter(enumerate(self.lines, start=1))
        for number, line in numbered:
            record = [line]
            if line.count('"') % 2:
                record = self._closed(number)
                for _ in record[1:]:
                    next(numbered)
            if line:
                yield number, self._cells("\n".join(record), closed=line.count('"') % 2 == 0)

    def _closed(self, number: int) -> list[str]:
        """The lines of the record that starts on this one, up to where its quote closes."""
        quotes = 0
        for end in range(number - 1, min(number - 1 + _MAX_QUOTED_LINES, len(self.lines))):
            quotes += self.lines[end].count('"')
            if quotes % 2 == 0:
                return self.lines[number - 1 : end + 1]
        return self.lines[number - 1 : number]

    def _cells(self, record: str, closed: bool) -> list[Cell]:
        if not closed and "\n" not in record:
            return list[Cell](record.split(self.delimiter))
        try:
            return [cell for row in csv.reader([record], delimiter=self.delimiter) for cell in row]
        except csv.Error:  # a cell longer than any bank writes
            return list[Cell](record.split(self.delimiter))


def decode(content: bytes) -> str:
    """The text of a file in UTF-8 or UTF-16, with or without a mark, or in Windows-1252.

    Characters that were lost before it came (U+FFFD) stay. Raises UnreadableFileError when it
    is no text, or has none.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", errors="replace")
    elif (encoding := _utf16_without_mark(content[:4096])) is not None:
        text = content.decode(encoding, errors="replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", errors="replace")
    if not text.strip():
        raise UnreadableFileError(
            "El archivo está vacío. Descárguelo o guárdelo de nuevo y súbalo."
        )
    # A damaged text has an odd character here and there; a binary has little else.
    sample = text[:20_000]
    odd = sum(1 for character in sample if character < " " and character not in "\t\n\r\f\x1a")
    if "\0" in text or odd > len(sample) // 100:
        raise UnreadableFileError(
            "El archivo no es un texto ni una hoja de cálculo. "
            "Suba el archivo de datos, tal como se descargó."
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _utf16_without_mark(head: bytes) -> str | None:
    """Statements are nearly ASCII, so every second byte of UTF-16 is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if half >= 8 and odd > half * 0.8 and not even:
        return "utf-16-le"
    if half >= 8 and even > half * 0.8 and not odd:
        return "utf-16-be"
    return None
