"""Which table, and the file."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from accounts.loading import LIMITS, kinds

MEGABYTES = LIMITS.content >> 20


class TableForm(forms.Form):
    """A table of one kind."""

    kind = forms.ChoiceField(
        label="Qué trae la tabla",
        error_messages={
            "required": "Elija qué trae la tabla.",
            "invalid_choice": "Elija de la lista qué trae la tabla.",
        },
    )
    file = forms.FileField(
        label="Archivo",
        help_text=f"CSV o XLSX, hasta {MEGABYTES} MB y {LIMITS.lines:,} líneas. Los encabezados "
        "van en una línea; su orden no importa.",
        error_messages={
            "required": "Elija el archivo.",
            "empty": "El archivo está vacío. Guárdelo de nuevo y súbalo.",
        },
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.xls,.ods"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(kind.key, kind.label) for kind in kinds().values()]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]

    def clean_file(self) -> UploadedFile:
        """The file, unless it is too big to be looked at."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > LIMITS.content:
            raise forms.ValidationError(f"El archivo pesa más de {MEGABYTES} MB. Divídalo.")
        return file
