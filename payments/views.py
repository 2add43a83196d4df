from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import CustomerRequest, customer_page
from facturamos.contacts import BANKS
from payments import services
from payments.documents import stored_pdf
from payments.forms import ConfirmationForm
from payments.models import Constancia
from payments.references import InvalidReferenceError, parse_reference
from renewals.forms import selection_query
from renewals.models import MigrationNotice, Quote
from renewals.pricing import SelectionError
from renewals.services import current_quote


@require_GET
@customer_page
def panel(request: CustomerRequest) -> HttpResponse:
    """The customer's home: where the renewal stands, and what comes next."""
    quote = current_quote(request.customer)
    newest = Constancia.objects.of(request.customer).first()
    context = {
        "quote": quote,
        "constancia": newest if newest and newest.status in Constancia.STANDING else None,
        "migration": MigrationNotice.objects.filter(customer=request.customer).first(),
    }
    return render(request, "payments/panel.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def confirm(request: CustomerRequest) -> HttpResponse:
    """What will be generated, with "Aceptar" and "Cancelar". Nothing is made before "Aceptar"."""
    data = request.POST if request.method == "POST" else request.GET
    quote = _quote_asked_for(request, data)
    if "cancel" in data:
        return _back_to_quote(quote, data)
    form = ConfirmationForm(data, quote_lines=list(quote.lines.all()))
    if request.method == "POST":
        return _accept(request, quote, form)
    standing = Constancia.objects.standing().filter(quote=quote).first()
    if standing:
        messages.info(request, "Ya había generado esta constancia de pago.")
        return redirect("payments:constancia", standing.reference)
    return _confirmation(request, quote, form)


def _accept(request: CustomerRequest, quote: Quote, form: ConfirmationForm) -> HttpResponse:
    if not form.is_valid() or form.selection is None:
        return _confirmation(request, quote, form)
    try:
        constancia = services.issue_constancia(
            quote=quote,
            picked=form.selection.picked,
            seen_total=form.cleaned_data["total"],
            by=request.user,
        )
    except services.QuoteClosedError as error:
        raise Http404(str(error)) from error
    except (services.PaymentsError, SelectionError) as error:
        messages.error(request, str(error))
        query = selection_query(quote.public_id, form.data.getlist("lines"))
        return redirect(f"{reverse('payments:confirm')}?{query}")
    return redirect("payments:constancia", constancia.reference)


def _confirmation(request: HttpRequest, quote: Quote, form: ConfirmationForm) -> HttpResponse:
    """The page, or the way back to the quote with the reason when the pick is not a valid one."""
    if not form.is_valid() or form.selection is None:
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return _back_to_quote(quote, form.data)
    context: dict[str, Any] = {
        "quote": quote,
        "lines": form.quote_lines,
        "picked": form.selection.picked,
        "totals": form.selection.totals,
    }
    return render(request, "payments/confirm.html", context)


def _quote_asked_for(request: CustomerRequest, data: QueryDict) -> Quote:
    """The customer's quote that the page speaks of, or the newest. 404 for anyone else's."""
    quotes = Quote.objects.filter(customer=request.customer)
    if "quote" in data:
        try:
            quotes = quotes.filter(public_id=UUID(str(data["quote"])))
        except ValueError as error:
            raise Http404 from error
    quote = quotes.order_by("-pk").first()
    if quote is None or (
        quote.status == Quote.Status.OPEN and quote.has_expired(timezone.localdate())
    ):
        raise Http404
    return quote


def _back_to_quote(quote: Quote, data: QueryDict) -> HttpResponse:
    """The quote's page with the same boxes ticked."""
    query = selection_query(quote.public_id, data.getlist("lines"))
    return redirect(f"{reverse('renewals:quote')}?{query}")


@require_GET
@customer_page
def constancias(request: CustomerRequest) -> HttpResponse:
    """Every constancia of the customer, newest first."""
    rows = Constancia.objects.of(request.customer)
    return render(request, "payments/constancias.html", {"constancias": rows})


@require_GET
@customer_page
def constancia(request: CustomerRequest, reference: str) -> HttpResponse:
    """One constancia on screen: what to pay, where, and what happens next."""
    found = _own_constancia(request, reference)
    return render(request, "payments/constancia.html", {"constancia": found, "banks": BANKS})


@require_GET
@customer_page
def constancia_pdf(request: CustomerRequest, reference: str) -> HttpResponse:
    """The stored PDF."""
    found = _own_constancia(request, reference)
    return HttpResponse(
        stored_pdf(found),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="constancia-{found.reference}.pdf"'},
    )


def _own_constancia(request: CustomerRequest, reference: str) -> Constancia:
    """404 for one that is not the customer's, as if it did not exist."""
    try:
        digits = parse_reference(reference)
    except InvalidReferenceError as error:
        raise Http404 from error
    return get_object_or_404(
        Constancia.objects.of(request.customer).prefetch_related("lines"), reference=digits
    )
