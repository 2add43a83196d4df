"""What may come in as a proof of payment, and in what shape it is kept. Knows no Django.

A name, its first bytes and a whole reading must agree. Images are drawn anew, which leaves behind
whatever was hidden in or after them (place, telephone, another file). A PDF is kept as it came, for
its signature's sake, and refused if it carries anything that acts. `payments.bounded` runs this in
a process of its own, with a limit to time and memory.
"""

import hashlib
import io
import warnings
from dataclasses import dataclass
from enum import Enum

from PIL import Image, ImageOps

from payments.cep import Cep, NotACepError, parse_cep

MAX_PIXELS = 40_000_000
NAME_LENGTH = 255
JPEG_QUALITY = 85
_BEGINNINGS = {"jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-"}
_EXTENSIONS = {"jpg": "image", "jpeg": "image", "png": "image", "pdf": "pdf", "xml": "cep"}
# The brands of an ISO file that say HEIF, a telephone's photograph (ISO/IEC 23008-12, annex B).
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}


class Problem(Enum):
    """Why a file cannot be taken."""

    EMPTY = "empty"
    TOO_BIG = "too big"
    WRONG_TYPE = "wrong type"
    HEIC = "heic"
    DAMAGED = "damaged"
    TOO_MANY_PIXELS = "too many pixels"
    PASSWORD = "password"  # noqa: S105 (a word)
    ACTIVE = "active"
    NOT_A_CEP = "not a cep"
    TOO_COMPLEX = "too complex"
    NO_TIME = "no time"


class RefusedFileError(Exception):
    """The file cannot be taken; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that passed: what is kept of it, and the hash and size (bytes) of what was sent."""

    kind: str
    content: bytes
    sha256: str
    size: int
    cep: Cep | None = None


def check_file(name: str, content: bytes) -> CheckedFile:
    """Look into an uploaded file. Raises RefusedFileError.

    JPEG, PNG, PDF and Banxico's CEP as XML pass. JPEG and PNG may carry each other's extension.
    """
    kind = _kind(name, content)
    kept, cep = content, None
    if kind == "pdf":
        from payments.proof_pdf import check_pdf  # noqa: PLC0415 (10 MB, only where PDFs are read)

        check_pdf(content)
    elif kind == "cep":
        cep = _cep(content)
    else:
        kept = _redrawn(content, kind)
    return CheckedFile(kind, kept, hashlib.sha256(content).hexdigest(), len(content), cep)


def clean_name(name: str) -> str:
    """The file's name as text to show: no folders, nothing invisible, 255 characters at most."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(char for char in last if char.isprintable()).strip()
    return shown[:NAME_LENGTH] or "archivo"


def _kind(name: str, content: bytes) -> str:
    if not content:
        raise RefusedFileError(Problem.EMPTY)
    extension = name.rpartition(".")[2].lower()
    if extension in ("heic", "heif") or (content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS):
        raise RefusedFileError(Problem.HEIC)
    group = _EXTENSIONS.get(extension)
    if group == "cep":
        return group
    kind = next((kind for kind, start in _BEGINNINGS.items() if content.startswith(start)), None)
    if kind is None or group != ("pdf" if kind == "pdf" else "image"):
        raise RefusedFileError(Problem.WRONG_TYPE)
    return kind


def _cep(content: bytes) -> Cep:
    try:
        return parse_cep(content)
    except NotACepError as error:
        raise RefusedFileError(Problem.NOT_A_CEP) from error


# --- Images -----------------------------------------------------------------------------


def _redrawn(content: bytes, kind: str) -> bytes:
    """The same picture, upright, with nothing but its points."""
    with warnings.catch_warnings():
        # A malformed appendix of a telephone's photograph is no reason to refuse it.
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(content), formats=[kind]) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise RefusedFileError(Problem.TOO_MANY_PIXELS)
                image.load()
                return _encoded(image, kind)
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise RefusedFileError(Problem.TOO_MANY_PIXELS) from error
        except (RefusedFileError, MemoryError):
            raise
        except Exception as error:  # Pillow raises a dozen kinds of errors for damaged files
            raise RefusedFileError(Problem.DAMAGED) from error


def _encoded(image: Image.Image, kind: str) -> bytes:
    upright = ImageOps.exif_transpose(image)
    # All that Pillow would carry over by itself: comments, profiles, EXIF; but for transparency.
    upright.info = {key: upright.info[key] for key in ("transparency",) if key in upright.info}
    out = io.BytesIO()
    if kind == "png":
        upright.save(out, "PNG")
    else:
        if upright.mode not in ("RGB", "L"):
            upright = upright.convert("RGB")
        upright.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()
