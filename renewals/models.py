"""What a customer is offered, and the notice that a confirmed payment unlocks."""

import uuid
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Customer
from facturamos.money import ZERO


class Product(models.Model):
    """Something the company sells. Its price belongs to each customer's quote."""

    code = models.CharField("código", max_length=20, unique=True)
    name = models.CharField("nombre", max_length=200)
    includes = models.CharField(
        "qué incluye",
        max_length=300,
        blank=True,
        help_text="Una frase para el cliente, debajo del producto en su cotización.",
    )
    why_required = models.CharField(
        "por qué es necesario",
        max_length=300,
        blank=True,
        help_text=(
            "Una frase para el cliente; se muestra solo donde la cotización marca el producto como "
            "obligatorio."
        ),
    )

    class Meta:
        verbose_name = "producto"
        verbose_name_plural = "productos"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


def offered_on(day: date) -> Q:
    """`Quote.is_offered`, for a query."""
    return Q(status=Quote.Status.OPEN, valid_until__gte=day)


class QuoteQuerySet(models.QuerySet["Quote"]):
    """What can be asked of the quotes."""

    def open_for(self, customer: Customer) -> "QuoteQuerySet":
        """The customer's quotes that can be turned into a constancia today, newest first."""
        return self.filter(offered_on(timezone.localdate()), customer=customer).order_by("-pk")


class Quote(models.Model):
    """A renewal offered to one customer. Its status changes only through `services`."""

    class Status(models.TextChoices):
        OPEN = "open", "abierta"
        HELD = "held", "en espera de pago"
        RENEWED = "renewed", "renovada"

    public_id = models.UUIDField("identificador", default=uuid.uuid4, unique=True, editable=False)
    # No index of its own: `quote_of_customer` begins with it.
    customer = models.ForeignKey(Customer, models.PROTECT, db_index=False, verbose_name="cliente")
    status = models.CharField(
        "estado", max_length=10, choices=Status.choices, default=Status.OPEN, editable=False
    )
    valid_until = models.DateField("vigente hasta")
    created_at = models.DateTimeField("creada", auto_now_add=True)

    objects = QuoteQuerySet.as_manager()

    class Meta:
        verbose_name = "cotización"
        verbose_name_plural = "cotizaciones"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["open", "held", "renewed"]), name="quote_known_status"
            )
        ]
        indexes = [models.Index(fields=["customer", "status"], name="quote_of_customer")]

    def __str__(self) -> str:
        return f"Cotización {self.pk} de {self.customer_id and self.customer.legal_name}"

    def has_expired(self, today: date) -> bool:
        """Whether its last day has passed."""
        return self.valid_until < today

    def is_offered(self, today: date) -> bool:
        """Whether it can be turned into a constancia on that day."""
        return self.status == self.Status.OPEN and not self.has_expired(today)

    def has_lapsed(self, today: date) -> bool:
        """Whether its last day passed while nothing had come of it."""
        return self.status == self.Status.OPEN and self.has_expired(today)


class QuoteLine(models.Model):
    """One product of a quote, at this customer's price (MXN, without IVA)."""

    quote = models.ForeignKey(
        Quote, models.CASCADE, related_name="lines", verbose_name="cotización"
    )
    position = models.PositiveSmallIntegerField("orden")
    product = models.ForeignKey(Product, models.PROTECT, verbose_name="producto")
    description = models.CharField("descripción", max_length=200)
    quantity = models.PositiveIntegerField("cantidad", default=1)
    unit_price = models.DecimalField(
        "precio", max_digits=12, decimal_places=2, validators=[MinValueValidator(ZERO)]
    )
    is_required = models.BooleanField("obligatorio", default=False)

    class Meta:
        verbose_name = "producto cotizado"
        verbose_name_plural = "productos cotizados"
        ordering = ["quote", "position"]
        constraints = [
            models.UniqueConstraint(fields=["quote", "position"], name="quoteline_position"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="quoteline_quantity"),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="quoteline_price"),
        ]

    def __str__(self) -> str:
        return self.description

    @property
    def amount(self) -> Decimal:
        """Quantity times price, in MXN."""
        return self.quantity * self.unit_price


class MigrationNotice(models.Model):
    """The message, with its manual, that a confirmed payment unlocks. One for each customer."""

    customer = models.OneToOneField(
        Customer, models.PROTECT, related_name="migration_notice", verbose_name="cliente"
    )
    unlocked_at = models.DateTimeField("desbloqueado", default=timezone.now)
    acknowledged_at = models.DateTimeField("continuó", null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="quién continuó",
    )

    class Meta:
        verbose_name = "aviso de cambio de versión"
        verbose_name_plural = "avisos de cambio de versión"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(
                    acknowledged_at__isnull=False,
                    acknowledged_at__gte=F("unlocked_at"),
                    acknowledged_by__isnull=False,
                ),
                name="migration_acknowledged_at_and_by",
            )
        ]

    def __str__(self) -> str:
        return f"Versión 4.0 de {self.customer}"
