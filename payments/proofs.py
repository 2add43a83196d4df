"""The rules about proofs of payment: sending one, answering it, and the files behind them.

A file is written before its row and removed if the row is not; a process killed in between leaves
a file without a row, which `sweeping.sweep_orphans` removes.
"""

from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from payments import mails, proof_texts
from payments.models import Constancia, PaymentProof, ProofFile
from payments.stored_uploads import Upload, discard, new_name, once_each, store, total_size
from renewals.models import Quote

FOLDER = "comprobantes"


class ProofError(Exception):
    """What was asked cannot be done. The message is a sentence for whoever asked."""


class AlreadyPaidError(ProofError):
    """The constancia is paid, so nothing more is needed."""


class QuotaError(ProofError):
    """The customer has sent more than there is room for."""


class NotInReviewError(ProofError):
    """Somebody answered the proof before, or its payment was confirmed."""


def send_proof(
    *, constancia: Constancia, uploads: Sequence[Upload], paid_on: date, tracking_key: str, by: User
) -> PaymentProof:
    """Keep a proof for CxC to look at, and tell both sides by mail. It confirms nothing.

    The same files with the same day and clave sent again for the same constancia, while the first
    proof is in review, give that first proof. A constancia that expired or was cancelled takes
    proofs too: its deposit may have been made.

    Raises AlreadyPaidError, QuotaError and DiskFullError; then nothing is kept.
    """
    once = once_each(uploads)
    if not once:
        raise ValueError("A proof needs a file.")
    folder = f"{FOLDER}/{timezone.localdate():%Y/%m}"
    names = [new_name(folder, upload) for upload in once]
    try:
        store(names, once)
        proof, is_new = _record(
            constancia, list(zip(names, once, strict=True)), paid_on, tracking_key, by
        )
    except BaseException:
        discard(names)
        raise
    if not is_new:
        discard(names)
    return proof


@transaction.atomic
def _record(
    constancia: Constancia,
    stored: Sequence[tuple[str, Upload]],
    paid_on: date,
    tracking_key: str,
    by: User,
) -> tuple[PaymentProof, bool]:
    """The rows, the mails and the audit; or the proof that is there already, and False."""
    Quote.objects.select_for_update().get(pk=constancia.quote_id)  # the parent first, always
    constancia = Constancia.objects.get(pk=constancia.pk)
    if constancia.status == Constancia.Status.PAID:
        raise AlreadyPaidError(
            f"El pago de la constancia {constancia.printed_reference} ya está confirmado: no hace "
            "falta enviar nada más."
        )
    sent = {upload.checked.sha256 for _, upload in stored}
    said_the_same = PaymentProof.objects.in_review().filter(
        constancia=constancia, paid_on=paid_on, tracking_key=tracking_key
    )
    for earlier in said_the_same.prefetch_related("files"):
        if {file.sha256 for file in earlier.files.all()} == sent:
            return earlier, False
    _check_quota(constancia, sum(upload.checked.size for _, upload in stored))
    proof = PaymentProof.objects.create(
        constancia=constancia, paid_on=paid_on, tracking_key=tracking_key, sent_by=by
    )
    files = ProofFile.objects.bulk_create(
        ProofFile(proof=proof, file=name, **upload.columns) for name, upload in stored
    )
    audit.record(
        "proof.sent",
        by=by,
        target=proof,
        paid_on=str(paid_on),
        files=[{"kind": file.kind, "size": file.size, "sha256": file.sha256} for file in files],
    )
    mails.proof_received(proof=proof)
    return proof, True


def _check_quota(constancia: Constancia, more: int) -> None:
    own = ProofFile.objects.filter(proof__constancia__customer=constancia.customer_id)
    if total_size(own) + more > settings.PROOF_QUOTA_BYTES:
        raise QuotaError(proof_texts.OVER_QUOTA)


@transaction.atomic
def refuse_proof(*, proof: PaymentProof, reason: str, by: User) -> int:
    """Answer that a proof does not match, once; returns how many people are written the reason.

    Raises NotInReviewError when it was answered before or its constancia is paid.
    """
    if not reason.strip():
        raise ValueError("A refusal needs a reason.")
    Quote.objects.select_for_update().get(constancia=proof.constancia_id)
    answered = (
        PaymentProof.objects.in_review()
        .filter(pk=proof.pk)
        .update(
            state=PaymentProof.State.REFUSED,
            answered_at=timezone.now(),
            answered_by=by,
            reason=reason.strip(),
        )
    )
    if not answered:
        raise NotInReviewError(
            "Este comprobante ya no está en revisión: alguien lo contestó o confirmó su pago "
            "mientras usted escribía. No se envió nada al cliente."
        )
    proof = PaymentProof.objects.select_related("constancia").get(pk=proof.pk)
    audit.record("proof.refused", by=by, target=proof, reason=proof.reason)
    return mails.proof_refused(proof=proof)
