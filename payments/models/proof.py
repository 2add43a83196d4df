"""What a customer sends after paying: evidence for CxC, never proof by itself."""

import uuid
from pathlib import PurePath
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from payments.models.constancia import Constancia

# By the kind of a file: how its name ends, wherever it is named.
SUFFIXES = {"jpeg": "jpg", "png": "png", "pdf": "pdf", "cep": "xml"}


class PaymentProofQuerySet(models.QuerySet["PaymentProof"]):
    """What can be asked of the proofs."""

    def in_review(self) -> "PaymentProofQuerySet":
        """Those that wait for CxC: neither answered nor of a paid constancia."""
        return self.filter(state=PaymentProof.State.WAITING, settled_at=None)

    def with_same_file_elsewhere(self) -> "PaymentProofQuerySet":
        """Adds `same_file_in`: the reference of another constancia with one of its files."""
        own = ProofFile.objects.filter(proof=OuterRef(OuterRef("pk"))).values("sha256")
        others = ProofFile.objects.filter(sha256__in=own)
        others = others.exclude(proof__constancia=OuterRef("constancia")).order_by("pk")
        first = Subquery(others.values("proof__constancia__reference")[:1])
        return self.annotate(same_file_in=first)


class PaymentProof(models.Model):
    """One sending: some files, with what the customer says of the deposit.

    It never confirms a payment. What was sent never changes (a trigger sees to it); CxC may answer
    that it does not match.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "en revisión"
        REFUSED = "refused", "no corresponde"

    FROZEN = ("constancia_id", "public_id", "paid_on", "tracking_key", "sent_at", "sent_by_id")
    ANSWERED_ONCE: ClassVar = {
        "name": "answer",
        "columns": ("state", "answered_at", "answered_by_id", "reason"),
        "unless": "OLD.state = 'waiting'",
    }

    constancia = models.ForeignKey(
        Constancia, models.PROTECT, related_name="proofs", verbose_name="constancia"
    )
    public_id = models.UUIDField("clave pública", unique=True, default=uuid.uuid4, editable=False)
    paid_on = models.DateField("fecha del depósito, según el cliente")
    tracking_key = models.CharField("clave de rastreo", max_length=30, blank=True)
    sent_at = models.DateTimeField("enviado", default=timezone.now)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="enviado por"
    )
    state = models.CharField("estado", max_length=10, choices=State.choices, default=State.WAITING)
    answered_at = models.DateTimeField("contestado", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="contestado por",
    )
    reason = models.TextField("motivo", blank=True)
    # While its constancia is paid in full; those in review are a handful among all that ever came.
    # A part of the total leaves each in review: nobody can tell which deposit it shows.
    settled_at = models.DateTimeField("pago confirmado", null=True, blank=True)

    same_file_in: str | None  # only from `with_same_file_elsewhere`

    objects = PaymentProofQuerySet.as_manager()

    class Meta:
        verbose_name = "comprobante de pago"
        verbose_name_plural = "comprobantes de pago"
        ordering = ["pk"]
        permissions = [("answer_paymentproof", "Puede contestar comprobantes de pago")]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(state="refused", answered_at__isnull=False, answered_by__isnull=False)
                    & ~Q(reason="")
                )
                | Q(state="waiting", answered_at=None, answered_by=None, reason=""),
                name="paymentproof_answered_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None) | Q(state="waiting"),
                name="paymentproof_settled_or_answered",
            ),
        ]
        indexes = [
            models.Index(
                fields=["sent_at", "id"],
                condition=Q(state="waiting", settled_at=None),
                name="paymentproof_in_review",
            )
        ]

    def __str__(self) -> str:
        return f"Comprobante de {self.constancia.printed_reference} del {self.paid_on:%d/%m/%Y}"

    @property
    def is_in_review(self) -> bool:
        """Whether it waits for CxC."""
        return self.state == self.State.WAITING and self.settled_at is None

    @property
    def is_settled(self) -> bool:
        """Whether its constancia was paid without an answer to it."""
        return self.settled_at is not None

    @property
    def told(self) -> str:
        """How it stands, in words."""
        return "con pago confirmado" if self.is_settled else str(self.get_state_display())


class CheckedUpload(models.Model):
    """A file that came in, as it was stored after the checks; its hash is of what was sent."""

    class Kind(models.TextChoices):
        JPEG = "jpeg", "imagen JPEG"
        PNG = "png", "imagen PNG"
        PDF = "pdf", "PDF"
        CEP = "cep", "CEP de Banxico (XML)"

    public_id = models.UUIDField("clave pública", unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("tipo", max_length=4, choices=Kind.choices)
    original_name = models.CharField("nombre original", max_length=255)
    sha256 = models.CharField("SHA-256 de lo enviado", max_length=64, db_index=True)
    size = models.PositiveIntegerField("bytes enviados")
    # What a CEP says (payments/cep.py); its seal is not verified.
    says = models.JSONField("dice", null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.original_name


class ProofFile(CheckedUpload):
    """A file of a proof."""

    proof = models.ForeignKey(PaymentProof, models.PROTECT, related_name="files")
    file = models.FileField("archivo", upload_to="comprobantes")

    class Meta:
        verbose_name = "archivo del comprobante"
        verbose_name_plural = "archivos del comprobante"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["proof", "sha256"], name="prooffile_once_a_proof")
        ]

    @property
    def download_name(self) -> str:
        """Its original name, ending as its kind asks: a JPEG may have come as `captura.png`."""
        return f"{PurePath(self.original_name).stem or 'comprobante'}.{SUFFIXES[self.kind]}"

    @property
    def is_image(self) -> bool:
        """Whether it was drawn anew by the portal, so that a browser may show it."""
        return self.kind in (self.Kind.JPEG, self.Kind.PNG)
