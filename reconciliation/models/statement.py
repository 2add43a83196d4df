"""The files from the bank."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Statement(models.Model):
    """A file from the bank: kept as it came, read, confirmed, and perhaps undone.

    Reading, confirming, judging anew and undoing go batch by batch; `done` of `total` is how far
    the present one has come, and a worker that dies leaves it where another takes it up.
    """

    class State(models.TextChoices):
        READING = "reading", "leyendo"
        READY = "ready", "leído"
        CONFIRMING = "confirming", "confirmando"
        JUDGING = "judging", "revisando"
        UNDOING = "undoing", "deshaciendo"
        FAILED = "failed", "no se pudo leer"
        UNDONE = "undone", "deshecho"

    WORKING = (State.READING, State.CONFIRMING, State.JUDGING, State.UNDOING)
    FROZEN = ("file", "original_name", "sha256", "size", "uploaded_at", "uploaded_by_id")

    file = models.FileField("archivo", upload_to="estados-de-cuenta")
    original_name = models.CharField("nombre original", max_length=255)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField("bytes")
    uploaded_at = models.DateTimeField("cargado", default=timezone.now)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="cargado por"
    )
    state = models.CharField(
        "estado", max_length=10, choices=State.choices, default=State.READING, db_index=True
    )
    failure = models.TextField("por qué no se pudo leer", blank=True)
    # Of a table that nobody knows, until a person says what its columns are; null for others.
    headers = models.JSONField("encabezados", null=True, blank=True)
    # How its columns are called, when no layout is known (`generic.Mapping`).
    mapping = models.JSONField("columnas", null=True, blank=True)
    layout = models.CharField("formato", max_length=40, blank=True)
    account = models.CharField("cuenta", max_length=40, blank=True)
    counted = models.PositiveIntegerField("líneas", default=0)
    # The first of the lines that could not be read, as [line, reason, text].
    problems = models.JSONField("líneas ilegibles", default=list)
    unread = models.PositiveIntegerField("líneas que no se pudieron leer", default=0)
    gaps = models.JSONField("faltantes", default=list)
    done = models.PositiveIntegerField("hechos", default=0)
    total = models.PositiveIntegerField("de", default=0)
    # Null when nobody is at it; `work.py` has the rules.
    worked_at = models.DateTimeField("último avance", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("intentos", default=0)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="pedido por",
    )
    undone_reason = models.TextField("motivo de deshacerlo", blank=True)

    class Meta:
        verbose_name = "estado de cuenta"
        verbose_name_plural = "estados de cuenta"
        ordering = ["-pk"]
        permissions = [
            ("import_statement", "Puede cargar y confirmar estados de cuenta"),
            ("undo_statement", "Puede deshacer un estado de cuenta"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["sha256"],
                condition=~Q(state__in=["undone", "failed"]),
                name="statement_file_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.original_name} del {timezone.localdate(self.uploaded_at):%d/%m/%Y}"

    @property
    def is_working(self) -> bool:
        """Whether the worker has something to do with it."""
        return self.state in self.WORKING


class TableMapping(models.Model):
    """How the columns of a table of no known bank are called, remembered by its headers."""

    headers = models.JSONField("encabezados")
    headers_key = models.CharField("huella de los encabezados", max_length=64, unique=True)
    mapping = models.JSONField("columnas")
    saved_at = models.DateTimeField("guardado", default=timezone.now)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="guardado por"
    )

    class Meta:
        verbose_name = "tabla conocida"
        verbose_name_plural = "tablas conocidas"
        ordering = ["-saved_at"]

    def __str__(self) -> str:
        return ", ".join(self.headers)
