"""Where the money goes."""

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from payments.clabe import ClabeError, check_account, check_clabe


def validate_clabe(value: str) -> None:
    """The model field's door to the rule in `clabe.py`."""
    try:
        check_clabe(value)
    except ClabeError as error:
        raise ValidationError(str(error)) from error


class BankAccountQuerySet(models.QuerySet["BankAccount"]):
    """What can be asked of the accounts."""

    def proposed(self) -> "BankAccountQuerySet":
        """Waiting for a second person."""
        return self.filter(approved_at=None, retired_at=None)

    def in_force(self) -> "BankAccountQuerySet":
        """The one that new constancias name; there is one at most."""
        return self.filter(approved_at__isnull=False, retired_at=None)


class BankAccount(models.Model):
    """An account of the company: proposed by one person, in force once another approves it.

    What it says never changes (a trigger sees to it): a correction is a new proposal. What was
    issued keeps its own copy.
    """

    RETIRED_FOR_EVER: ClassVar = {
        "name": "retired",
        "columns": ("approved_at", "approved_by_id", "retired_at", "retired_by_id"),
        "unless": "OLD.retired_at IS NULL",
    }
    FROZEN = (
        "beneficiary",
        "bank_name",
        "account_number",
        "clabe",
        "proposed_at",
        "proposed_by_id",
    )

    beneficiary = models.CharField("beneficiario", max_length=120)
    bank_name = models.CharField("banco", max_length=60)
    account_number = models.CharField("cuenta", max_length=20)
    clabe = models.CharField(
        "cuenta interbancaria (CLABE)", max_length=18, validators=[validate_clabe]
    )
    proposed_at = models.DateTimeField("propuesta", default=timezone.now)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="propuesta por"
    )
    approved_at = models.DateTimeField("aprobada", null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="aprobada por",
    )
    retired_at = models.DateTimeField("retirada", null=True, blank=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="retirada por",
    )

    objects = BankAccountQuerySet.as_manager()

    class Meta:
        verbose_name = "cuenta bancaria"
        verbose_name_plural = "cuentas bancarias"
        ordering = ["-pk"]
        permissions = [("approve_bankaccount", "Puede aprobar y rechazar cuentas bancarias")]
        constraints = [
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(approved_at__isnull=False, retired_at=None),
                name="bankaccount_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="bankaccount_approved_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(retired_at=None, retired_by=None)
                | Q(retired_at__isnull=False, retired_by__isnull=False),
                name="bankaccount_retired_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")),
                name="bankaccount_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank_name} {self.clabe}"

    @property
    def state(self) -> str:
        """In a word, for people."""
        if self.retired_at:
            return "retirada"
        return "en vigor" if self.approved_at else "propuesta"

    def clean(self) -> None:
        """Refuse an account that is not the one in the CLABE."""
        try:
            check_clabe(self.clabe)
        except ClabeError:
            return  # the field says so itself
        try:
            check_account(self.clabe, self.account_number)
        except ClabeError as error:
            raise ValidationError({"account_number": str(error)}) from error
