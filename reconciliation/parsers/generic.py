"""Any table, through a mapping that a person gave."""

from facturamos.tables.cells import cell_text
from facturamos.tables.source import Source
from reconciliation.movement import Reading, UnreadableStatementError
from reconciliation.parsers.table import Mapping, TableLayout, find_header

NAME = "Tabla"


def headers_in(source: Source) -> list[str]:
    """The first row of three or more short texts without a number among them."""
    for _, cells in source.head:
        texts = [cell_text(cell) for cell in cells]
        named = [text for text in texts if text]
        if len(named) >= 3 and all(len(text) <= 60 and _is_name(text) for text in named):
            return named
    return []


def _is_name(text: str) -> bool:
    letters = sum(character.isalpha() for character in text)
    return letters > sum(character.isdigit() for character in text)


def read_table(content: bytes, mapping: Mapping) -> Reading:
    """The statement in a table of any bank.

    Raises UnreadableStatementError when a header of the mapping is not there.
    """
    source = Source(content)
    layout = TableLayout(name=NAME, mapping=mapping)
    if find_header(source.head, mapping.headers()) is None:
        raise UnreadableStatementError(
            "El archivo no tiene las columnas indicadas. Revise que sea el mismo formato de antes, "
            "o indique de nuevo qué columna es cada cosa."
        )
    return layout.read(source)
