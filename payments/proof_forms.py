"""What a customer sends after paying, and what CxC answers."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
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
from payments.stored_uploads import Upload, once_each

# For all the files of a sending; the web server gives up on us soon after.
ALL_SECONDS = 20
ACCEPT = "image/jpeg,image/png,application/pdf,.xml,application/xml,text/xml"
TRACKING_KEY = re.compile(r"[A-Za-z0-9]{0,30}")


class FilesInput(forms.FileInput):
    """The browser's own, for several files; a telephone offers its camera."""

    allow_multiple_selected = True


@dataclass(frozen=True, slots=True)
class Picked:
    """The files of a form that passed, and an error for each that did not."""

    uploads: list[Upload]
    refused: list[forms.ValidationError]

    @property
    def sentences(self) -> list[str]:
        """What the errors say."""
        return [str(error.message) for error in self.refused]


def check_files(files: Sequence[UploadedFile]) -> Picked:
    """Look into each, unless there are more than a sending takes."""
    if len(files) > settings.PROOF_MAX_FILES:
        return Picked([], [_too_many(len(files))])
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
    return Picked(uploads, refused)


def _too_many(count: int) -> forms.ValidationError:
    text = proof_texts.too_many(count, settings.PROOF_MAX_FILES)
    return forms.ValidationError(text, code="too many")


class ProofFilesField(forms.FileField):
    """All the files that were chosen; each that cannot be taken says why."""

    widget = FilesInput(attrs={"accept": ACCEPT})

    def clean(self, data: Any, initial: Any = None) -> Picked:
        """The files as they were found."""
        return check_files(data or [])


def _checked(name: str, file: UploadedFile, until: float) -> CheckedFile:
    if (file.size or 0) > settings.PROOF_MAX_BYTES:
        raise RefusedFileError(Problem.TOO_BIG)
    left = until - time.monotonic()
    if left <= 0:
        raise RefusedFileError(Problem.NO_TIME)
    return check_bounded(name, file.read(), min(left, SECONDS))


class ProofForm(forms.Form):
    """The proof of a deposit: its files, its day and, if known, its tracking key."""

    file = ProofFilesField(label="Archivos de su comprobante")
    paid_on = forms.DateField(
        label="Fecha del depósito",
        help_text="La que dice su comprobante: día, mes y año, por ejemplo 22/11/2026.",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "off"}),
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
        kept: Sequence[Upload] = (),
        lost: Sequence[str] = (),
        initial: dict[str, Any] | None = None,
    ) -> None:
        """`kept` is sent along with the files chosen now; `lost` says what is there no longer."""
        self.constancia = constancia
        self.kept = kept
        self.lost = lost
        self.chosen_now: list[Upload] = []
        super().__init__(data, files, initial=initial)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"
        self.fields["file"].help_text = proof_texts.what_to_choose(
            settings.PROOF_MAX_FILES, settings.PROOF_MAX_BYTES
        )
        self.fields["paid_on"].widget.attrs |= {
            "min": timezone.localdate(constancia.issued_at).isoformat(),
            "max": timezone.localdate().isoformat(),
        }

    def clean_file(self) -> list[Upload]:
        """All that is to be sent. What passed is in `chosen_now` even if something did not."""
        picked: Picked = self.cleaned_data["file"]
        uploads = once_each([*self.kept, *picked.uploads])
        if len(uploads) > settings.PROOF_MAX_FILES:
            raise _too_many(len(uploads))
        self.chosen_now = picked.uploads
        errors = [forms.ValidationError(text, code="lost") for text in self.lost] + picked.refused
        if not uploads and not errors:
            raise forms.ValidationError(proof_texts.NO_FILE, code="none")
        if errors:
            raise forms.ValidationError(errors)
        return uploads

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
