"""Tables that belong to no business app: mail waiting to leave, the worker's pulse, the texts."""

from typing import Self

from django.db import models

from facturamos.texts.catalogue import CATALOGUE

# What needs a person, before the rest: the order of the list of mails.
PARKED_FIRST = models.Case(models.When(state="parked", then=0), default=1)


class OutboxMessage(models.Model):
    """A mail, written in the transaction it speaks of and sent by the worker afterwards."""

    class State(models.TextChoices):
        WAITING = "waiting", "por enviar"
        SENT = "sent", "enviado"
        PARKED = "parked", "detenido"

    message_id = models.CharField("Message-ID", max_length=255, unique=True)
    # What the mail is about and to whom: the same one is never written twice.
    key = models.CharField("clave", max_length=320, unique=True, null=True, blank=True)
    to = models.JSONField("para")
    reply_to = models.JSONField("responder a", default=list)
    sender = models.CharField("de", max_length=255)
    subject = models.CharField("asunto", max_length=255)
    text = models.TextField("texto")
    html = models.TextField("HTML", blank=True)
    # What text and HTML will be made of when the mail leaves (`letters.Draft`); null when they are.
    draft = models.JSONField("borrador", null=True, blank=True)
    # [name in the store, name for the reader, content type]: stored files never change.
    attachments = models.JSONField("archivos adjuntos", default=list)
    state = models.CharField("estado", max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("intentos", default=0)
    next_attempt_at = models.DateTimeField("próximo intento")
    last_error = models.TextField("último error", blank=True)
    created_at = models.DateTimeField("creado", auto_now_add=True)
    sent_at = models.DateTimeField("enviado", null=True, blank=True)

    class Meta:
        verbose_name = "correo"
        verbose_name_plural = "correos"
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(state="waiting"),
                name="outbox_due",
            ),
            # The order of the list, and the count of what is parked.
            models.Index(PARKED_FIRST, models.F("id").desc(), name="outbox_parked_first"),
            models.Index(
                fields=["created_at"], condition=models.Q(state="parked"), name="outbox_parked"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False)
                | (~models.Q(state="sent") & models.Q(sent_at__isnull=True)),
                name="outbox_sent_has_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {', '.join(self.to)}"


class WorkerHeartbeat(models.Model):
    """One row: when the worker last finished a round. `/salud/listo/` reads it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    beat_at = models.DateTimeField("último latido")

    class Meta:
        verbose_name = "latido del trabajador"
        verbose_name_plural = "latidos del trabajador"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_heartbeat")]

    def __str__(self) -> str:
        return self.beat_at.isoformat()


class TextVersionQuerySet(models.QuerySet["TextVersion"]):
    """What was published of the texts that the company may change."""

    def newest(self) -> Self:
        """Of each text, the version in force."""
        later = TextVersion.objects.filter(
            key=models.OuterRef("key"), number__gt=models.OuterRef("number")
        )
        return self.filter(~models.Exists(later))


class TextVersion(models.Model):
    """What a text said from a moment on; never changes. The newest of its key is in force.

    Without one, the default of `texts.catalogue` is. Its publisher is no foreign key: this app
    knows no users, and the row outlives them.
    """

    key = models.CharField("clave", max_length=60)
    # 1, 2, 3… of each text: two people cannot both publish what follows the same version.
    number = models.PositiveIntegerField("versión")
    body = models.TextField("texto")
    reason = models.CharField("motivo", max_length=300)
    published_at = models.DateTimeField("publicado")
    publisher_id = models.BigIntegerField("id de quien lo publicó")
    publisher = models.CharField("publicado por", max_length=150)

    objects = TextVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "texto"
        verbose_name_plural = "textos"
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("publish_texts", "Puede publicar los textos del portal")]
        constraints = [
            models.UniqueConstraint(fields=["key", "number"], name="text_version_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="text_version_from_1"),
            models.CheckConstraint(
                condition=~models.Q(body=""), name="text_version_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, versión {self.number}"

    @property
    def name(self) -> str:
        """What the text is called; its key, of one that the portal has no more."""
        text = CATALOGUE.get(self.key)
        return text.name if text else self.key
