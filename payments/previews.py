"""The confirmation, the constancia and its PDF, with invented data, for the texts' previews."""

from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.previews import Page, invented_user
from facturamos.money import add_up, in_words
from facturamos.texts.in_force import in_force
from facturamos.texts.kinds import Place
from payments.channels import USUAL_CEILING, channels
from payments.models import Constancia, ConstanciaLine
from payments.panel import offer_state
from payments.pdf import draw_constancia
from payments.plain import slip_of
from payments.services import last_day
from payments.state import constancia_state
from payments.timeline import Road, timeline
from renewals import pricing
from renewals.previews import invented_lines
from renewals.services import current_iva_rate


def _panel(key: str) -> Page:
    state = offer_state(invented_lines()[0].quote, None, timezone.localdate())
    return Page("payments/panel.html", {"user": invented_user(), "state": state})


def _confirm(key: str) -> Page:
    lines = invented_lines()
    picked = {line.pk for line in lines}
    totals = pricing.totals(lines, picked, current_iva_rate())
    context = {
        "user": invented_user(),
        "quote": lines[0].quote,
        "lines": lines,
        "picked": picked,
        "totals": totals,
        "in_words": in_words(totals.total),
        "expires_on": last_day(timezone.localdate()),
    }
    return Page("payments/confirm.html", context)


def invented_constancia(price: Decimal) -> Constancia:
    """One of one line at that price (MXN, without IVA), which is in no table."""
    user, quote = invented_user(), invented_lines()[0].quote
    line = ConstanciaLine(
        code="EJEMPLO",
        quantity=1,
        description="Actualización de ejemplo",
        included=True,
        unit_price=price,
        amount=price,
    )
    totals = add_up([price], current_iva_rate())
    constancia = Constancia(
        pk=0,
        reference="1234569",
        token="EJEMPLO",  # noqa: S106 (it opens nothing)
        quote=quote,
        customer=user.customer,
        customer_name="Empresa de ejemplo",
        customer_rfc="EJE010101AB1",
        expires_on=last_day(timezone.localdate()),
        subtotal=totals.subtotal,
        iva_rate=totals.rate,
        iva=totals.iva,
        total=totals.total,
        beneficiary="Beneficiario de ejemplo",
        bank_name="Banco ficticio",
        account_number="0000000000",
        clabe="012000000000000003",
    )
    constancia.paid = Decimal("0.00")
    constancia._prefetched_objects_cache = {"lines": [line]}  # type: ignore[attr-defined]
    return constancia


def _invented(key: str) -> Constancia:
    """As dear as it takes to show the text."""
    return invented_constancia(USUAL_CEILING if key == "payment.ceiling" else Decimal("1125.00"))


def _constancia(key: str) -> Page:
    constancia = _invented(key)
    words, today = in_force(), timezone.localdate()
    road = Road(today, constancia.expires_on, issued_on=today, contacts=words.contacts)
    context: dict[str, Any] = {
        "user": invented_user(),
        "constancia": constancia,
        "state": constancia_state(constancia, None, today, on_its_page=True),
        "channels": channels(constancia.reference, constancia.total, words),
        "timeline": timeline(road),
        # Otherwise the words to look at would lie folded up.
        "open_channels": True,
        "is_payable": True,
        "can_be_invoiced": True,
    }
    return Page("payments/constancia.html", context)


def _paper(key: str) -> Page:
    return Page(pdf=draw_constancia(slip_of(_invented(key))))


PREVIEWS = {
    Place.PANEL: _panel,
    Place.CONFIRM: _confirm,
    Place.CONSTANCIA: _constancia,
    Place.PAPER: _paper,
}
