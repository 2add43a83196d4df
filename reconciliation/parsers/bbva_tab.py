"""BBVA México, movements as text between tabs (`.exp`, `.txt`).

Second-hand (public parsers). The account is not in the file. Concept and reference share a cell.
"""

from reconciliation.parsers.table import Mapping, TableLayout

LAYOUT = TableLayout(
    name="BBVA, texto con tabuladores",
    mapping=Mapping(
        date="Día",
        description=("Concepto / Referencia",),
        withdrawal="cargo",
        deposit="Abono",
        balance="Saldo",
    ),
)
