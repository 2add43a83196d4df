"""The money that came."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from payments.models.constancia import Constancia


class Payment(models.Model):
    """Money that CxC saw at the bank for a constancia (MXN). Append-only."""

    constancia = models.ForeignKey(
        Constancia, models.PROTECT, related_name="payments", verbose_name="constancia"
    )
    amount = models.DecimalField("importe", max_digits=12, decimal_places=2)
    paid_on = models.DateField("fecha del depósito")
    recorded_at = models.DateTimeField("registrado", default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="registrado por"
    )

    class Meta:
        verbose_name = "pago"
        verbose_name_plural = "pagos"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=Decimal(0)), name="payment_is_positive")
        ]

    def __str__(self) -> str:
        return f"Pago de {self.constancia.printed_reference} del {self.paid_on}"
