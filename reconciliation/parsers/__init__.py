"""Every bank layout we can read. A new one is a file here and a line in LAYOUTS."""

from typing import Final, Protocol

from facturamos.tables.source import Source
from reconciliation.movement import Reading, UnknownLayoutError, UnreadableStatementError
from reconciliation.parsers import (
    banamex,
    banorte,
    bbva_sheet,
    bbva_tab,
    camt053,
    generic,
    norma43,
    santander,
    swift_mt940,
)


class Layout(Protocol):
    """What a layout must offer. `recognizes` looks at the content, never at the file's name."""

    @property
    def name(self) -> str:
        """What a person calls it."""

    def recognizes(self, source: Source) -> bool:
        """Whether this file is in this layout; cheap, and never raises for another layout's."""

    def read(self, source: Source) -> Reading:
        """The statement."""


LAYOUTS: Final[tuple[Layout, ...]] = (
    bbva_tab.LAYOUT,
    bbva_sheet.LAYOUT,
    norma43.LAYOUT,
    banorte.LAYOUT,
    santander.LAYOUT,
    banamex.LAYOUT,
    swift_mt940.LAYOUT,
    camt053.LAYOUT,
)


def read_statement(content: bytes) -> Reading:
    """The statement in a file, whatever its bank and its name.

    Raises UnreadableStatementError, with a sentence in Spanish; UnknownLayoutError when it is a
    table whose headers nobody knows.
    """
    source = Source(content)
    for layout in LAYOUTS:
        if layout.recognizes(source):
            return layout.read(source)
    if headers := generic.headers_in(source):
        raise UnknownLayoutError(
            "No reconocemos el formato de este archivo. Indique qué columna es la fecha, cuál la "
            "descripción y cuáles los importes.",
            headers,
        )
    raise UnreadableStatementError(
        "El archivo no parece un estado de cuenta. Descargue los movimientos de la banca en línea "
        "como texto, Excel o CSV y súbalo sin cambiarlo."
    )
