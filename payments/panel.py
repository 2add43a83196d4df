"""What the panel answers while no constancia waits: what to do now, and until when.

Decides from rows that others read, and says it with the contacts in force.
"""

from datetime import date

from django.urls import reverse

from facturamos.dates import long_date
from payments.models import Constancia, InvoiceRequest
from payments.state import Mark, State, day_of, unbroken, until
from payments.ways import Action, Ways, company, mail, new_quote
from renewals.models import MigrationNotice, Quote

ASKED = "Ya solicitó su factura: cuando la emitamos, se la enviaremos por correo."


def offer_state(quote: Quote | None, last: Constancia | None, today: date) -> State:
    """The state of a customer for whom no constancia waits (else `constancia_state` says it).

    `quote` is from `latest_quote`, and `last` its newest constancia.
    """
    if quote and quote.is_offered(today):
        return _to_choose(quote, last, today)
    if quote and quote.has_lapsed(today):
        return _lapsed(quote, last)
    notice: MigrationNotice | None = getattr(quote and quote.customer, "migration_notice", None)
    if notice:
        return _renewed(notice, last)
    return State(
        Mark.DONE,
        "No tiene nada pendiente",
        "Cuando le preparemos una cotización de renovación, la verá aquí al entrar.",
        "No tiene ninguna fecha que cuidar.",
        mail(company().sales_email, "Pedir una cotización", "Cotización de renovación"),
        then=f"Si la espera desde hace días, escriba a {company().sales_email}.",
    )


def _to_choose(quote: Quote, last: Constancia | None, today: date) -> State:
    stopped, ways = _before(last)
    return State(
        Mark.ACT,
        "Su renovación está por hacerse",
        "Le preparamos una cotización. Elija sus productos y genere su constancia de pago, la hoja "
        "con su referencia para pagar en el banco: toma unos dos minutos.",
        f"Puede generar su constancia {until(quote.valid_until, today)}.",
        Action("Renovar mis productos", reverse("renewals:quote")),
        ways,
        stopped,
    )


def _lapsed(quote: Quote, last: Constancia | None) -> State:
    stopped, ways = _before(last)
    distributor = " o a su distribuidor" if quote.customer.distributor_id else ""
    return State(
        Mark.STOPPED,
        "Su cotización venció",
        f"Pida una nueva a {company().sales_email}{distributor}; la verá aquí en cuanto "
        "esté lista.",
        f"Venció el {long_date(quote.valid_until)}.",
        new_quote(),
        ways,
        stopped,
    )


def _renewed(notice: MigrationNotice, last: Constancia | None) -> State:
    paid = last if last and last.status == Constancia.Status.PAID else None
    asked: InvoiceRequest | None = getattr(paid, "invoice_request", None)
    return State(
        Mark.DONE,
        "Su renovación está pagada",
        "No tiene nada pendiente. Cuando toque renovar otra vez, verá aquí su cotización.",
        f"Tiene la versión 4.0 desde el {day_of(notice.unlocked_at)}.",
        Action("Ver el aviso y el manual de la versión 4.0", reverse("renewals:migration")),
        (Ways(paid, on_its_page=False).invoice(),) if paid else (),
        ASKED if asked and not asked.is_issued else "",
    )


def _before(last: Constancia | None) -> tuple[str, tuple[Action, ...]]:
    """What to know of the newest constancia when it stopped."""
    if last is None or last.status in Constancia.STANDING:
        return "", ()
    at = last.cancelled_at or last.expired_at
    text = (
        f"Su constancia anterior, {unbroken(last)}, está {last.get_status_display()} desde "
        f"el {day_of(at)}: no la pague. Si ya la había pagado, envíe su comprobante."
    )
    return text, (Ways(last, on_its_page=False).proof("Enviar el comprobante de la anterior"),)
