"""The customer's page for the proof of a payment, and the files that were sent."""

import logging
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.access import CustomerRequest, customer_page
from accounts.models import User
from facturamos.limits import too_often
from payments import proof_texts
from payments.mails import CONTENT_TYPES
from payments.models import Constancia, PaymentProof, ProofFile
from payments.plain import review_from, review_of
from payments.proof_forms import ProofForm
from payments.proofs import AlreadyPaidError, DiskFullError, QuotaError, send_proof
from payments.slip_views import find_constancia

log = logging.getLogger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def proof(request: CustomerRequest, reference: str) -> HttpResponse:
    """What was sent for a constancia and how it stands, and the form to send a proof."""
    constancia = find_constancia(Constancia.objects.of(request.customer).with_paid(), reference)
    if request.method != "POST":
        return _page(request, constancia, ProofForm(constancia=constancia))
    if limited := too_often(request, action="proof", user=request.user):
        return limited
    if constancia.status == Constancia.Status.PAID:
        return redirect("payments:proof", constancia.reference)
    form = ProofForm(request.POST, request.FILES, constancia=constancia)
    if not form.is_valid():
        codes = {name: [e.code for e in found.as_data()] for name, found in form.errors.items()}
        log.info("A proof for the constancia %s was refused: %s", constancia.pk, codes)
        return _page(request, constancia, form)
    return _send(request, constancia, form)


def _send(request: CustomerRequest, constancia: Constancia, form: ProofForm) -> HttpResponse:
    data = form.cleaned_data
    try:
        sent = send_proof(
            constancia=constancia,
            uploads=data["file"],
            paid_on=data["paid_on"],
            tracking_key=data["tracking_key"],
            by=request.user,
        )
    except DiskFullError as error:
        log.exception("A proof could not be stored")
        form.add_error(None, str(error))
        return _page(request, constancia, form, status=507)
    except QuotaError as error:
        form.add_error(None, str(error))
        return _page(request, constancia, form)
    except AlreadyPaidError:
        return redirect("payments:proof", constancia.reference)
    messages.success(request, proof_texts.received(review_from(sent).promise))
    return redirect("payments:proof", constancia.reference)


def _page(
    request: CustomerRequest, constancia: Constancia, form: ProofForm, status: int = 200
) -> HttpResponse:
    proofs = PaymentProof.objects.filter(constancia=constancia)
    context = {
        "constancia": constancia,
        "form": form,
        "review": review_of(constancia),
        "today": timezone.localdate(),
        "proofs": proofs.prefetch_related("files").order_by("-pk"),
    }
    return render(request, "payments/proof.html", context, status=status)


@require_safe
def proof_file(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """One file that was sent: to its customer, and to staff who may read it, which is audited.

    To anyone else it does not exist.
    """
    files = ProofFile.objects.select_related("proof__constancia")
    file = get_object_or_404(files, public_id=public_id)
    user = cast(User, request.user)  # the middleware lets nobody else in
    if user.customer_id != file.proof.constancia.customer_id:
        if not (user.is_staff and user.has_perm("payments.view_prooffile")):
            raise Http404
        audit.record("proof.read", by=user, target=file.proof, file=str(file.public_id))
    try:
        content = file.file.open("rb")
    except OSError:
        log.exception("A stored proof cannot be served")
        return render(request, "payments/proof_lost.html", status=503)
    return FileResponse(
        content,
        as_attachment=not file.is_image,
        filename=file.download_name,
        headers={
            "Content-Type": CONTENT_TYPES[ProofFile.Kind(file.kind)],
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store",
        },
    )
