"""Banorte, thirteen quoted columns. Second-hand (public parsers)."""

import re
from dataclasses import replace

from reconciliation.movement import Movement
from reconciliation.parsers.table import Mapping, TableLayout

_TRACKING = re.compile(r"CVE\s?RAST(?:REO)?[.:\s]+([A-Z0-9]{8,30})")
_PAYER = re.compile(r"(?:DE (?:LA )?CUENTA|CTA ORD)[.:\s]+(\d{10,18})")


def _refine(movement: Movement) -> Movement:
    """The detail says the tracking key and, sometimes, the payer's account."""
    tracking = _TRACKING.search(movement.description)
    payer = _PAYER.search(movement.description)
    return replace(
        movement,
        tracking_key=tracking[1] if tracking else "",
        payer_account=payer[1] if payer else "",
    )


LAYOUT = TableLayout(
    name="Banorte",
    mapping=Mapping(
        account="Cuenta",
        date="Fecha de Operación",
        description=("Descripción", "Descripción Detallada"),
        reference="Referencia",
        deposit="Depósitos",
        withdrawal="Retiros",
        balance="Saldo",
        folio="Movimiento",
    ),
    marks=("Cod. Transac", "Sucursal", "Cheque"),
    refine=_refine,
)
