import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict

from facturamos.money import NotMoneyError, format_money, parse_money
from payments.models import BankAccount, Constancia
from payments.recording import Deposit, deposit_date_problem
from renewals.forms import SelectionForm


class MoneyField(forms.Field):
    """An amount as people write it (`$1,305.00`), as a Decimal in MXN."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "maxlength": 30})

    def to_python(self, value: str | None) -> Decimal | None:
        """The amount, or None for an empty field."""
        if not value or not value.strip():
            return None
        try:
            return parse_money(value)
        except NotMoneyError as error:
            raise forms.ValidationError(str(error)) from error


class ConfirmationForm(SelectionForm):
    """What the confirmation page sends back: the pick, and the total the customer saw."""

    total = MoneyField(required=False)


class DepositForm(forms.Form):
    """One constancia of the page "Confirmar pago": the deposit as the bank shows it."""

    seen_paid = MoneyField(widget=forms.HiddenInput)
    amount = MoneyField(
        label="Importe del depósito (MXN)",
        error_messages={"required": "Escriba el importe que aparece en el banco."},
    )
    paid_on = forms.DateField(
        label="Fecha del depósito",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": "Escriba la fecha del depósito.",
            "invalid": "Escriba la fecha como día/mes/año, por ejemplo 22/11/2026.",
        },
    )
    differs = forms.BooleanField(
        label="El banco recibió un importe distinto de lo que falta", required=False
    )
    reason = forms.CharField(
        label="Motivo, cuando el importe es otro o la constancia ya venció",
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
    )

    def __init__(self, data: QueryDict | None, *, constancia: Constancia) -> None:
        self.constancia = constancia
        initial = {
            "seen_paid": constancia.paid,
            "amount": f"{constancia.missing:,.2f}",
        }
        super().__init__(data, initial=initial, prefix=f"c{constancia.pk}")

    def clean_amount(self) -> Decimal:
        """A deposit is more than nothing."""
        amount: Decimal = self.cleaned_data["amount"]
        if amount <= 0:
            raise forms.ValidationError("El depósito debe ser mayor que cero.")
        return amount

    def clean_paid_on(self) -> date:
        """The day the bank shows, if it is one on which this constancia could be paid."""
        day: date = self.cleaned_data["paid_on"]
        if problem := deposit_date_problem(self.constancia, day):
            raise forms.ValidationError(problem)
        return day

    def clean(self) -> dict[str, Any]:
        """An amount other than the missing one is often a slip of the hand: ask first, and why."""
        cleaned = super().clean() or {}
        amount = cleaned.get("amount")
        missing = self.constancia.missing
        is_other = amount is not None and amount != missing
        if amount is not None and is_other and not cleaned.get("differs"):
            self.add_error(
                "amount",
                f"Faltan {format_money(missing)} y usted escribió {format_money(amount)}. "
                "Corríjalo, o marque la casilla si así aparece en el banco.",
            )
        elif not cleaned.get("reason") and (is_other or not self.constancia.is_open):
            self.add_error("reason", "Escriba el motivo: queda en la auditoría.")
        return cleaned

    def deposit(self) -> Deposit:
        """The deposit, once the form is valid."""
        data = self.cleaned_data
        return Deposit(
            constancia_id=self.constancia.pk,
            amount=data["amount"],
            paid_on=data["paid_on"],
            seen_paid=data["seen_paid"],
            reason=data["reason"],
        )


class DigitsField(forms.CharField):
    """Digits that are pasted with blanks or hyphens between them."""

    def to_python(self, value: Any) -> str:
        """Without what stands between the digits."""
        return re.sub(r"[\s-]", "", super().to_python(value) or "")


class BankAccountForm(forms.ModelForm):
    """A new account of the company."""

    account_number = DigitsField(label="Cuenta", max_length=20)
    clabe = DigitsField(label="Cuenta interbancaria (CLABE)", max_length=18)

    class Meta:
        model = BankAccount
        fields = ("beneficiary", "bank_name", "account_number", "clabe")
