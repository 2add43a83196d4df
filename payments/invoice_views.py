"""The customer asks for an invoice, and downloads it once it is issued."""

import logging
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import CustomerRequest, customer_page
from payments.invoice_forms import InvoiceForm
from payments.invoices import InvoiceError, receiver_of, request_invoice
from payments.models import Constancia, InvoiceRequest
from payments.slip_views import find_constancia

log = logging.getLogger(__name__)

CONTENT_TYPES = {"pdf": "application/pdf", "xml": "application/xml"}


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def invoice(request: CustomerRequest, reference: str) -> HttpResponse:
    """Ask for the invoice of a constancia, correct what was asked for, or take it."""
    own = Constancia.objects.of(request.customer).with_paid()
    found = find_constancia(own.select_related("invoice_request", "customer"), reference)
    asked: InvoiceRequest | None = getattr(found, "invoice_request", None)
    if asked and asked.is_issued:
        return render(request, "payments/invoice_issued.html", {"invoice": asked})
    today = timezone.localdate()
    if not found.can_be_invoiced(today):
        state = found.status_on(today)
        messages.warning(request, f"Esta constancia está {state}, así que no hay qué facturar.")
        return redirect("payments:constancia", found.reference)
    form = InvoiceForm(request.POST or None, known=receiver_of(found))
    if form.is_valid():
        return _ask(request, found, form)
    context = {"constancia": found, "asked": asked, "form": form}
    return render(request, "payments/invoice.html", context)


def _ask(request: CustomerRequest, constancia: Constancia, form: InvoiceForm) -> HttpResponse:
    try:
        asked = request_invoice(constancia=constancia, data=form.receiver(), by=request.user)
    except InvoiceError as error:  # it was issued, or the constancia closed, meanwhile
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            f"Su factura está solicitada a nombre de {asked.name}, {asked.rfc}. Le avisaremos por "
            "correo cuando pueda descargarla.",
        )
        if asked.rfc != constancia.customer.rfc:
            messages.warning(
                request,
                f"El RFC {asked.rfc} no es el de su cuenta, {constancia.customer.rfc}: la factura "
                "saldrá a nombre de otra persona o empresa. Si no lo quiere así, corríjalo abajo "
                "antes de que la emitamos.",
            )
        for doubt in form.warnings:
            messages.warning(request, doubt)
    return redirect("payments:invoice", constancia.reference)


@require_safe
@customer_page
def invoice_file(request: CustomerRequest, reference: str, kind: str) -> HttpResponse:
    """The PDF or the XML of the customer's own invoice; 404 before it is issued."""
    own = Constancia.objects.of(request.customer).select_related("invoice_request")
    asked: InvoiceRequest | None = getattr(find_constancia(own, reference), "invoice_request", None)
    if asked is None or not asked.is_issued:
        raise Http404
    return file_response(request, asked, kind)


def file_response(request: HttpRequest, asked: InvoiceRequest, kind: str) -> HttpResponse:
    """The stored file as a download; a page that says so if it is lost."""
    try:
        with getattr(asked, kind).open("rb") as file:
            content: bytes = file.read()
    except OSError:
        log.exception("A stored invoice cannot be read")
        return render(request, "payments/invoice_lost.html", {"invoice": asked}, status=503)
    return HttpResponse(content, headers=_download(asked, kind))


def _download(asked: InvoiceRequest, kind: str) -> dict[str, Any]:
    """A browser saves it, keeps no copy of its own, and runs nothing in it."""
    name = f"factura-{asked.constancia.reference}.{kind}"
    return {
        "Content-Type": CONTENT_TYPES[kind],
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
