"""Whether a PDF that came as a proof of payment is whole and does nothing. Knows no Django."""

import io
from collections.abc import Iterator
from typing import Any

import pikepdf

from payments.proof_files import Problem, RefusedFileError

MAX_PDF_OBJECTS = 100_000
# In any dictionary of a PDF: what runs, sends, opens or carries something (ISO 32000-1, 12.6.4,
# 7.11.4, 12.7.8, 13.6). /OpenAction, /URI and a signed /AcroForm are in honest receipts.
_ACTIVE_KEYS = frozenset(
    {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"}
)
_ACTIVE_VALUES = {
    "/S": frozenset(
        {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE"}
        | {"/Rendition", "/Movie", "/Sound", "/RichMediaExecute"}
    ),
    "/Type": frozenset({"/EmbeddedFile"}),
    "/Subtype": frozenset({"/RichMedia", "/FileAttachment", "/Movie", "/Sound", "/Screen", "/3D"}),
}


def check_pdf(content: bytes) -> None:
    """Opens without a password, has a page, and holds nothing that acts. Raises RefusedFileError.

    Nothing is repaired: where a reader has to guess, another one may guess differently.
    """
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False) as pdf:
            if not len(pdf.pages):
                raise RefusedFileError(Problem.DAMAGED)
            for number, thing in enumerate(_everything(pdf)):
                if number > MAX_PDF_OBJECTS:
                    raise RefusedFileError(Problem.TOO_COMPLEX)
                if _acts(thing):
                    raise RefusedFileError(Problem.ACTIVE)
    except pikepdf.PasswordError as error:
        raise RefusedFileError(Problem.PASSWORD) from error
    except (RefusedFileError, MemoryError):
        raise
    except Exception as error:  # qpdf reports some damage as plain errors
        raise RefusedFileError(Problem.DAMAGED) from error


def _everything(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary of the file, reached or not, those in compressed object streams too."""
    waiting: list[Any] = [*pdf.objects, pdf.trailer]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, pikepdf.Stream):
            thing = thing.stream_dict
        if isinstance(thing, pikepdf.Dictionary):
            yield thing
            inside: Any = thing.values()
        elif isinstance(thing, pikepdf.Array):
            inside = thing
        else:
            continue
        # What is indirect is on the list already.
        waiting += [one for one in inside if _is_nest(one) and not one.is_indirect]


def _is_nest(thing: Any) -> bool:
    return isinstance(thing, pikepdf.Dictionary | pikepdf.Array)


def _acts(thing: Any) -> bool:
    keys = set(thing.keys())
    return bool(keys & _ACTIVE_KEYS) or any(
        key in keys and isinstance(thing[key], pikepdf.Name) and str(thing[key]) in values
        for key, values in _ACTIVE_VALUES.items()
    )
