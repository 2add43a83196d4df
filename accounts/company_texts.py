"""Publishing the texts that the company may change (`facturamos.texts`), and their history."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from facturamos.models import TextVersion
from facturamos.texts import in_force
from facturamos.texts.catalogue import CATALOGUE
from facturamos.texts.checking import problems, tidy
from facturamos.texts.difference import Piece, difference
from facturamos.texts.kinds import Place, Text
from facturamos.texts.words import Words


class TextError(ValueError):
    """The text cannot be published; says why and what to do."""


class NewerVersionError(TextError):
    """Somebody published the text after the editor saw it."""


@dataclass(frozen=True, slots=True)
class Current:
    """A text as it stands: `number` 0 is the default, which nobody published."""

    text: Text
    number: int
    body: str
    published_at: datetime | None
    publisher: str

    @property
    def is_to_confirm(self) -> bool:
        """Whether somebody of the company still has to say that it is true."""
        return self.text.to_confirm and not self.number


@dataclass(frozen=True, slots=True)
class Past:
    """One version of a text, and what it changed of the one before; None is the default."""

    version: TextVersion | None
    body: str
    pieces: list[Piece]

    @property
    def number(self) -> int:
        """0 for the default."""
        return self.version.number if self.version else 0


def current_texts() -> list[tuple[Place, list[Current]]]:
    """Every text by the page where it is seen, in the catalogue's order: one query."""
    newest = {version.key: version for version in TextVersion.objects.newest()}
    texts = sorted(CATALOGUE.values(), key=lambda text: list(Place).index(text.place))
    return [
        (place, [_current(text, newest.get(text.key)) for text in group])
        for place, group in groupby(texts, key=lambda text: text.place)
    ]


def current_text(text: Text) -> Current:
    """One of them."""
    return _current(text, TextVersion.objects.newest().filter(key=text.key).first())


def _current(text: Text, version: TextVersion | None) -> Current:
    if version is None:
        return Current(text, 0, text.default, None, "")
    body = Words({text.key: version.body}).body(text.key)
    return Current(text, version.number, body, version.published_at, version.publisher)


def to_confirm() -> list[Text]:
    """The texts of which nobody of the company has said yet that they are true."""
    published = in_force.in_force().published
    return [text for text in CATALOGUE.values() if text.to_confirm and text.key not in published]


def history(text: Text) -> list[Past]:
    """Every version of the text, the newest first, and the default last."""
    versions = TextVersion.objects.filter(key=text.key).order_by("number")
    return [*reversed(list(_told(text, versions)))]


def _told(text: Text, versions: Iterable[TextVersion]) -> Iterator[Past]:
    yield Past(None, text.default, [])
    before = text.default
    for version in versions:
        yield Past(version, version.body, difference(before, version.body))
        before = version.body


def body_of(text: Text, number: int) -> str | None:
    """What a version says; 0 is the default; None when there is no such version."""
    if number == 0:
        return text.default
    found = TextVersion.objects.filter(key=text.key, number=number)
    return found.values_list("body", flat=True).first()


@transaction.atomic
def publish_text(*, key: str, body: str, reason: str, seen: int, by: User) -> TextVersion:
    """Put a text in force from now on, for everybody.

    `seen` is the number of the version that the editor saw (0: the default). Raises
    NewerVersionError when another came meanwhile, and TextError when the text cannot go or is the
    one in force already.
    """
    text = CATALOGUE[key]
    body = tidy(body)
    if wrong := problems(text, body):
        raise TextError(" ".join(wrong))
    before = current_text(text)
    if body == before.body and (before.number or not text.to_confirm):
        raise TextError("Ese texto ya está en vigor. No se publicó nada.")
    if before.number != seen:
        raise _newer(before)
    try:
        with transaction.atomic():
            version = TextVersion.objects.create(
                key=key,
                number=seen + 1,
                body=body,
                reason=reason,
                published_at=timezone.now(),
                publisher_id=by.pk,
                publisher=by.username,
            )
    except IntegrityError as error:  # somebody was faster since the look
        raise _newer(current_text(text)) from error
    audit.record(
        "text.published", by=by, target=version, before=before.body, after=body, reason=reason
    )
    transaction.on_commit(in_force.forget, robust=True)
    return version


def _newer(newest: Current) -> NewerVersionError:
    when = f"{timezone.localtime(newest.published_at):%d/%m/%Y a las %H:%M}"
    return NewerVersionError(
        f"{newest.publisher} publicó otra versión el {when}, mientras usted escribía. No se "
        "publicó nada: compare la suya con la que está en vigor y publíquela si todavía hace falta."
    )
