"""The payment slip: frozen when issued, but for its status."""

import secrets
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, Q, Sum
from django.db.models.functions import Coalesce, Length, Round
from django.db.models.lookups import Exact
from django.utils import timezone

from accounts.models import Customer
from facturamos.money import ZERO, Totals
from payments.references import format_reference
from renewals.models import Quote


def is_overdue(status: str, expires_on: date, today: date) -> bool:
    """Whether it is open although its last day is over: the sweep has not come by yet."""
    return status == Constancia.Status.OPEN and expires_on < today


def new_token() -> str:
    """128 random bits, for an address that nobody can guess."""
    return secrets.token_urlsafe(16)


class ConstanciaQuerySet(models.QuerySet["Constancia"]):
    """What can be asked of the constancias."""

    def of(self, customer: Customer) -> "ConstanciaQuerySet":
        """The customer's own, newest first."""
        return self.filter(customer=customer).order_by("-pk")

    def standing(self) -> "ConstanciaQuerySet":
        """Neither cancelled nor expired: a quote has one of these at most."""
        return self.filter(status__in=Constancia.STANDING)

    def expiring(self, today: date, days: int) -> "ConstanciaQuerySet":
        """Those that still wait for their money and whose last day is within so many days."""
        last = today + timedelta(days=days)
        return self.filter(status=Constancia.Status.OPEN, expires_on__range=(today, last))

    def overdue(self, today: date) -> "ConstanciaQuerySet":
        """`Constancia.is_overdue`, for a query."""
        return self.filter(status=Constancia.Status.OPEN, expires_on__lt=today)

    def with_paid(self) -> "ConstanciaQuerySet":
        """Adds `paid`: the sum of the payments that stand (MXN); in one join, for many at once."""
        standing = Sum("payments__amount", filter=Q(payments__reversal__payment=None))
        return self.annotate(paid=Coalesce(standing, ZERO, output_field=models.DecimalField()))

    def with_offer(self, customer: Customer) -> "ConstanciaQuerySet":
        """Adds `has_offer`: whether a quote waits for the customer too."""
        return self.annotate(has_offer=Exists(Quote.objects.open_for(customer)))


class Constancia(models.Model):
    """A payment slip. All of it is frozen when issued (a trigger sees to it), but its status."""

    class Status(models.TextChoices):
        OPEN = "open", "vigente"
        PAID = "paid", "pagada"
        CANCELLED = "cancelled", "cancelada"
        EXPIRED = "expired", "vencida"

    class Scheme(models.TextChoices):
        DAMM7 = "damm7", "siete dígitos con dígito de control"
        LEGACY6 = "legacy6", "seis dígitos, anterior"

    STANDING = (Status.OPEN, Status.PAID)
    # An expired one may have been paid in time.
    TAKES_DEPOSITS = (Status.OPEN, Status.EXPIRED)
    FROZEN = (
        *("id", "reference", "reference_scheme", "token", "quote_id"),
        *("issued_at", "issued_by_id", "expires_on"),
        *("customer_id", "customer_name", "customer_rfc"),
        *("iva_rate", "subtotal", "iva", "total"),
        *("beneficiary", "bank_name", "account_number", "clabe"),
    )

    PDF_IS_WRITTEN_ONCE: ClassVar = {
        "name": "pdf",
        "columns": ("pdf", "pdf_sha256"),
        "unless": "OLD.pdf = ''",
    }

    reference = models.CharField("referencia", max_length=7, unique=True)
    reference_scheme = models.CharField(
        "tipo de referencia", max_length=10, choices=Scheme.choices, default=Scheme.DAMM7
    )
    # Opens the public page behind the slip's QR: 128 random bits, told to nobody else.
    token = models.CharField("clave de verificación", max_length=22, unique=True, default=new_token)
    quote = models.ForeignKey(Quote, models.PROTECT, verbose_name="cotización")
    # No index of its own: `constancia_of_customer` begins with it.
    customer = models.ForeignKey(Customer, models.PROTECT, db_index=False, verbose_name="cliente")
    customer_name = models.CharField("nombre del cliente", max_length=254)
    customer_rfc = models.CharField("RFC", max_length=13)
    issued_at = models.DateTimeField("generada", default=timezone.now)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="generada por"
    )
    expires_on = models.DateField("vence")
    iva_rate = models.DecimalField("tasa de IVA", max_digits=5, decimal_places=4)
    subtotal = models.DecimalField("subtotal", max_digits=12, decimal_places=2)
    iva = models.DecimalField("IVA", max_digits=12, decimal_places=2)
    total = models.DecimalField("total", max_digits=12, decimal_places=2)
    beneficiary = models.CharField("beneficiario", max_length=120)
    bank_name = models.CharField("banco", max_length=60)
    account_number = models.CharField("cuenta", max_length=20)
    clabe = models.CharField("CLABE", max_length=18)

    status = models.CharField("estado", max_length=10, choices=Status.choices, default=Status.OPEN)
    paid_at = models.DateTimeField("pago confirmado", null=True, blank=True)
    paid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="confirmada por",
    )
    cancelled_at = models.DateTimeField("cancelada", null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="cancelada por",
    )
    expired_at = models.DateTimeField("vencida", null=True, blank=True)
    pdf = models.FileField("PDF", upload_to="constancias", blank=True)
    pdf_sha256 = models.CharField("SHA-256 del PDF", max_length=64, blank=True)

    paid: Decimal  # only from `with_paid`
    has_offer: bool  # only from `with_offer`

    objects = ConstanciaQuerySet.as_manager()

    class Meta:
        verbose_name = "constancia de pago"
        verbose_name_plural = "constancias de pago"
        ordering = ["-pk"]
        permissions = [("confirm_payment", "Puede confirmar pagos")]
        constraints = [
            models.UniqueConstraint(
                fields=["quote"],
                condition=Q(status__in=["open", "paid"]),
                name="constancia_one_standing_a_quote",
            ),
            models.CheckConstraint(condition=Q(total__gt=0), name="constancia_costs_something"),
            models.CheckConstraint(
                # SQLite adds decimals as binary fractions, hence the rounding.
                condition=Exact(F("total"), Round(F("subtotal") + F("iva"), 2)),
                name="constancia_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(Exact(Length("reference"), 7), reference_scheme="damm7")
                | Q(Exact(Length("reference"), 6), reference_scheme="legacy6"),
                name="constancia_reference_length",
            ),
            models.CheckConstraint(
                condition=Q(status="paid", paid_at__isnull=False, paid_by__isnull=False)
                | (~Q(status="paid") & Q(paid_at=None, paid_by=None)),
                name="constancia_paid_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(
                    status="cancelled", cancelled_at__isnull=False, cancelled_by__isnull=False
                )
                | (~Q(status="cancelled") & Q(cancelled_at=None, cancelled_by=None)),
                name="constancia_cancelled_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(status="expired", expired_at__isnull=False)
                | (~Q(status="expired") & Q(expired_at=None)),
                name="constancia_expired_at",
            ),
            models.CheckConstraint(
                condition=Q(pdf="", pdf_sha256="") | (~Q(pdf="") & ~Q(pdf_sha256="")),
                name="constancia_pdf_with_hash",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["open", "paid", "cancelled", "expired"]),
                name="constancia_known_status",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-id"], name="constancia_of_customer"),
            models.Index(fields=["status"], name="constancia_status"),
            models.Index(fields=["issued_at"], name="constancia_issued"),
            models.Index(
                fields=["expired_at"], condition=Q(status="expired"), name="constancia_expired"
            ),
            models.Index(
                fields=["expires_on"], condition=Q(status="open"), name="constancia_expiring"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.printed_reference} · {self.customer_name}"

    @property
    def printed_reference(self) -> str:
        """The reference in groups, as on the slip."""
        return format_reference(self.reference)

    @property
    def issued_on(self) -> date:
        """The local day it was issued."""
        return timezone.localdate(self.issued_at)

    @property
    def totals(self) -> Totals:
        """The frozen totals (MXN)."""
        return Totals(subtotal=self.subtotal, rate=self.iva_rate, iva=self.iva, total=self.total)

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its money."""
        return self.status == self.Status.OPEN

    @property
    def can_be_cancelled(self) -> bool:
        """Whether it is open and untouched; asks `paid` from `with_paid`."""
        return self.is_open and not self.paid

    @property
    def missing(self) -> Decimal:
        """What is still to be paid (MXN); asks `paid` from `with_paid`."""
        return self.total - self.paid

    @property
    def initials(self) -> str:
        """All that the public page tells of the customer: `F. D. N.`"""
        words = [word for word in self.customer_name.split() if word[0].isalpha()]
        return " ".join(
            f"{word[0].upper()}." for word in words if len(word) > 3 or word[0].isupper()
        )

    def is_overdue(self, today: date) -> bool:
        """Whether it is open although its last day is over."""
        return is_overdue(self.status, self.expires_on, today)

    def status_on(self, today: date) -> str:
        """Its status in a word, where one that is overdue is called expired."""
        return str(
            self.Status.EXPIRED.label if self.is_overdue(today) else self.Status(self.status).label
        )

    def has_lapsed(self, today: date) -> bool:
        """Whether it is overdue without any money: as good as expired. Asks for `paid`."""
        return self.is_overdue(today) and not self.paid

    def can_be_invoiced(self, today: date) -> bool:
        """Whether its invoice may be asked for, ahead of the payment too. Asks for `paid`."""
        return self.status in self.STANDING and not self.has_lapsed(today)

    def is_payable(self, today: date) -> bool:
        """Whether its customer may still pay with it."""
        return self.is_open and not self.is_overdue(today)

    @property
    def takes_deposits(self) -> bool:
        """Whether a deposit may still be confirmed."""
        return self.status in self.TAKES_DEPOSITS


class ConstanciaLine(models.Model):
    """A line of a slip, copied from the quote. One left out stays with "No" and adds nothing."""

    constancia = models.ForeignKey(Constancia, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField("orden")
    code = models.CharField("código", max_length=20)
    quantity = models.PositiveIntegerField("cantidad")
    description = models.CharField("descripción", max_length=200)
    included = models.BooleanField("incluir en pago")
    unit_price = models.DecimalField("precio", max_digits=12, decimal_places=2)
    amount = models.DecimalField("importe", max_digits=12, decimal_places=2)

    class Meta:
        verbose_name = "línea de la constancia"
        verbose_name_plural = "líneas de la constancia"
        ordering = ["constancia", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["constancia", "position"], name="constancialine_position"
            ),
            models.CheckConstraint(
                condition=Q(
                    Exact(F("amount"), Round(F("quantity") * F("unit_price"), 2)), included=True
                )
                | Q(included=False, amount=0),
                name="constancialine_amount",
            ),
        ]

    def __str__(self) -> str:
        return self.description
