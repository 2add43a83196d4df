"""The constancia as its customer sees it, and the public page that tells a genuine one."""

import logging
import re

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import CustomerRequest, customer_page
from facturamos.limits import too_often
from facturamos.texts.in_force import in_force
from payments import services
from payments.channels import channels
from payments.documents import DamagedPdfError, stored_pdf
from payments.models import Constancia
from payments.models.constancia import ConstanciaQuerySet
from payments.plain import has_proof_in_review, road_of
from payments.references import InvalidReferenceError, parse_reference
from payments.state import constancia_state, row_state
from payments.timeline import timeline

log = logging.getLogger(__name__)

# What `models.new_token` makes; anything else is not looked up.
TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


@require_safe
@customer_page
def constancias(request: CustomerRequest) -> HttpResponse:
    """Every constancia of the customer, newest first."""
    rows = Constancia.objects.of(request.customer).with_paid()
    rows = rows.annotate(in_review=has_proof_in_review())
    today = timezone.localdate()
    told = [(row, row_state(row, today, in_review=row.in_review)) for row in rows]
    return render(request, "payments/constancias.html", {"constancias": told})


@require_safe
@customer_page
def constancia(request: CustomerRequest, reference: str) -> HttpResponse:
    """One constancia on screen: what to pay, where, how, and what happens next."""
    found = _own_constancia(request, reference)
    road = road_of(found)
    today = timezone.localdate()
    context = {
        "constancia": found,
        "state": constancia_state(found, road.review, today, on_its_page=True),
        "review": road.review,
        "channels": channels(found.reference, found.missing, in_force()),
        "timeline": timeline(road),
        "is_payable": found.is_payable(today),
        "can_be_invoiced": found.can_be_invoiced(today),
    }
    return render(request, "payments/constancia.html", context)


@require_safe
@customer_page
def constancia_pdf(request: CustomerRequest, reference: str) -> HttpResponse:
    """The stored PDF."""
    if limited := too_often(request, action="pdf", user=request.user, limit_get=True):
        return limited
    own = Constancia.objects.of(request.customer).only("reference", "pdf", "pdf_sha256")
    return pdf_response(request, find_constancia(own, reference))


def pdf_response(request: HttpRequest, constancia: Constancia) -> HttpResponse:
    """The stored PDF, under a name that says what it is; a page that says so if it is damaged."""
    try:
        content = stored_pdf(constancia)
    except DamagedPdfError:
        log.exception("A stored PDF cannot be served")
        return render(request, "payments/damaged.html", {"constancia": constancia}, status=503)
    name = f"constancia-{constancia.reference}.pdf"
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def cancel(request: CustomerRequest, reference: str) -> HttpResponse:
    """Ask once, then cancel; the customer may choose again afterwards."""
    found = _own_constancia(request, reference)
    refusal = services.why_not_cancelled(found)
    if request.method != "POST" and not refusal:
        context = {
            "constancia": found,
            "is_overdue": found.is_overdue(timezone.localdate()),
            "can_choose_again": not _quote_expired(found),
        }
        return render(request, "payments/cancel.html", context)
    if request.method == "POST" and services.cancel_constancia(constancia=found, by=request.user):
        again = (
            "Para generar otra, pida una cotización nueva a ventas."
            if _quote_expired(found)
            else "Puede elegir de nuevo y generar otra."
        )
        cancelled = f"La constancia {found.printed_reference} quedó cancelada. No la pague."
        messages.success(request, f"{cancelled} {again}")
        return redirect("payments:panel")
    messages.warning(request, refusal or services.NOT_CANCELLABLE)
    return redirect("payments:constancia", found.reference)


def _quote_expired(constancia: Constancia) -> bool:
    return constancia.quote.has_expired(timezone.localdate())


def _own_constancia(request: CustomerRequest, reference: str) -> Constancia:
    """The customer's, with all that its page shows."""
    own = Constancia.objects.of(request.customer).with_paid()
    own = own.select_related("quote", "invoice_request")
    return find_constancia(own.prefetch_related("lines"), reference)


def find_constancia(own: ConstanciaQuerySet, reference: str) -> Constancia:
    """404 for one that is not the customer's, as if it did not exist."""
    try:
        return get_object_or_404(own, reference=parse_reference(reference))
    except InvalidReferenceError as error:
        raise Http404 from error


@login_not_required
@require_safe
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Whether the slip in somebody's hand is genuine, and the account to compare with it."""
    if limited := too_often(request, action="verify", limit_get=True):
        return limited
    found = Constancia.objects.filter(token=token).first() if TOKEN.fullmatch(token) else None
    today = timezone.localdate()
    context = {
        "constancia": found,
        "overdue": found is not None and found.is_overdue(today),
        "is_payable": found is not None and found.is_payable(today),
    }
    return render(request, "payments/verify.html", context, status=200 if found else 404)
