"""The constancia's page: from plain data to a PDF. Knows no database."""

from itertools import groupby
from pathlib import Path

from barcode.codex import Code128
from django.template.loader import render_to_string

from facturamos.contacts import BANKS, CONTACTS
from facturamos.pdf import draw_pdf
from payments.references import format_reference
from payments.slip import Slip

STYLESHEET = Path(__file__).resolve().parent.parent / "static/pdf/constancia.css"
BAR_HEIGHT = 30
# White modules on either side, without which a scanner does not find the code.
QUIET_ZONE = 10


class _Code128(Code128):  # type: ignore[misc]  # the package brings no types
    """python-barcode 0.16 takes a first pair "99" for a change of character set and drops it."""

    def _try_to_optimize(self, encoded: list[int]) -> list[int]:
        return encoded


def draw_constancia(slip: Slip) -> bytes:
    """The slip as a tagged PDF (PDF/UA-1, es-MX), one Letter page for the usual few lines.

    The same slip gives the same bytes, at any time and on any machine with the same fonts.
    """
    html = render_to_string(
        "payments/constancia_pdf.html",
        {
            "slip": slip,
            "printed_reference": format_reference(slip.reference),
            "barcode": code_128(slip.reference),
            "contacts": CONTACTS,
            "banks": BANKS,
        },
    )
    return draw_pdf(html, STYLESHEET)


def code_128(text: str) -> dict[str, object]:
    """The text as a Code 128 barcode: one SVG path (`d`), and the drawing's width and height.

    One unit is one module. A single path draws in a quarter of the time of a rectangle a bar.
    """
    (modules,) = _Code128(text).build()
    bars, x = [], QUIET_ZONE
    for colour, run in groupby(modules):
        width = len(list(run))
        if colour == "1":
            bars.append(f"M{x} 0h{width}v{BAR_HEIGHT}h-{width}z")
        x += width
    return {"d": "".join(bars), "width": x + QUIET_ZONE, "height": BAR_HEIGHT}
