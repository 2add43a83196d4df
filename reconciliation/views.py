"""The customer's page for a deposit that was not found."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import CustomerRequest, customer_page
from facturamos.limits import too_often
from payments.models import PaymentProof
from reconciliation.claim_forms import ClaimForm
from reconciliation.claims import claim_deposit, payments_like
from reconciliation.models import DepositClaim


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def claim(request: CustomerRequest) -> HttpResponse:
    """Say which deposit is missing; what was claimed before, and how it stands."""
    if request.method != "POST":
        return _page(request, ClaimForm())
    if limited := too_often(request, action="claim", user=request.user):
        return limited
    form = ClaimForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    _, is_new = claim_deposit(customer=request.customer, by=request.user, **form.cleaned_data)
    if is_new:
        messages.success(
            request, "Recibimos su reclamo. Buscaremos su depósito y le contestaremos por correo."
        )
    else:
        messages.info(request, "Ya teníamos este reclamo y lo estamos revisando.")
    return redirect("reconciliation:claim")


def _page(request: CustomerRequest, form: ClaimForm) -> HttpResponse:
    claims = list(DepositClaim.objects.filter(customer=request.customer).order_by("-pk"))
    unanswered = [claim for claim in claims if not claim.answer]
    paid = payments_like(request.customer, unanswered) if unanswered else {}
    waiting = PaymentProof.objects.in_review().filter(constancia__customer=request.customer)
    in_review = waiting.select_related("constancia").first()
    context = {
        "form": form,
        "claims": [(claim, paid.get(claim.pk)) for claim in claims],
        "in_review": in_review,
    }
    return render(request, "reconciliation/claim.html", context)
