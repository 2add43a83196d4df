"""BBVA México, the sheet of seven columns: xlsx, csv, and the XML that calls itself `.xls`.

Second-hand (public parsers). The account stands above the header; the newest movement comes first.
"""

from collections.abc import Sequence
from typing import Final

from reconciliation.parsers.table import Mapping, TableLayout, join

_FOLIO: Final = 10


def _describe(parts: Sequence[str]) -> str:
    """Concept, reference and more as the text layout writes them: `CONCEPTO/referencia más`."""
    concept, reference, more = parts
    # As a number the folio of ten digits loses its zeros, and could pass for one of our references.
    folio = reference.zfill(_FOLIO) if reference.isdecimal() else reference
    more = join([folio, more])
    if not more:
        return concept
    return f"{concept} {more}" if "/" in concept else f"{concept}/{more}"


LAYOUT = TableLayout(
    name="BBVA, hoja de cálculo",
    mapping=Mapping(
        date="Fecha Operación",
        description=("Concepto", "Referencia", "Referencia Ampliada"),
        withdrawal="Cargo",
        deposit="Abono",
        balance="Saldo",
    ),
    describe=_describe,
)
