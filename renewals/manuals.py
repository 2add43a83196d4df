"""The two manuals, drawn from our own templates."""

from functools import cache

from django.conf import settings
from django.template.loader import render_to_string

from facturamos.contacts import BANKS, CONTACTS
from facturamos.pdf import draw_pdf

PAYMENT = "pago"
VERSION_4 = "version_4_0"


@cache
def manual_pdf(name: str) -> bytes:
    """The manual (`PAYMENT` or `VERSION_4`) as a PDF. Drawn once for each process."""
    context = {
        "contacts": CONTACTS,
        "banks": BANKS,
        "site": CONTACTS.site,
        "promise_hours": CONTACTS.promise_hours,
        "expiry_days": settings.CONSTANCIA_DAYS,
    }
    html = render_to_string(f"manuals/{name}.html", context)
    return draw_pdf(html, settings.BASE_DIR / "static/pdf/manual.css")
