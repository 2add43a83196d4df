"""What CxC fills in about a statement: the file, its columns, why it is undone."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from facturamos.tables.cells import header_key
from facturamos.tables.source import MAX_BYTES
from reconciliation.parsers.table import Mapping

ACCEPT = ".txt,.csv,.exp,.xls,.xlsx,.ods,.xml,.sta,.n43,.940"


class UploadForm(forms.Form):
    """The bank's file, as it came."""

    file = forms.FileField(
        label="Archivo del banco",
        help_text="Texto, Excel, CSV, Cuaderno 43, MT940 o CAMT, tal como lo da la banca en línea; "
        "hasta 50 MB. No importa su nombre: el formato se reconoce por su contenido.",
        error_messages={
            "required": "Elija el archivo del banco.",
            "empty": "El archivo está vacío. Descárguelo de nuevo del banco.",
        },
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )

    def clean_file(self) -> UploadedFile:
        """The file, unless it is too big to be looked at."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(
                "El archivo pesa más de 50 MB. Descargue menos días y súbalo en partes."
            )
        return file


class UndoForm(forms.Form):
    """Why a whole statement is taken back."""

    reason = forms.CharField(
        label="Motivo",
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        max_length=500,
        error_messages={"required": "Escriba el motivo: queda en la auditoría."},
    )


# Of each column: what CxC calls it, and how banks begin its header (as `header_key` gives it).
SINGLE = {
    "date": ("Fecha", ("fecha", "dia", "date")),
    "deposit": ("Depósitos (abonos)", ("abono", "deposito", "haber", "credito")),
    "withdrawal": ("Retiros (cargos)", ("cargo", "retiro", "debe", "debito")),
    "amount": ("Importe con signo", ("importe", "monto", "amount")),
    "sign": ("Columna que dice si es cargo o abono", ("signo", "tipo")),
    "balance": ("Saldo", ("saldo", "disponible", "balance")),
    "reference": ("Referencia", ("referencia", "sureferencia", "refer")),
    "tracking_key": ("Clave de rastreo", ("clavederastreo", "rastreo")),
    "folio": ("Folio o número de movimiento", ("folio", "secuencia")),
    "account": ("Cuenta de la empresa", ()),
    "payer_name": ("Nombre del ordenante", ("ordenante", "nombredelordenante")),
    "payer_account": ("Cuenta del ordenante", ("cuentaordenante", "cuentadelordenante")),
}
AMOUNTS_LABEL = "Los importes se escriben así"
DECIMALS = [(".", "1,234.00"), (",", "1.234,00")]
DESCRIPTIONS = ("concepto", "descripcion", "detalle", "description")


class MappingForm(forms.Form):
    """Which header is what; the likely ones are chosen already."""

    description = forms.MultipleChoiceField(
        label="Descripción (una o varias; se juntan en el orden del archivo)",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Indique al menos una columna para la descripción."},
    )
    decimal = forms.ChoiceField(
        label=AMOUNTS_LABEL,
        choices=DECIMALS,
        initial=".",
    )

    def __init__(self, *args: Any, headers: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(header, header) for header in dict.fromkeys(headers)]
        for name, (label, _starts) in SINGLE.items():
            self.fields[name] = forms.ChoiceField(
                label=label,
                choices=[("", "– ninguna –"), *choices],
                required=name == "date",
                error_messages={"required": "Indique qué columna es la fecha."},
            )
        self.fields["description"].choices = choices  # type: ignore[attr-defined]
        self.initial = {**_likely(list(dict(choices))), **self.initial}
        self.order_fields(["date", "description", *list(SINGLE)[1:], "decimal"])

    def clean(self) -> dict[str, Any]:
        """What the columns cannot be together."""
        cleaned = super().clean() or {}
        if not self.errors:
            if cleaned["sign"] and not cleaned["amount"]:
                self.add_error("sign", "Solo va con un importe en una columna; indíquela también.")
            try:
                self.mapping()
            except ValueError as error:
                raise forms.ValidationError(str(error)) from error
        return cleaned

    def mapping(self) -> Mapping:
        """What was said, once the form is valid."""
        data = self.cleaned_data
        return Mapping(**{**data, "description": tuple(data["description"])})


def columns_in_words(mapping: dict[str, Any]) -> list[tuple[str, str]]:
    """What each column is called here, and its header; `mapping` as the database keeps it."""
    single = [(label, mapping.get(name, "")) for name, (label, _starts) in SINGLE.items()]
    amounts = dict(DECIMALS).get(mapping.get("decimal", ""), "")
    joined = ("Descripción", ", ".join(mapping["description"]))
    said = [*single[:1], joined, *single[1:], (AMOUNTS_LABEL, amounts)]
    return [(label, header) for label, header in said if header]


def _likely(headers: Sequence[str]) -> dict[str, Any]:
    """What the headers most likely are, by how they begin."""

    def first(starts: tuple[str, ...]) -> str:
        found = (header for header in headers if header_key(header).startswith(starts))
        return next(found, "")

    chosen: dict[str, Any] = {name: first(starts) for name, (_label, starts) in SINGLE.items()}
    if chosen["deposit"]:
        chosen["amount"] = ""
    if not chosen["amount"]:
        chosen["sign"] = ""
    return chosen | {"description": [header for header in [first(DESCRIPTIONS)] if header]}
