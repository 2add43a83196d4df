"""The constancia's PDF as a record: drawn once, stored with its hash, served from the store."""

import hashlib
import logging
import uuid
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from payments import mails
from payments.models import Constancia
from payments.pdf import draw_constancia
from payments.plain import slip_of

log = logging.getLogger(__name__)

BATCH = 50
# How long one that could not be drawn is left alone. A restarted worker tries all of them at once.
REST = timedelta(minutes=10)
_resting: dict[int, datetime] = {}


class DamagedPdfError(Exception):
    """The stored file is lost, or is not the one that was drawn."""


def stored_pdf(constancia: Constancia) -> bytes:
    """The constancia's PDF; drawn and stored first if the worker has not come to it yet.

    Raises DamagedPdfError when the stored file differs from its hash.
    """
    if not constancia.pdf:
        # Whoever asks for a stored one has it with few of its columns.
        _draw_and_store(Constancia.objects.prefetch_related("lines").get(pk=constancia.pk))
        constancia.refresh_from_db(fields=["pdf", "pdf_sha256"])
    return check_stored(constancia)


def check_stored(constancia: Constancia) -> bytes:
    """The stored file, compared with its hash.

    Raises DamagedPdfError when it is lost or differs.
    """
    try:
        with constancia.pdf.open("rb") as file:
            content: bytes = file.read()
    except OSError as error:
        raise DamagedPdfError(
            f"The PDF of {constancia.reference} is lost or cannot be read: {constancia.pdf.name}"
        ) from error
    if hashlib.sha256(content).hexdigest() != constancia.pdf_sha256:
        raise DamagedPdfError(
            f"The PDF of {constancia.reference} is not the one that was stored: "
            f"{constancia.pdf.name}"
        )
    return content


def draw_missing() -> int:
    """Draw the PDFs that nobody has asked for yet; returns how many. For the worker."""
    drawn = 0
    now = timezone.now()
    resting = [pk for pk, until in _resting.items() if until > now]
    missing = Constancia.objects.filter(pdf="").exclude(pk__in=resting).order_by("pk")
    for constancia in missing.prefetch_related("lines")[:BATCH]:
        try:
            _draw_and_store(constancia)
            _resting.pop(constancia.pk, None)
            drawn += 1
        except Exception:  # one that cannot be drawn must not hold up the others
            log.exception("The PDF of the constancia %s could not be drawn", constancia.pk)
            _resting[constancia.pk] = now + REST
    return drawn


def _draw_and_store(constancia: Constancia) -> None:
    """The file first, then the row with its mail: who comes second keeps the first one's file."""
    content = draw_constancia(slip_of(constancia))
    name = f"constancias/{constancia.issued_at:%Y/%m}/{uuid.uuid4().hex}.pdf"
    name = default_storage.save(name, ContentFile(content))
    if not _name_and_mail(constancia, name, hashlib.sha256(content).hexdigest()):
        default_storage.delete(name)


@transaction.atomic
def _name_and_mail(constancia: Constancia, name: str, sha256: str) -> bool:
    stored = Constancia.objects.filter(pk=constancia.pk, pdf="").update(pdf=name, pdf_sha256=sha256)
    if stored:
        constancia.refresh_from_db(fields=["pdf", "pdf_sha256", "status"])
        # One that ended before its PDF was drawn is not to be paid any more.
        if constancia.is_payable(timezone.localdate()):
            mails.constancia_issued(constancia=constancia)
    return bool(stored)
