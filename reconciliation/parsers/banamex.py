"""Banamex, four columns: date, reference and concept together, charge and credit. Second-hand."""

from reconciliation.parsers.table import Mapping, TableLayout

LAYOUT = TableLayout(
    name="Banamex",
    mapping=Mapping(
        date="Fecha",
        description=("Referencia Alfanumérica y Concepto",),
        withdrawal="Cargo",
        deposit="Abono",
    ),
)
