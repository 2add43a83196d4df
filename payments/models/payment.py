"""The money that came."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from facturamos.money import ZERO
from payments.models.constancia import Constancia


class PaymentQuerySet(models.QuerySet["Payment"]):
    """What can be asked of the payments."""

    def standing(self) -> "PaymentQuerySet":
        """Those that were not taken back."""
        # Through the column that joins, so that PostgreSQL sees that hardly any is taken back.
        return self.filter(reversal__payment=None)


class Payment(models.Model):
    """Money that CxC saw at the bank for a constancia (MXN). Append-only.

    A mistake is taken back with a `PaymentReversal`; it counts no more, and stays in the books.
    """

    constancia = models.ForeignKey(
        Constancia, models.PROTECT, related_name="payments", verbose_name="constancia"
    )
    amount = models.DecimalField("importe", max_digits=12, decimal_places=2)
    paid_on = models.DateField("fecha del depósito")
    recorded_at = models.DateTimeField("registrado", default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="registrado por"
    )

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = "pago"
        verbose_name_plural = "pagos"
        ordering = ["-pk"]
        permissions = [("revert_payment", "Puede deshacer pagos")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=Decimal(0)), name="payment_is_positive")
        ]
        indexes = [models.Index(fields=["recorded_at"], name="payment_recorded")]

    def __str__(self) -> str:
        return f"Pago de {self.constancia.printed_reference} del {self.paid_on:%d/%m/%Y}"


class PaymentReversal(models.Model):
    """That a payment was taken back, by whom and why. Append-only, and once for each payment."""

    payment = models.OneToOneField(
        Payment, models.PROTECT, related_name="reversal", verbose_name="pago"
    )
    reason = models.TextField("motivo")
    reverted_at = models.DateTimeField("deshecho", default=timezone.now)
    reverted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="deshecho por"
    )

    class Meta:
        verbose_name = "pago deshecho"
        verbose_name_plural = "pagos deshechos"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="paymentreversal_has_reason")
        ]

    def __str__(self) -> str:
        return f"{self.payment}, deshecho"


def paid_for_each() -> Coalesce:
    """`paid` as `with_paid` adds it, asked row by row: for a page of a long list."""
    own = Payment.objects.standing().filter(constancia=OuterRef("pk")).order_by()
    total = own.values("constancia").annotate(sum=Sum("amount")).values("sum")
    return Coalesce(Subquery(total), ZERO, output_field=models.DecimalField())


def has_money() -> Exists:
    """For a query of constancias: whether any payment of it stands."""
    return Exists(Payment.objects.standing().filter(constancia=OuterRef("pk")))
