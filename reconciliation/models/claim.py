"""What customers say of deposits that were not found."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Customer


class DepositClaim(models.Model):
    """A customer says that a deposit of theirs was not found. It confirms nothing by itself."""

    class State(models.TextChoices):
        OPEN = "open", "en revisión"
        ANSWERED = "answered", "contestado"

    customer = models.ForeignKey(Customer, models.PROTECT, verbose_name="cliente")
    paid_on = models.DateField("fecha del depósito")
    amount = models.DecimalField("importe", max_digits=12, decimal_places=2)
    tracking_key = models.CharField("clave de rastreo", max_length=30, blank=True)
    note = models.TextField("comentario", blank=True, max_length=500)
    made_at = models.DateTimeField("enviado", default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="enviado por"
    )
    state = models.CharField(
        "estado", max_length=8, choices=State.choices, default=State.OPEN, db_index=True
    )
    answered_at = models.DateTimeField("contestado", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="contestado por",
    )
    answer = models.TextField("respuesta", blank=True)

    class Meta:
        verbose_name = "reclamo de depósito"
        verbose_name_plural = "reclamos de depósito"
        ordering = ["pk"]
        permissions = [("answer_depositclaim", "Puede contestar reclamos de depósito")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="depositclaim_is_positive"),
            models.CheckConstraint(
                condition=Q(state="open", answered_at=None, answered_by=None, answer="")
                | (
                    Q(state="answered", answered_at__isnull=False, answered_by__isnull=False)
                    & ~Q(answer="")
                ),
                name="depositclaim_answered_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer}: {self.amount:,.2f} del {self.paid_on:%d/%m/%Y}"
