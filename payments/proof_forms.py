"""What a customer sends after paying, and what CxC answers."""

import re
import time
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from facturamos.dates import long_date
from payments import proof_texts
from payments.bounded import SECONDS, check_bounded
from payments.models import Constancia
from payments.proof_files import CheckedFile, Problem, RefusedFileError, clean_name
from payments.proofs import Upload

# For all the files of a sending; the web server gives up on us soon after.
ALL_SECONDS = 20
ACCEPT = "image/jpeg,image/png,application/pdf,.xml,application/xml,text/xml"
TRACKING_KEY = re.compile(r"[A-Za-z0-9]{0,30}")


class FilesInput(forms.FileInput):
    """The browser's own, for several files; a telephone offers its camera."""

    allow_multiple_selected = True


class ProofFilesField(forms.FileField):
    """Files checked one by one; each that cannot be taken says why."""

    widget = FilesInput(attrs={"accept": ACCEPT})

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        """The files as checked, or a sentence for each that was refused."""
        files: Sequence[UploadedFile] = data or []
        if not files:
            raise forms.ValidationError(proof_texts.NO_FILE, code="none")
        if len(files) > settings.PROOF_MAX_FILES:
            raise forms.ValidationError(proof_texts.too_many(len(files), settings.PROOF_MAX_FILES))
        uploads: list[Upload] = []
        refused: list[forms.ValidationError] = []
        until = time.monotonic() + ALL_SECONDS
        for file in files:
            name = clean_name(file.name or "")
            try:
                uploads.append(Upload(name, _checked(name, file, until)))
            except RefusedFileError as error:
                text = proof_texts.refusal(
                    name, error.problem, size=file.size or 0, most=settings.PROOF_MAX_BYTES
                )
                refused.append(forms.ValidationError(text, code=error.problem.value))
        if refused:
            raise forms.ValidationError(refused)
        return uploads


def _checked(name: str, file: UploadedFile, until: float) -> CheckedFile:
    if (file.size or 0) > settings.PROOF_MAX_BYTES:
        raise RefusedFileError(Problem.TOO_BIG)
    left = until - time.monotonic()
    if left <= 0:
        raise RefusedFileError(Problem.NO_TIME)
    return check_bounded(name, file.read(), min(left, SECONDS))


class ProofForm(forms.Form):
    """The proof of a deposit: its files, its day and, if known, its tracking key."""

    file = ProofFilesField(
        label="Archivos de su comprobante",
        help_text=(
            "La foto, la captura de pantalla o el PDF que le dio su banco, o el CEP de Banxico "
            "(PDF o XML). Puede elegir varios."
        ),
    )
    paid_on = forms.DateField(
        label="Fecha del depósito",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": "Escriba la fecha del depósito.",
            "invalid": "Escriba la fecha como día/mes/año, por ejemplo 22/11/2026.",
        },
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

    def __init__(
        self,
        data: QueryDict | None = None,
        files: "MultiValueDict[str, UploadedFile] | None" = None,
        *,
        constancia: Constancia,
    ) -> None:
        self.constancia = constancia
        super().__init__(data, files)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"

    def clean_paid_on(self) -> date:
        """A day on which this reference could be paid; after its last day counts too."""
        day: date = self.cleaned_data["paid_on"]
        issued_on = timezone.localdate(self.constancia.issued_at)
        if day > timezone.localdate():
            raise forms.ValidationError("La fecha del depósito todavía no llega; revísela.")
        if day < issued_on:
            raise forms.ValidationError(
                f"La fecha del depósito es anterior a su constancia, que se generó el "
                f"{long_date(issued_on)}; revísela."
            )
        return day

    def clean_tracking_key(self) -> str:
        """Without the blanks and hyphens it is printed with."""
        key = re.sub(r"[\s-]", "", self.cleaned_data["tracking_key"])
        if not TRACKING_KEY.fullmatch(key):
            raise forms.ValidationError(
                "La clave de rastreo lleva solo letras y números, 30 como máximo. Cópiela de su "
                "comprobante, o deje el campo vacío."
            )
        return key


class RefusalForm(forms.Form):
    """Why a proof does not match, in words for the customer."""

    reason = forms.CharField(
        label="Motivo, para el cliente",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5, "class": "vLargeTextField"}),
        help_text=(
            "Lo recibe por correo y lo ve en su constancia. Diga qué no coincide y qué debe enviar."
        ),
        error_messages={"required": "Escriba el motivo: el cliente lo necesita para corregirlo."},
    )
