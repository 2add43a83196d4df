"""The customer's page for the proof of a payment, and the files that were sent."""

import logging
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.access import CustomerRequest, customer_page, keeps_posts
from accounts.models import User
from facturamos.limits import too_often
from payments import kept_uploads, proof_texts
from payments.kept_uploads import Typed
from payments.mails import CONTENT_TYPES
from payments.models import Constancia, KeptFile, PaymentProof, ProofFile
from payments.plain import road_of
from payments.proof_forms import ProofForm, check_files
from payments.proofs import AlreadyPaidError, QuotaError, send_proof
from payments.slip_views import find_constancia
from payments.state import constancia_state
from payments.stored_uploads import DiskFullError, Upload
from payments.timeline import timeline

log = logging.getLogger(__name__)


def _keep_before_notice(request: HttpRequest, reference: str) -> HttpResponse | None:
    """A new privacy notice stopped the form: as `_keep_for_later`."""
    limited = _keep_for_later(request, reference)
    if not limited:
        messages.info(request, proof_texts.ACCEPT_FIRST)
    return limited


@keeps_posts(_keep_before_notice)
@login_not_required  # it leads to the sign-in itself, after it kept what was sent
@require_http_methods(["GET", "HEAD", "POST"])
def proof(request: HttpRequest, reference: str) -> HttpResponse:
    """What was sent for a constancia and how it stands, and the form to send a proof.

    What somebody sends whose session ended meanwhile is kept for them, and asked for again.
    """
    if request.user.is_authenticated:
        return _proof(request, reference)
    if request.method == "POST":
        if limited := _keep_for_later(request, reference):
            return limited
        messages.info(request, proof_texts.SIGN_IN_FIRST)
    return redirect_to_login(request.get_full_path())


def _keep_for_later(request: HttpRequest, reference: str) -> HttpResponse | None:
    """Nobody hears whether anything was kept; returns the page 429, or None."""
    holder = kept_uploads.holder_of(request.POST.get("ticket", ""), reference)
    if holder is None:
        return None
    constancia, user = holder
    if limited := too_often(request, action="keep", key=str(user.pk)):
        return limited
    picked = check_files(request.FILES.getlist("file"))
    _keep(request, constancia, user, picked.uploads, picked.sentences)
    return None


def _keep(
    request: HttpRequest,
    constancia: Constancia,
    user: User,
    uploads: list[Upload],
    refused: list[str],
) -> bool:
    """Whether there was room for it."""
    typed = Typed(request.POST.get("paid_on", ""), request.POST.get("tracking_key", ""))
    try:
        kept_uploads.keep(
            constancia=constancia, uploads=uploads, typed=typed, refused=refused, by=user
        )
    except DiskFullError:
        log.exception("A proof could not be kept")
        refused = [proof_texts.NOT_KEPT]
        kept_uploads.keep(constancia=constancia, uploads=[], typed=typed, refused=refused, by=user)
        return False
    log.info("Kept for the constancia %s: %s files", constancia.pk, len(uploads))
    return True


@customer_page
def _proof(request: CustomerRequest, reference: str) -> HttpResponse:
    own = Constancia.objects.of(request.customer).with_paid()
    constancia = find_constancia(own.select_related("quote", "invoice_request"), reference)
    if request.method != "POST":
        return _page(request, constancia)
    if limited := too_often(request, action="proof", user=request.user):
        return limited
    if constancia.status == Constancia.Status.PAID:
        return redirect("payments:proof", constancia.reference)
    if "remove" in request.POST:
        kept_uploads.remove(constancia=constancia, by=request.user)
        messages.success(request, proof_texts.REMOVED)
        return redirect("payments:proof", constancia.reference)
    return _answer(request, constancia)


def _answer(request: CustomerRequest, constancia: Constancia) -> HttpResponse:
    """Send the proof, with the kept files that the form names; or say what is wrong with it."""
    ids = set(request.POST.getlist("kept"))
    files = kept_uploads.chosen(constancia=constancia, user=request.user, ids=ids)
    kept, names = kept_uploads.opened(files)
    lost = [proof_texts.lost(name) for name in names]
    if len(files) < len(ids):
        lost.append(proof_texts.GONE)
    form = ProofForm(request.POST, request.FILES, constancia=constancia, kept=kept, lost=lost)
    if form.is_valid():
        return _send(request, constancia, form, files)
    codes = {name: [e.code for e in found.as_data()] for name, found in form.errors.items()}
    log.info("A proof for the constancia %s was refused: %s", constancia.pk, codes)
    if form.chosen_now and not _keep(request, constancia, request.user, form.chosen_now, []):
        form.add_error(None, proof_texts.NOT_KEPT)
    return _page(request, constancia, form)


def _send(
    request: CustomerRequest, constancia: Constancia, form: ProofForm, files: list[KeptFile]
) -> HttpResponse:
    data = form.cleaned_data
    try:
        send_proof(
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
    kept_uploads.note_sent(constancia=constancia, files=files, by=request.user)
    messages.success(request, proof_texts.RECEIVED)
    return redirect("payments:proof", constancia.reference)


def _page(
    request: CustomerRequest,
    constancia: Constancia,
    form: ProofForm | None = None,
    status: int = 200,
) -> HttpResponse:
    proofs = PaymentProof.objects.filter(constancia=constancia)
    road = road_of(constancia)
    kept = kept_uploads.kept_of(constancia=constancia, user=request.user)
    typed = {"paid_on": kept.paid_on, "tracking_key": kept.tracking_key} if kept else {}
    form = form or ProofForm(constancia=constancia, initial=typed)
    form.fields["file"].required = not (kept and kept.unsent)  # else more is not needed
    today = timezone.localdate()
    context = {
        "constancia": constancia,
        "is_payable": constancia.is_payable(today),
        "form": form,
        "kept": kept,
        "ticket": kept_uploads.new_ticket(constancia=constancia, user=request.user),
        "review": road.review,
        "timeline": timeline(road),
        "state": constancia_state(constancia, road.review, today),
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
