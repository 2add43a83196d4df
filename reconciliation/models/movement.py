"""The lines of statements, and what CxC decided about each. Nothing is erased."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Customer
from facturamos.money import format_money
from payments.models import Payment
from reconciliation.models.statement import Statement


class MovementQuerySet(models.QuerySet["Movement"]):
    """What can be asked of the movements."""

    def exact(self) -> "MovementQuerySet":
        """Those that "Confirmar" confirms."""
        return self.filter(state=Movement.State.WAITING, verdict=Movement.Verdict.EXACT)

    def for_a_person(self) -> "MovementQuerySet":
        """Deposits that wait for somebody to decide."""
        return self.filter(state=Movement.State.WAITING).exclude(verdict=Movement.Verdict.EXACT)


class Movement(models.Model):
    """A line of a statement: what the bank says (never changes), and what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting", "por decidir"
        APPLIED = "applied", "aplicado"
        IGNORED = "ignored", "descartado"
        OTHER = "other", "no es un depósito"
        VOID = "void", "carga deshecha"

    class Verdict(models.TextChoices):
        EXACT = "exact", "exacto"
        PARTIAL = "partial", "parcial"
        OVER = "over", "de más"
        WITHOUT_IVA = "without_iva", "pagó sin IVA"
        ALREADY_PAID = "already_paid", "ya pagada"
        EXPIRED = "expired", "vencida"
        CANCELLED = "cancelled", "cancelada"
        SEVERAL = "several", "varias"
        SUGGESTION = "suggestion", "sugerencia"
        UNIDENTIFIED = "unidentified", "sin identificar"
        REVERSAL = "reversal", "devolución"
        NOT_A_DEPOSIT = "not_a_deposit", "no es un depósito"

    FROZEN: ClassVar = (
        *("statement_id", "line", "fingerprint", "date", "amount", "currency", "description"),
        *("reference", "folio", "tracking_key", "balance", "payer_name", "payer_account"),
    )

    # No index of its own: `movement_of_statement` begins with it.
    statement = models.ForeignKey(
        Statement,
        models.PROTECT,
        related_name="movements",
        db_index=False,
        verbose_name="estado de cuenta",
    )
    line = models.PositiveIntegerField("línea")
    fingerprint = models.CharField("huella", max_length=32)
    date = models.DateField("fecha")
    amount = models.DecimalField("importe", max_digits=14, decimal_places=2)
    currency = models.CharField("moneda", max_length=3, default="MXN")
    description = models.TextField("concepto")
    reference = models.CharField("referencia del banco", max_length=80, blank=True)
    folio = models.CharField("folio", max_length=40, blank=True)
    tracking_key = models.CharField("clave de rastreo", max_length=40, blank=True)
    balance = models.DecimalField("saldo", max_digits=16, decimal_places=2, null=True)
    payer_name = models.CharField("ordenante", max_length=120, blank=True)
    payer_account = models.CharField("cuenta del ordenante", max_length=40, blank=True)

    verdict = models.CharField("veredicto", max_length=13, choices=Verdict.choices)
    reason = models.TextField("por qué")
    # [from, to] of the digits that matched, in `description` (or in `reference`).
    spans = models.JSONField("dígitos", default=list)
    # [constancia's id, amount, paid before]: where the money would go; without amount, might.
    proposal = models.JSONField("propuesta", default=list)
    # The other half, when the bank gave a deposit back.
    returns = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="devuelve"
    )
    state = models.CharField("estado", max_length=8, choices=State.choices, default=State.WAITING)
    decided_at = models.DateTimeField("decidido", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="decidido por",
    )
    decision = models.TextField("motivo de la decisión", blank=True)

    objects = MovementQuerySet.as_manager()

    class Meta:
        verbose_name = "movimiento"
        verbose_name_plural = "movimientos"
        ordering = ["pk"]
        permissions = [("decide_movement", "Puede decidir sobre movimientos")]
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=~Q(state="void"),
                name="movement_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["applied", "ignored"],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                )
                | Q(state="void", decided_at__isnull=False, decided_by__isnull=False)
                | Q(state__in=["waiting", "other", "void"], decided_at=None, decided_by=None),
                name="movement_decided_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(state="ignored") | ~Q(decision=""), name="movement_ignored_why"
            ),
        ]
        indexes = [
            models.Index(fields=["statement", "state", "verdict"], name="movement_of_statement"),
            models.Index(fields=["date", "amount"], name="movement_by_day"),
            models.Index(
                fields=["date", "id"],
                condition=Q(state="waiting") & ~Q(verdict="exact"),
                name="movement_for_a_person",
            ),
            models.Index(
                fields=["tracking_key"], condition=~Q(tracking_key=""), name="movement_tracking"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date:%d/%m/%Y} {self.amount:,.2f} {self.description[:60]}"

    @property
    def printed_amount(self) -> str:
        """With its sign, and its currency when it is another."""
        money = format_money(self.amount)
        return money if self.currency == "MXN" else f"{money} {self.currency}"


class Sighting(models.Model):
    """That a later statement holds a movement of an earlier one: it is kept once."""

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="sightings")
    movement = models.ForeignKey(Movement, models.PROTECT, related_name="sightings")
    line = models.PositiveIntegerField("línea")

    class Meta:
        verbose_name = "repetición"
        verbose_name_plural = "repeticiones"
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "movement"], name="sighting_once_a_statement"
            )
        ]

    def __str__(self) -> str:
        return f"{self.movement}, línea {self.line}"


class Application(models.Model):
    """The payment that a movement's money became; a movement may pay several constancias.

    Append-only: what is undone shows as the payment's reversal.
    """

    movement = models.ForeignKey(
        Movement, models.PROTECT, related_name="applications", verbose_name="movimiento"
    )
    payment = models.OneToOneField(
        Payment, models.PROTECT, related_name="application", verbose_name="pago"
    )

    class Meta:
        verbose_name = "aplicación"
        verbose_name_plural = "aplicaciones"
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.payment)


class MovementComment(models.Model):
    """What somebody of CxC noted about a movement. Append-only."""

    movement = models.ForeignKey(Movement, models.PROTECT, related_name="comments")
    text = models.TextField("comentario")
    written_at = models.DateTimeField("escrito", default=timezone.now)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="escrito por"
    )

    class Meta:
        verbose_name = "comentario"
        verbose_name_plural = "comentarios"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="movementcomment_has_text")
        ]

    def __str__(self) -> str:
        return self.text[:60]


class KnownPayer(models.Model):
    """Who paid for a customer before, as the bank names them (`expected.payer_keys`)."""

    key = models.CharField("clave", max_length=180)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = "ordenante conocido"
        verbose_name_plural = "ordenantes conocidos"
        constraints = [models.UniqueConstraint(fields=["key", "customer"], name="knownpayer_once")]

    def __str__(self) -> str:
        return self.key
