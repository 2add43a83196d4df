from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import CustomerRequest, customer_page
from facturamos.dates import long_date
from facturamos.tampered import is_id
from renewals import pricing, services
from renewals.forms import PICK, SelectionForm, selection_query
from renewals.models import MigrationNotice, Quote


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """`/`: to the panel, or to sign-in."""
    return redirect("payments:panel" if request.user.is_authenticated else "account_login")


@require_safe
@customer_page
def start(request: CustomerRequest) -> HttpResponse:
    """Where signing in leads: the offer while there is one, else the panel."""
    if services.current_quote(request.customer):
        return redirect("renewals:quote")
    return redirect("payments:panel")


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def quote(request: CustomerRequest) -> HttpResponse:
    """The quote with its boxes, and the three ways on from it."""
    data = request.POST if request.method == "POST" else request.GET
    if "quote" in data and not services.find_quote(
        customer=request.customer, public_id=str(data["quote"])
    ):
        raise Http404
    offer = services.current_quote(request.customer)
    if offer is None:
        return _without_offer(request)
    if request.method != "POST":
        return _quote_page(request, offer, form=None)
    if "later" in request.POST:
        services.postpone_quote(quote=offer, by=request.user)
        until = long_date(offer.valid_until)
        messages.info(request, f"Su cotización lo espera en su panel, vigente hasta el {until}.")
        return redirect("payments:panel")
    form = SelectionForm(request.POST, quote_lines=list(offer.lines.all()))
    if "recalculate" in request.POST or not form.is_valid() or form.selection is None:
        return _quote_page(request, offer, form=form)
    query = selection_query(offer.public_id, sorted(form.selection.picked))
    request.session[PICK] = query
    return redirect(f"{reverse('payments:confirm')}?{query}")


def _quote_page(request: HttpRequest, offer: Quote, form: SelectionForm | None) -> HttpResponse:
    lines = list(offer.lines.select_related("product"))
    if form is None:
        asked = {int(pk) for pk in request.GET.getlist("lines") if is_id(pk)}
        wanted = asked or services.picked_before(offer)
        picked = {line.pk for line in lines if not wanted or line.pk in wanted}
    else:
        picked = form.ticked()
    picked |= {line.pk for line in lines if line.is_required}
    recalculating = "recalculate" in request.POST
    context: dict[str, Any] = {
        "quote": offer,
        "lines": lines,
        "picked": picked,
        "totals": pricing.totals(lines, picked, services.current_iva_rate()),
        "form": None if recalculating and form and form.is_only_unfinished() else form,
    }
    return render(request, "renewals/quote.html", context)


def _without_offer(request: CustomerRequest) -> HttpResponse:
    """No quote to act on: the constancia that waits for payment, or a page that says why."""
    newest = Quote.objects.filter(customer=request.customer).first()
    if newest and newest.status == Quote.Status.HELD:
        messages.info(request, "Ya generó la constancia de pago de su cotización; aquí está.")
        return redirect("payments:constancias")
    return render(request, "renewals/no_quote.html", {"newest": newest}, status=404)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def migration(request: CustomerRequest) -> HttpResponse:
    """The notice of version 4.0 and its "continue"."""
    notice = MigrationNotice.objects.filter(customer=request.customer).first()
    if notice is None:
        return still_locked(request)
    if request.method == "POST":
        services.acknowledge_version_4(customer=request.customer, by=request.user)
        return redirect("payments:panel")
    return render(request, "renewals/migration.html", {"notice": notice})


def still_locked(request: HttpRequest) -> HttpResponse:
    """To the panel, saying when version 4.0 opens."""
    messages.warning(
        request,
        "El aviso y el manual de la versión 4.0 se abren cuando confirmemos su pago. "
        "Aquí puede ver cómo va.",
    )
    return redirect("payments:panel")
