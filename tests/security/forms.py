"""The forms of a page, as a browser that was tampered with would send them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile

LONGEST_QUERY = 2000
# As bytes, since half a character (a surrogate) is no text that could be encoded.
HOSTILE: dict[str, bytes] = {
    "NUL": b"a\0b",
    "right to left": "\u202etxt.exe\u202c\u200f".encode(),
    "half a character": "\ud800".encode("utf-8", "surrogatepass"),
    "not UTF-8": b"\xff\xfe",
    "huge number": b"9" * 31,
    "negative": b"-1",
    "zero": b"0",
    "power": b"1e999999",
    "not a number": b"NaN",
    "other digits": "\u0661\u00b2".encode(),
    "no such day": b"2026-02-30",
    "year 9999": b"9999-12-31",
    "nothing": b"",
    "word": b"x",
    "markup": b"<script>'\"%s{{7}}",
    "half JSON": rb'{"id": "\ud800", "type": [null]}',
    "deep JSON": b"[" * 20_000,
    "long": "\u00f1".encode() * 50_000,
}


@dataclass
class Form:
    """One form: where it goes, and its fields with a value that it might have."""

    action: str
    method: str = "get"
    fields: dict[str, list[str]] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)

    @property
    def shape(self) -> tuple[Any, ...]:
        """The same for forms that differ in their values only."""
        return self.method, frozenset(self.fields), frozenset(self.files)

    def filled(self, **others: Any) -> dict[str, Any]:
        """What is sent, each value as bytes; `others` stands in the place of some."""
        data: dict[str, Any] = {
            name: [value.encode("utf-8", "replace") for value in values]
            for name, values in self.fields.items()
        }
        data |= {name: SimpleUploadedFile("a.png", b"x") for name in self.files}
        return data | others


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        its = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in its:
            self.links.append(urljoin(self.address, its["href"]))
        if tag == "form":
            to = urljoin(self.address, its.get("action", ""))
            self.forms.append(Form(to, its.get("method", "get").lower()))
        elif self.forms:
            self._field(tag, its)

    def _field(self, tag: str, its: dict[str, str]) -> None:
        form, name = self.forms[-1], its.get("name", "")
        if tag == "option" and self._select:
            values = form.fields[self._select]
            if "selected" in its or not values or not values[0]:
                values[:] = [its.get("value", "")]
        self._select = name if tag == "select" else self._select if tag == "option" else ""
        if not name or tag not in ("input", "select", "textarea", "button"):
            return
        if its.get("type") == "file":
            form.files.add(name)
            return
        plausible = {"date": "2026-11-20", "number": "1", "email": "a@example.com"}
        value = its.get("value") or plausible.get(
            its.get("type", ""), "" if tag == "select" else "1"
        )
        form.fields.setdefault(name, []).append(value)


def read_page(address: str, html: str) -> tuple[list[Form], list[str]]:
    """The forms of a page, and where its links lead."""
    reader = _Reader(address)
    reader.feed(html)
    return reader.forms, reader.links


def tampered(form: Form, hostile: Collection[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What somebody may write into it: (what was done, the data). `hostile`: names in `HOSTILE`."""
    yield "as it is", form.filled()
    everything = [*form.fields, *form.files]
    for what in hostile:
        value = _shortened(HOSTILE[what], form)
        yield f"{what} everywhere", {name: [value] for name in everything}
    for number, name in enumerate(everything):
        what = _by_turns(number, hostile)
        yield f"{what} in {name}", form.filled(**{name: [_shortened(HOSTILE[what], form)]})


def torn(form: Form) -> Iterator[tuple[str, dict[str, Any]]]:
    """The form with other parts than it has, or larger ones: (what was done, the data)."""
    yield "nothing at all", {}
    everything = [*form.fields, *form.files]
    if form.method == "post":
        # The whole of a form may have 1 MB.
        for size in (1_000_000, 1_100_000):
            yield f"{size} signs", form.filled(**{name: [b"x" * size] for name in everything[1:2]})
    for number, name in enumerate(everything):
        left = form.filled()
        match number % 3:
            case 0:
                del left[name]
            case 1:
                left[name] = [b"1", b"x"]
            case 2:
                left[name] = SimpleUploadedFile("\u202ea.png", b"\0")
        yield f"no {name}, or it twice, or as a file", left


def _shortened(value: bytes, form: Form) -> bytes:
    """No server takes an address as long as that."""
    return value[:LONGEST_QUERY] if form.method == "get" else value


def _by_turns(number: int, hostile: Collection[str] = HOSTILE) -> str:
    """In every field another: all of them in each field by itself would take long."""
    return list(hostile)[number % len(hostile)]


def queries(address: str, forms: list[Form], links: list[str]) -> Iterator[dict[str, bytes]]:
    """What somebody may write behind the question mark: all that the page itself writes there."""
    path = urlsplit(address).path
    own = [urlsplit(link).query for link in links if urlsplit(link).path == path]
    names = [name for query in own for name, _ in parse_qsl(query, True)]
    for form in forms:
        if form.method == "get" and urlsplit(form.action).path == path:
            names += form.fields
    names = list(dict.fromkeys(names))
    for what in HOSTILE if names else ("NUL", "half a character", "huge number"):
        yield dict.fromkeys([*names, "q", "p", "page", "next"], HOSTILE[what][:LONGEST_QUERY])
    for number, name in enumerate(names):
        for what in ("huge number", "word", _by_turns(number)):
            yield {name: HOSTILE[what][:LONGEST_QUERY]}
