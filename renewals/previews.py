"""The quote, what stands in its place, and the notice of version 4.0, for the texts' previews."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.previews import Page, invented_user
from facturamos.texts.kinds import Place
from renewals import pricing
from renewals.models import MigrationNotice, Product, Quote, QuoteLine
from renewals.services import current_iva_rate


def invented_lines() -> list[QuoteLine]:
    """What an invented customer could choose from."""
    product = Product(pk=0, code="EJEMPLO", name="Producto de ejemplo")
    quote = Quote(pk=0, valid_until=timezone.localdate() + timedelta(days=30))
    names = [("Actualización de ejemplo", "900.00"), ("Diseño de ejemplo", "1800.00")]
    return [
        QuoteLine(
            pk=number,
            quote=quote,
            product=product,
            description=name,
            unit_price=Decimal(price),
            is_required=number == 1,
        )
        for number, (name, price) in enumerate(names, start=1)
    ]


def _quote(key: str) -> Page:
    lines = invented_lines()
    picked = {line.pk for line in lines}
    context = {
        "user": invented_user(),
        "quote": lines[0].quote,
        "lines": lines,
        "picked": picked,
        "totals": pricing.totals(lines, picked, current_iva_rate()),
    }
    return Page("renewals/quote.html", context)


def _no_quote(key: str) -> Page:
    user = invented_user()
    newest = Quote(valid_until=timezone.localdate() - timedelta(days=1))
    context = {
        "user": user,
        "distributor": user.customer.distributor if user.customer else None,
        "newest": newest if key == "no_quote.expired" else None,
    }
    return Page("renewals/no_quote.html", context)


def _version_4(key: str) -> Page:
    notice = MigrationNotice(unlocked_at=timezone.now())
    return Page("renewals/migration.html", {"user": invented_user(), "notice": notice})


PREVIEWS = {Place.QUOTE: _quote, Place.NO_QUOTE: _no_quote, Place.VERSION_4: _version_4}
