"""What a customer chose for a proof that could not be sent yet. It is no evidence: it goes."""

from django.conf import settings
from django.db import models
from django.db.models import Prefetch, Q
from django.utils import timezone

from payments.models.constancia import Constancia
from payments.models.proof import CheckedUpload

# Both as they were typed, so that the form can show them again; longer ones are cut.
PAID_ON_LENGTH = 30
TRACKING_KEY_LENGTH = 60


class KeptProofQuerySet(models.QuerySet["KeptProof"]):
    """What can be asked of what is kept."""

    def with_unsent(self) -> "KeptProofQuerySet":
        """Adds `unsent`: its files that no proof holds yet."""
        unsent = KeptFile.objects.filter(sent_at=None)
        return self.prefetch_related(Prefetch("files", unsent, to_attr="unsent"))


class KeptProof(models.Model):
    """The fields of a form, and its files: of one person, for one constancia."""

    constancia = models.ForeignKey(Constancia, models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    paid_on = models.CharField("fecha, como se escribió", max_length=PAID_ON_LENGTH, blank=True)
    tracking_key = models.CharField(
        "clave de rastreo, como se escribió", max_length=TRACKING_KEY_LENGTH, blank=True
    )
    # A sentence for each file that could not be taken, one a line.
    refused = models.TextField("lo que no se recibió", blank=True)
    kept_at = models.DateTimeField("guardado", default=timezone.now)

    unsent: list["KeptFile"]  # only from `with_unsent`

    objects = KeptProofQuerySet.as_manager()

    class Meta:
        verbose_name = "comprobante sin enviar"
        verbose_name_plural = "comprobantes sin enviar"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "constancia"], name="keptproof_one_a_person")
        ]

    def __str__(self) -> str:
        return f"Sin enviar: {self.constancia.printed_reference}"


class KeptFile(CheckedUpload):
    """A file in quarantine. Once sent it rests for a few minutes more, for a second click."""

    kept = models.ForeignKey(KeptProof, models.CASCADE, related_name="files")
    file = models.FileField("archivo", upload_to="apartados")
    sent_at = models.DateTimeField("enviado", null=True, blank=True)

    class Meta:
        verbose_name = "archivo sin enviar"
        verbose_name_plural = "archivos sin enviar"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kept", "sha256"], condition=Q(sent_at=None), name="keptfile_once_unsent"
            )
        ]
