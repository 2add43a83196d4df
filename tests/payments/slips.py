"""Slips to draw, and what is read on them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

from facturamos.money import Totals
from payments.pdf import draw_constancia
from payments.slip import Slip, SlipLine
from tests.pdfs import pages_in

LEVEL = SlipLine(
    code="SP0800",
    quantity=1,
    description="Actualizacion 3.3 NIVEL A.",
    included=True,
    unit_price=Decimal("575.00"),
    amount=Decimal("575.00"),
)
ANNUITY = SlipLine(
    code="105077",
    quantity=1,
    description="Anualidad NIVEL 1.",
    included=True,
    unit_price=Decimal("550.00"),
    amount=Decimal("550.00"),
)
LEFT_OUT = SlipLine(
    code="SP0300",
    quantity=2,
    description="Diseños especiales de factura",
    included=False,
    unit_price=Decimal("1800.00"),
    amount=Decimal("0.00"),
)
MANUAL = Slip(
    reference="1234566",
    customer_name="Ferretería Demostración del Norte",
    customer_rfc="FDE150803AB1",
    issued_on=date(2026, 11, 22),
    expires_on=date(2026, 12, 22),
    lines=(LEVEL, ANNUITY),
    totals=Totals(
        subtotal=Decimal("1125.00"),
        rate=Decimal("0.16"),
        iva=Decimal("180.00"),
        total=Decimal("1305.00"),
    ),
    beneficiary="Sistemas Perseo S.A. de C.V.",
    bank_name="BBVA",
    account_number="0101644637",
    clabe="012164001016446374",
    verify_url="https://portal.example.com/verificar/AAAAAAAAAAAAAAAAAAAAAA/",
)

# Everything that is unusual in one slip: drawing takes most of the time.
UNUSUAL = replace(
    MANUAL,
    customer_name='Peña <b>&"ñ</b> &amp; Hijos {{ x }}',
    lines=(LEVEL, LEFT_OUT),
    totals=Totals(Decimal("20000.00"), Decimal("0.08"), Decimal("1600.00"), Decimal("21600.00")),
)

draw = cache(draw_constancia)


def pages_of(slip: Slip) -> list[str]:
    """What is read on each page."""
    return pages_in(draw(slip))


def text_of(slip: Slip) -> str:
    """What is read on all of them."""
    return " ".join(pages_of(slip))
