"""Asking for an invoice, and attaching it when it is issued."""

from typing import Any

from django import forms
from django.http import QueryDict

from payments import fiscal
from payments.fiscal import Person, Receiver

_CHOOSE_REGIME = "Elija su régimen fiscal de la lista."
_CHOOSE_USE = "Elija el uso del CFDI de la lista."


def _options(regimes: dict[str, str]) -> list[tuple[str, str]]:
    return [(code, f"{code} · {name}") for code, name in sorted(regimes.items())]


class InvoiceForm(forms.Form):
    """The customer's fiscal data as their constancia de situación fiscal has them."""

    rfc = forms.CharField(
        label="RFC",
        max_length=20,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": "Escriba su RFC."},
    )
    name = forms.CharField(
        label="Nombre o razón social",
        max_length=fiscal.NAME_LENGTH,
        help_text="En mayúsculas y sin el tipo de sociedad: sin «SA DE CV», «SC» o «AC».",
        widget=forms.TextInput(
            attrs={"autocapitalize": "characters", "autocomplete": "organization"}
        ),
        error_messages={"required": "Escriba el nombre o razón social."},
    )
    postal_code = forms.CharField(
        label="Código postal del domicilio fiscal",
        max_length=10,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code"}),
        error_messages={
            "required": "Escriba los cinco dígitos del código postal de su domicilio fiscal."
        },
    )
    regime = forms.ChoiceField(
        label="Régimen fiscal",
        choices=[
            ("", "Elija su régimen"),
            ("Persona moral", _options(fiscal.REGIMES_OF[Person.COMPANY])),
            ("Persona física", _options(fiscal.REGIMES_OF[Person.INDIVIDUAL])),
        ],
        error_messages={"required": _CHOOSE_REGIME, "invalid_choice": _CHOOSE_REGIME},
    )
    cfdi_use = forms.ChoiceField(
        label="Uso del CFDI",
        help_text="G03 para deducir el gasto; S01 si su régimen no lo admite "
        "(605, 607, 608, 610, 611, 614, 615 y 616).",
        choices=[
            ("", "Elija el uso"),
            ("Persona moral o física", _options(fiscal.USES)),
        ],
        error_messages={"required": _CHOOSE_USE, "invalid_choice": _CHOOSE_USE},
    )
    confirm = forms.BooleanField(
        label="Confirmo que son como en mi constancia de situación fiscal",
        error_messages={
            "required": "Compare los datos con su constancia de situación fiscal y palomee la "
            "casilla que lo confirma."
        },
    )

    def __init__(self, data: QueryDict | None, *, known: Receiver) -> None:
        initial = {name: getattr(known, name) for name in Receiver.__slots__}
        super().__init__(data, initial=initial)
        self.warnings: list[str] = []
        self._offer_regimes(known.rfc if data is None else data.get("rfc", ""))

    def _offer_regimes(self, rfc: str) -> None:
        """Show only those of whoever has that RFC, once it says who; any is checked in `clean`."""
        rfc = fiscal.tidy_rfc(rfc)
        if not fiscal.RFC.fullmatch(rfc):
            return
        person = fiscal.person_of(rfc)
        regime: Any = self.fields["regime"]
        regime.widget.choices = [
            ("", "Elija su régimen"),
            *_options(fiscal.REGIMES_OF[person]),
        ]
        regime.help_text = (
            f"Los de una {person.value}, por los {len(rfc)} caracteres de su RFC. Si escribe otro "
            "RFC, oprima el botón: le mostraremos los suyos."
        )

    def clean(self) -> dict[str, Any]:
        """How the data check each other; a field that is wrong by itself is told once."""
        cleaned = super().clean() or {}
        found = fiscal.check(self._typed(cleaned))
        for name, sentence in found.errors.items():
            if not self.has_error(name):
                self.add_error(name, sentence)
        self.warnings = found.warnings
        return cleaned

    def receiver(self) -> Receiver:
        """The data, once the form is valid."""
        return self._typed(self.cleaned_data)

    @staticmethod
    def _typed(cleaned: dict[str, Any]) -> Receiver:
        return Receiver(**{name: cleaned.get(name, "") for name in Receiver.__slots__})


class IssueForm(forms.Form):
    """The two files of a stamped invoice; `issue_invoice` reads and checks them."""

    xml = forms.FileField(
        label="XML del CFDI timbrado (hasta 2 MB)",
        widget=forms.FileInput(attrs={"accept": ".xml,text/xml,application/xml"}),
        error_messages={"required": "Adjunte el XML.", "empty": "El XML está vacío."},
    )
    pdf = forms.FileField(
        label="PDF de la factura (hasta 10 MB)",
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
        error_messages={"required": "Adjunte el PDF.", "empty": "El PDF está vacío."},
    )
