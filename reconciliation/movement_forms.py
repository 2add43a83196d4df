"""What CxC sends about a movement."""

from typing import Any, cast

from django import forms
from django.db.models import BigAutoField

from payments.forms import MoneyField
from payments.models import Constancia
from payments.references import InvalidReferenceError, format_reference, parse_reference
from payments.searching import LONGEST
from reconciliation.deciding import Part

MOST_PARTS = 20
LARGEST_ID = BigAutoField.MAX_BIGINT


class SearchForm(forms.Form):
    """The box that finds constancias."""

    q = forms.CharField(
        label="Buscar constancia",
        max_length=LONGEST,
        help_text="Referencia, nombre, RFC o lo que le falta (por ejemplo 1,305.00).",
        widget=forms.TextInput(
            attrs={"type": "search", "accesskey": "b", "autofocus": True, "autocomplete": "off"}
        ),
    )


class ApplyForm(forms.Form):
    """The whole deposit to one constancia; `missing` is what it lacked as the page said."""

    constancia = forms.IntegerField(min_value=1, max_value=LARGEST_ID)
    missing = MoneyField()
    confirmed = forms.BooleanField(required=False)
    accept_over = forms.BooleanField(required=False)


class OverForm(forms.Form):
    """That whoever gives a constancia more than it lacks knows it."""

    accept_over = forms.BooleanField(
        label="Sé que es más de lo que falta; lo que sobra queda como saldo a favor del cliente.",
        required=False,
    )


class ReasonForm(forms.Form):
    """Why a movement is set aside, applied as another amount, or a decision taken back."""

    reason = forms.CharField(
        label="Motivo",
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
        error_messages={
            "required": "Escriba el motivo: queda en la auditoría.",
            "max_length": "El motivo es demasiado largo: escriba 500 caracteres como máximo.",
        },
    )


class CommentForm(forms.Form):
    """A note for the others of CxC."""

    text = forms.CharField(
        label="Comentario",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        error_messages={
            "required": "Escriba el comentario.",
            "max_length": "El comentario es demasiado largo: escriba 1,000 caracteres como máximo.",
        },
    )


class PartForm(forms.Form):
    """A constancia by its reference, and how much of the deposit is for it."""

    reference = forms.CharField(
        label="Referencia",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 12, "autocomplete": "off"}),
    )
    amount = MoneyField(label="Importe (MXN)", required=False)

    def clean_reference(self) -> str:
        """As it is kept, or empty."""
        text: str = self.cleaned_data["reference"]
        if not text:
            return ""
        try:
            return parse_reference(text)
        except InvalidReferenceError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        """Both or neither."""
        cleaned = super().clean() or {}
        if {"reference", "amount"} <= cleaned.keys():
            if cleaned["reference"] and cleaned["amount"] is None:
                self.add_error("amount", "Escriba cuánto de este depósito es para ella.")
            if not cleaned["reference"] and cleaned["amount"] is not None:
                self.add_error("reference", "Escriba la referencia de la constancia.")
        return cleaned


class BasePartFormSet(forms.BaseFormSet):
    """The rows of a deposit that pays several constancias. Once they are valid, `parts`, and
    `is_plain`: each is just what its constancia lacks.
    """

    parts: list[Part]
    is_plain: bool
    # Asked when a part turns out to be more than its constancia lacks.
    over: OverForm | None = None

    def clean(self) -> None:
        """Every reference is a constancia's; asked in one query."""
        if any(self.errors):
            return
        written = [form for form in self.forms if form.cleaned_data.get("reference")]
        references = [form.cleaned_data["reference"] for form in written]
        found = Constancia.objects.with_paid().filter(reference__in=references)
        rows = {row.reference: row for row in found}
        for form, reference in zip(written, references, strict=True):
            if reference not in rows:
                printed = format_reference(reference)
                form.add_error("reference", f"Ninguna constancia lleva la referencia {printed}.")
        if not written:
            raise forms.ValidationError("Escriba al menos una referencia con su importe.")
        pairs = [
            (rows[reference], form.cleaned_data["amount"])
            for form, reference in zip(written, references, strict=True)
            if reference in rows
        ]
        self.parts = [Part(row.pk, amount) for row, amount in pairs]
        self.is_plain = all(row.missing == amount for row, amount in pairs)


PartFormSet = cast(
    type[BasePartFormSet],
    forms.formset_factory(
        PartForm,
        formset=BasePartFormSet,
        extra=2,
        max_num=MOST_PARTS,
        absolute_max=MOST_PARTS,
    ),
)


def parts_to_begin_with(constancias: list[Constancia]) -> BasePartFormSet:
    """The rows with what these constancias (from `with_paid`) lack, and some empty ones."""
    initial = [
        {"reference": row.printed_reference, "amount": f"{row.missing:,.2f}"}
        for row in constancias[: MOST_PARTS - 2]
    ]
    return PartFormSet(initial=initial, prefix="partes")
