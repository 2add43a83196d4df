"""The invoice (CFDI 4.0) a customer asks for after paying."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, When
from django.utils import timezone

from accounts.models import Customer
from payments.models.constancia import Constancia


class FiscalData(models.Model):
    """The receptor's data that CFDI 4.0 demands. `fiscal.py` checks them against each other."""

    rfc = models.CharField("RFC", max_length=13)
    name = models.CharField("nombre o razón social", max_length=254)
    postal_code = models.CharField("código postal fiscal", max_length=5)
    regime = models.CharField("régimen fiscal", max_length=3)
    cfdi_use = models.CharField("uso del CFDI", max_length=4)

    class Meta:
        abstract = True


class FiscalProfile(FiscalData):
    """A customer's data of the last time, kept for the next."""

    customer = models.OneToOneField(Customer, models.PROTECT, verbose_name="cliente")
    updated_at = models.DateTimeField("actualizado", default=timezone.now)

    class Meta:
        verbose_name = "datos fiscales"
        verbose_name_plural = "datos fiscales"

    def __str__(self) -> str:
        return f"{self.rfc} {self.name}"


# A late deposit may still give an expired one its effect.
WITHOUT_EFFECT = Q(uuid=None) & ~Q(constancia__status__in=Constancia.STANDING)


class InvoiceRequestQuerySet(models.QuerySet["InvoiceRequest"]):
    """What can be asked of the requests."""

    def issued(self) -> "InvoiceRequestQuerySet":
        """Those whose invoice can be downloaded."""
        return self.filter(uuid__isnull=False)

    def pending(self) -> "InvoiceRequestQuerySet":
        """Paid, and so the company's turn."""
        return self.filter(uuid=None, constancia__status=Constancia.Status.PAID)

    def unpaid(self) -> "InvoiceRequestQuerySet":
        """Asked for ahead: there is nothing to invoice yet."""
        return self.filter(uuid=None, constancia__status=Constancia.Status.OPEN)

    def to_do(self) -> "InvoiceRequestQuerySet":
        """Both: all that is still to be issued."""
        return self.filter(uuid=None, constancia__status__in=Constancia.STANDING)

    def void(self) -> "InvoiceRequestQuerySet":
        """Their constancia was cancelled or expired."""
        return self.filter(WITHOUT_EFFECT)

    def with_effect(self) -> "InvoiceRequestQuerySet":
        """All the others."""
        return self.exclude(WITHOUT_EFFECT)


class InvoiceRequest(FiscalData):
    """The invoice of one constancia: asked for with these data, then issued with its UUID.

    Once issued, nothing of it ever changes (a trigger sees to it).
    """

    ISSUED_FOR_EVER: ClassVar = {"name": "issued", "unless": "OLD.uuid IS NULL"}
    # The company's turn first, then those that wait for their money, what is done, what is void.
    WORK_ORDER: ClassVar = (
        Case(
            When(uuid__isnull=False, then=2),
            When(constancia__status=Constancia.Status.PAID, then=0),
            When(constancia__status=Constancia.Status.OPEN, then=1),
            default=3,
        ),
        "requested_at",
        "pk",
    )

    constancia = models.OneToOneField(
        Constancia, models.PROTECT, related_name="invoice_request", verbose_name="constancia"
    )
    requested_at = models.DateTimeField("solicitada", default=timezone.now)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="solicitada por"
    )
    uuid = models.UUIDField("UUID (folio fiscal)", unique=True, null=True, blank=True)
    issued_at = models.DateTimeField("emitida", null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="emitida por",
    )
    pdf = models.FileField("PDF", upload_to="facturas", blank=True)
    xml = models.FileField("XML", upload_to="facturas", blank=True)

    objects = InvoiceRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "solicitud de factura"
        verbose_name_plural = "solicitudes de factura"
        ordering = ["pk"]
        permissions = [
            ("export_invoicerequest", "Puede descargar las solicitudes de factura"),
            ("issue_invoicerequest", "Puede marcar facturas como emitidas"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(uuid__isnull=False, issued_at__isnull=False, issued_by__isnull=False)
                    & ~Q(pdf="")
                    & ~Q(xml="")
                )
                | Q(uuid=None, issued_at=None, issued_by=None, pdf="", xml=""),
                name="invoicerequest_issued_at_and_by",
            )
        ]
        indexes = [
            models.Index(
                fields=["requested_at"], condition=Q(uuid=None), name="invoicerequest_not_issued"
            )
        ]

    def __str__(self) -> str:
        return f"Factura de {self.constancia.printed_reference}"

    @property
    def is_issued(self) -> bool:
        """Whether the customer can download it."""
        return self.uuid is not None

    @property
    def state(self) -> str:
        """In words; asks for the constancia."""
        if self.is_issued:
            return "emitida"
        words = {Constancia.Status.PAID: "por emitir", Constancia.Status.OPEN: "en espera del pago"}
        return words.get(Constancia.Status(self.constancia.status), "sin efecto")
