"""The constancia's page: from plain data to a PDF. Knows no database."""

from pathlib import Path

from django.template.loader import render_to_string

from facturamos.money import in_words
from facturamos.pdf import draw_pdf
from payments.channels import ceiling_warning
from payments.codes import code_128, qr_code
from payments.references import format_reference
from payments.slip import Slip

STYLESHEET = Path(__file__).resolve().parent.parent / "static/pdf/constancia.css"


def draw_constancia(slip: Slip) -> bytes:
    """The slip as a tagged PDF (PDF/UA-1, es-MX), one Letter page for the usual few lines.

    The same slip gives the same bytes, at any time and on any machine with the same fonts.
    """
    html = render_to_string(
        "payments/constancia_pdf.html",
        {
            "slip": slip,
            "printed_reference": format_reference(slip.reference),
            "ceiling_warning": ceiling_warning(slip.totals.total, slip.words),
            "total_in_words": in_words(slip.totals.total),
            "barcode": code_128(slip.reference),
            "qr": qr_code(slip.verify_url),
            "words": slip.words,
            "contacts": slip.words.contacts,
            "banks": slip.words.banks,
        },
    )
    return draw_pdf(html, STYLESHEET)
