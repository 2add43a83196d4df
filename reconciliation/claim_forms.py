"""What a customer says of a deposit that was not found, and what CxC answers."""

import re
from datetime import date
from decimal import Decimal

from django import forms
from django.http import QueryDict
from django.utils import timezone

from payments.forms import MoneyField

TRACKING_KEY = re.compile(r"[A-Za-z0-9]{0,30}")


class ClaimForm(forms.Form):
    """The deposit as the customer made it."""

    paid_on = forms.DateField(
        label="Fecha del depósito",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": "Escriba la fecha del depósito.",
            "invalid": "Escriba la fecha como día/mes/año, por ejemplo 22/11/2026.",
        },
    )
    amount = MoneyField(
        label="Importe que depositó (MXN)",
        help_text="Tal como salió de su cuenta, por ejemplo 1,305.00.",
        error_messages={"required": "Escriba el importe que depositó."},
    )
    tracking_key = forms.CharField(
        label="Clave de rastreo (si la tiene)",
        required=False,
        max_length=60,
        help_text="Viene en el comprobante de una transferencia SPEI: letras y números, hasta 30.",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    note = forms.CharField(
        label="Comentario (si quiere)",
        required=False,
        max_length=500,
        help_text="Por ejemplo, desde qué banco o a nombre de quién pagó.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "max_length": "El comentario es demasiado largo: escriba 500 caracteres como máximo."
        },
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"

    def clean_paid_on(self) -> date:
        """A day that was."""
        day: date = self.cleaned_data["paid_on"]
        today = timezone.localdate()
        if day > today:
            raise forms.ValidationError("La fecha del depósito todavía no llega; revísela.")
        if day.year < today.year - 5:
            raise forms.ValidationError("Esa fecha es de hace más de cinco años; revísela.")
        return day

    def clean_amount(self) -> Decimal:
        """More than nothing."""
        amount: Decimal = self.cleaned_data["amount"]
        if amount <= 0:
            raise forms.ValidationError("El importe debe ser mayor que cero.")
        return amount

    def clean_tracking_key(self) -> str:
        """Without the blanks and hyphens it is printed with, in capitals."""
        key = re.sub(r"[\s-]", "", self.cleaned_data["tracking_key"])
        if not TRACKING_KEY.fullmatch(key):
            raise forms.ValidationError(
                "La clave de rastreo lleva solo letras y números, 30 como máximo. Cópiela de su "
                "comprobante, o deje el campo vacío."
            )
        return key.upper()


class AnswerForm(forms.Form):
    """What CxC found, in words for the customer."""

    answer = forms.CharField(
        label="Respuesta, para el cliente",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
        help_text="La recibe por correo y la ve en el portal, tal como la escriba.",
        error_messages={
            "required": "Escriba la respuesta: el cliente la espera.",
            "max_length": "La respuesta es demasiado larga: escriba 1,000 caracteres como máximo.",
        },
    )
