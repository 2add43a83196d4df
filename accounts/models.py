"""People and companies, the privacy notice they accept, and the record of who did what."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from facturamos.contacts import dialled

rfc_structure = RegexValidator(
    r"^[A-ZÑ&]{3,4}\d{6}[A-Z0-9]{3}$",
    "El RFC lleva 12 caracteres (empresas) o 13 (personas), en mayúsculas y sin espacios.",
)


class Distributor(models.Model):
    """The reseller who looks after customers: whom they call when something is missing."""

    name = models.CharField("nombre", max_length=120, unique=True)
    contact_name = models.CharField("persona de contacto", max_length=120, blank=True)
    email = models.EmailField("correo")
    phone = models.CharField("teléfono", max_length=20)

    class Meta:
        verbose_name = "distribuidor"
        verbose_name_plural = "distribuidores"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def phone_link(self) -> str:
        """The number as a `tel:` address dials it."""
        return dialled(self.phone)


class Customer(models.Model):
    """The company that renews. Its CFDI version changes only through `services`."""

    class CfdiVersion(models.TextChoices):
        V33 = "3.3", "3.3"
        V40 = "4.0", "4.0"

    rfc = models.CharField("RFC", max_length=13, unique=True, validators=[rfc_structure])
    legal_name = models.CharField("nombre o razón social", max_length=254)
    distributor = models.ForeignKey(
        Distributor, models.PROTECT, null=True, blank=True, verbose_name="distribuidor"
    )
    cfdi_version = models.CharField(
        "versión de CFDI", max_length=3, choices=CfdiVersion.choices, default=CfdiVersion.V33
    )
    stamps_available = models.PositiveIntegerField("timbres disponibles", default=0)
    created_at = models.DateTimeField("alta", auto_now_add=True)

    class Meta:
        verbose_name = "cliente"
        verbose_name_plural = "clientes"
        ordering = ["legal_name"]
        permissions = [("export_lists", "Puede exportar listas")]
        indexes = [models.Index(fields=["legal_name", "-id"], name="customer_by_name")]
        constraints = [
            models.CheckConstraint(
                condition=Q(cfdi_version__in=["3.3", "4.0"]), name="customer_known_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.legal_name} ({self.rfc})"


class User(AbstractUser):
    """One person's sign-in: of a customer, of a distributor, or of the staff; never of two."""

    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        verbose_name="cliente",
    )
    distributor = models.ForeignKey(
        Distributor,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        verbose_name="distribuidor",
    )

    class Meta:
        verbose_name = "usuario"
        verbose_name_plural = "usuarios"
        constraints = [
            models.CheckConstraint(
                condition=Q(is_staff=False, is_superuser=False) | Q(customer__isnull=True),
                name="user_staff_has_no_customer",
                violation_error_message="El personal no puede ser también de un cliente.",
            ),
            models.CheckConstraint(
                condition=Q(distributor__isnull=True)
                | Q(is_staff=False, is_superuser=False, customer__isnull=True),
                name="user_of_a_distributor_only",
                violation_error_message=(
                    "Un usuario de un distribuidor no puede ser también del personal ni de un "
                    "cliente."
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["username"], condition=Q(is_staff=True), name="user_of_the_staff")
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class PrivacyNoticeQuerySet(models.QuerySet["PrivacyNotice"]):
    """What can be asked of the notices."""

    def published(self) -> "PrivacyNoticeQuerySet":
        """Notices in force now or before, newest first."""
        return self.filter(published_at__lte=timezone.now()).order_by("-published_at", "-pk")

    def with_acceptance(self, user: User) -> "PrivacyNoticeQuerySet":
        """Adds `accepted`: whether the user has accepted that notice."""
        return self.annotate(
            accepted=Exists(PrivacyConsent.objects.filter(notice=OuterRef("pk"), user=user))
        )


class PrivacyNotice(models.Model):
    """A version of the legal text. Once published it never changes (a trigger sees to it)."""

    version = models.CharField("versión", max_length=20, unique=True)
    simplified_text = models.TextField("aviso simplificado")
    integral_text = models.TextField("aviso integral")
    text_sha256 = models.CharField("SHA-256 del texto", max_length=64, editable=False)
    accepted: bool  # only from `with_acceptance`
    published_at = models.DateTimeField("publicado", null=True, blank=True, editable=False)

    objects = PrivacyNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "aviso de privacidad"
        verbose_name_plural = "avisos de privacidad"
        ordering = ["-published_at"]

    def __str__(self) -> str:
        return f"Aviso de privacidad {self.version}"


class PrivacyConsent(models.Model):
    """The evidence that a user accepted a notice. Append-only.

    The exact text is the notice's, which a trigger keeps as it was; its hash stands here too.
    """

    class Decision(models.TextChoices):
        ACCEPTED = "accepted", "aceptado"

    notice = models.ForeignKey(PrivacyNotice, models.PROTECT, verbose_name="aviso")
    notice_version = models.CharField("versión", max_length=20)
    text_sha256 = models.CharField("SHA-256 del texto", max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="usuario")
    decision = models.CharField("decisión", max_length=10, choices=Decision.choices)
    box_label = models.CharField("texto de la casilla", max_length=200)
    decided_at = models.DateTimeField("fecha y hora", default=timezone.now)
    ip = models.GenericIPAddressField("IP", null=True)
    user_agent = models.TextField("navegador", blank=True)

    class Meta:
        verbose_name = "aceptación del aviso"
        verbose_name_plural = "aceptaciones del aviso"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "notice"], name="consent_once_per_notice")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.notice_version}"


class AuditEvent(models.Model):
    """Who did what, when, from where. Append-only, and without foreign keys: it outlives all."""

    at = models.DateTimeField("fecha y hora", default=timezone.now, db_index=True)
    action = models.CharField("acción", max_length=60)
    actor_id = models.BigIntegerField("id de quien lo hizo", null=True)
    actor = models.CharField("quién", max_length=150)
    target_type = models.CharField("tipo", max_length=60)
    target_id = models.CharField("id", max_length=40)
    target = models.CharField("sobre qué", max_length=255)
    data = models.JSONField("detalle", default=dict)
    ip = models.GenericIPAddressField("IP", null=True)
    request_id = models.CharField("petición", max_length=36, blank=True)

    class Meta:
        verbose_name = "evento de auditoría"
        verbose_name_plural = "auditoría"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["target_type", "target_id"], name="audit_target"),
            models.Index(fields=["action"], name="audit_action"),
            models.Index(fields=["actor_id"], name="audit_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor}: {self.action} {self.target}"


class TableImport(models.Model):
    """A table of customers, users, products or quotes that somebody uploaded to load.

    First it is only looked at; `applied_at` says when it was loaded, all of it.
    """

    kind = models.CharField("qué trae", max_length=20)
    name = models.CharField("archivo", max_length=255)
    file = models.FileField("contenido", upload_to="cargas")
    sha256 = models.CharField("SHA-256", max_length=64)
    uploaded_at = models.DateTimeField("subido", default=timezone.now)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="subido por"
    )
    applied_at = models.DateTimeField("cargado", null=True, blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="cargado por",
    )
    result = models.JSONField("resultado", default=dict)

    class Meta:
        verbose_name = "carga de una tabla"
        verbose_name_plural = "cargas de tablas"
        ordering = ["-pk"]
        permissions = [("load_tables", "Puede cargar clientes, usuarios, productos y cotizaciones")]
        constraints = [
            models.CheckConstraint(
                condition=Q(applied_at=None, applied_by=None)
                | Q(applied_at__isnull=False, applied_by__isnull=False),
                name="tableimport_applied_at_and_by",
            )
        ]

    def __str__(self) -> str:
        return self.name


class WelcomeCampaign(models.Model):
    """One sending of the welcome to everyone who has not chosen a password yet.

    The worker goes through the users in order of their ids; `reached` is the last it has done.
    """

    started_at = models.DateTimeField("iniciada", default=timezone.now)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="iniciada por"
    )
    total = models.PositiveIntegerField("personas")
    reached = models.BigIntegerField("hasta el usuario", default=0)
    written = models.PositiveIntegerField("correos escritos", default=0)
    left_out = models.PositiveIntegerField("omitidos", default=0)
    finished_at = models.DateTimeField("terminada", null=True, blank=True)

    class Meta:
        verbose_name = "envío de bienvenidas"
        verbose_name_plural = "envíos de bienvenidas"
        ordering = ["-pk"]
        permissions = [("start_campaign", "Puede enviar la bienvenida a todos")]
        constraints = [
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(finished_at=None),
                name="welcomecampaign_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"Bienvenidas del {timezone.localdate(self.started_at):%d/%m/%Y}"
