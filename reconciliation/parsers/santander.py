"""Santander México, twenty columns: the sign stands in `Cargo/Abono`. Second-hand."""

from reconciliation.parsers.table import Mapping, TableLayout

LAYOUT = TableLayout(
    name="Santander",
    mapping=Mapping(
        account="Cuenta",
        date="Fecha",
        description=("Descripcion", "Concepto"),
        amount="Importe",
        sign="Cargo/Abono",
        reference="Referencia",
        balance="Saldo",
        tracking_key="Clave de Rastreo",
        payer_name="Nombre Ordenante",
        payer_account="Cta Ordenante",
        payer_bank="Banco Participante",
    ),
)
