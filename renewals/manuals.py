"""The two manuals as PDFs: drawn once for what they say now, stored, and served from the store.

They say what the templates, the pictures of the portal (`make manuals` takes them) and the
company's contacts say. When one of these changes, the key changes, and with it the stored file.
"""

import base64
import hashlib
import logging
import os
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.template.loader import render_to_string

from facturamos.contacts import Contacts
from facturamos.pdf import draw_pdf
from facturamos.texts.in_force import in_force

log = logging.getLogger(__name__)

FOLDER: Final = "manuales"
PICTURES: Final = Path(__file__).parent / "manual_pictures"
HALF_MADE: Final = ".part"
STYLESHEET: Final = settings.BASE_DIR / "static/pdf/manual.css"
_drawing = threading.Lock()


@dataclass(frozen=True, slots=True)
class Manual:
    """One of the two: its template, and the name under which a customer saves it."""

    template: str
    title: str
    filename: str


PAYMENT: Final = Manual(
    template="pago",
    title="Manual para realizar el pago",
    filename="manual-para-realizar-el-pago.pdf",
)
VERSION_4: Final = Manual(
    template="version_4_0",
    title="Manual para cambio de versión",
    filename="manual-para-cambio-de-version.pdf",
)
MANUALS: Final = (PAYMENT, VERSION_4)


@dataclass(frozen=True, slots=True)
class Edition:
    """A manual as it reads now. The same key means the same PDF."""

    manual: Manual
    key: str
    contacts: Contacts = field(compare=False, repr=False)
    banks: tuple[str, ...] = field(compare=False, repr=False)

    @property
    def path(self) -> Path:
        """Where its PDF is, or will be."""
        return Path(default_storage.path(f"{FOLDER}/{self.manual.template}-{self.key}.pdf"))

    @property
    def is_drawn(self) -> bool:
        """Whether its PDF is stored."""
        return self.path.exists()


def edition_of(manual: Manual) -> Edition:
    """What the manual says now. Draws nothing, and asks no more than the words in force."""
    words = in_force()
    return _edition(manual, words.contacts, words.banks)


# The worker asks in every round. Only the words change while a process lives: templates, pictures
# and the stylesheet come with a release.
@lru_cache(maxsize=2 * len(MANUALS))
def _edition(manual: Manual, contacts: Contacts, banks: tuple[str, ...]) -> Edition:
    prints = {name: hashlib.sha256(picture).hexdigest() for name, picture in _pictures().items()}
    html = _html(manual, contacts, banks, prints)
    # Another WeasyPrint draws another PDF.
    parts = [version("weasyprint"), STYLESHEET.read_text("utf-8"), html]
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
    return Edition(manual, key, contacts, banks)


def pdf_of(edition: Edition) -> bytes:
    """The stored PDF; drawn and stored first where it is missing, which takes some seconds.

    A process draws one at a time; two that draw the same store the same bytes. Without a place to
    store it (the disk is full) it is drawn once for each process.
    """
    try:
        return edition.path.read_bytes()
    except FileNotFoundError:
        with _drawing:  # whoever waited is given what the first one drew
            content = draw(edition)
    try:
        _store(edition.path, content)
    except OSError:
        log.exception("The manual %s could not be stored", edition.manual.template)
    return content


@lru_cache(maxsize=len(MANUALS))
def draw(edition: Edition) -> bytes:
    """A tagged PDF (PDF/UA-1, es-MX). The same edition gives the same bytes."""
    sources = {
        name: f"data:image/png;base64,{base64.b64encode(picture).decode()}"
        for name, picture in _pictures().items()
    }
    html = _html(edition.manual, edition.contacts, edition.banks, sources)
    return draw_pdf(html, STYLESHEET)


def remove_old() -> int:
    """Remove the PDFs of what the manuals said before; returns how many files went."""
    folder = Path(default_storage.path(FOLDER))
    current = {edition_of(manual).path for manual in MANUALS}
    old = [path for path in folder.glob("*") if path not in current and not _is_half_made(path)]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def redraw() -> int:
    """Draw those anew that were stored and say something else by now; for the worker.

    Nobody waits for them then, soon after a text was published. One that nobody asked for yet is
    left alone. What is old goes first: one that cannot be drawn is not tried every second. Returns
    how many were drawn.
    """
    folder = Path(default_storage.path(FOLDER))
    stored = [each for each in MANUALS if any(folder.glob(f"{each.template}-*.pdf"))]
    stale = [edition for each in stored if not (edition := edition_of(each)).is_drawn]
    if stale:
        remove_old()
    for edition in stale:
        pdf_of(edition)
    return len(stale)


def _is_half_made(path: Path) -> bool:
    """Whether somebody writes it at this moment; what a kill left behind has grown old."""
    if path.suffix != HALF_MADE:
        return False
    try:
        return path.stat().st_mtime > time.time() - 3600
    except FileNotFoundError:  # it has just got its name
        return True


def _html(
    manual: Manual, contacts: Contacts, banks: tuple[str, ...], sources: Mapping[str, str]
) -> str:
    """The page; `sources` says for each picture, by name, what its `src` is."""
    context = {
        "manual": manual,
        "pictures": sources,
        "contacts": contacts,
        "banks": banks,
        "expiry_days": settings.CONSTANCIA_DAYS,
    }
    return render_to_string(f"manuals/{manual.template}.html", context)


@cache
def _pictures() -> dict[str, bytes]:
    """The pictures by name, which is their file's without `.png`."""
    return {path.stem: path.read_bytes() for path in sorted(PICTURES.glob("*.png"))}


def _store(path: Path, content: bytes) -> None:
    """All of it or nothing, whoever reads meanwhile and whenever the power goes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half_made = path.with_name(f"{uuid.uuid4().hex}{HALF_MADE}")
    try:
        with half_made.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half_made.replace(path)
    finally:
        half_made.unlink(missing_ok=True)  # a part of it, on a full disk
