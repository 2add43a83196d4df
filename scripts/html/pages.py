"""A browser without eyes: goes through the portal's pages in one process and keeps each of them."""

import gzip
import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.test import Client

from accounts.models import User
from tests.accounts.people import sign_in

# As nginx hands a request on, and as browsers take the answer.
AS_BROWSER = {"X-Forwarded-For": "127.0.0.1", "Accept-Encoding": "gzip, deflate, br"}
STATIC = re.compile(r"""(?:href|src|url)(?:=|\()["']?(/static/[^"'#)>\s]+)""")


@dataclass
class Kept:
    """The pages so far, as files in a folder, and what each weighs."""

    folder: Path
    prefix: str
    weights: list[dict[str, Any]] = field(default_factory=list)

    def page(
        self, name: str, html: str, *, path: str = "", sent: int = 0, group: str = "customer"
    ) -> None:
        """Keep it under that name; `path` is its address, `sent` what it weighed on the line."""
        words = re.sub(r"[^\w.]+", "-", name)
        file = f"{self.prefix}{len(self.weights) + 1:03}-{words}.html"
        (self.folder / file).write_text(html)
        static = sum(map(_static_size, set(STATIC.findall(html)))) if sent else 0
        weight = {"again": sent, "first": sent + static}
        self.weights.append({"file": file, "path": path, "group": group, **weight})

    def finish(self) -> None:
        """Write down the weights, for `check.py`."""
        (self.folder / f"{self.prefix}.json").write_text(json.dumps(self.weights))


@cache
def _static_size(path: str) -> int:
    """The bytes of a static file as they cross the line, with what its styles load."""
    answer = Client(SERVER_NAME="localhost", headers=AS_BROWSER).get(path, secure=True)
    assert answer.status_code == 200, path
    content = b"".join(answer.streaming_content)
    assert "immutable" in answer.headers["Cache-Control"], path
    return len(content) + sum(map(_static_size, _named_in_styles(path)))


def _named_in_styles(path: str) -> set[str]:
    if not path.endswith(".css"):
        return set()
    plain = Client(SERVER_NAME="localhost", headers={"X-Forwarded-For": "127.0.0.1"})
    text = b"".join(plain.get(path, secure=True).streaming_content).decode()
    beside = path.rpartition("/")[0]
    own = re.findall(r"""url\(["']?([^"')#]+)""", text)
    return {_resolved(beside, name) for name in own if not name.startswith("data:")}


def _resolved(folder: str, name: str) -> str:
    while name.startswith("../"):
        folder, name = folder.rpartition("/")[0], name.removeprefix("../")
    return name if name.startswith("/") else f"{folder}/{name}"


class Visitor:
    """Somebody at a browser. `person` is signed in already, with a code."""

    def __init__(self, kept: Kept, person: User | None = None, group: str = "customer") -> None:
        options: dict[str, Any] = {
            "SERVER_NAME": "localhost", "headers": AS_BROWSER, "raise_request_exception": False,
        }  # fmt: skip
        self.client = sign_in(person, **options) if person else Client(**options)
        self.kept = kept
        self.group = group
        self.path = ""

    def open(self, path: str, name: str = "", status: int | None = 200) -> None:
        """Follow a link; the page is kept when it has a name. None: whatever the status is."""
        self._take(self.client.get(path, follow=True, secure=True), path, name, status)

    def send(self, path: str, name: str = "", /, status: int = 200, **values: Any) -> None:
        """Send a form."""
        self._take(self.client.post(path, values, follow=True, secure=True), path, name, status)

    def _take(self, answer: Any, path: str, name: str, status: int | None) -> None:
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert status in (None, answer.status_code), (path, answer.status_code)
        if not body or not answer.headers["Content-Type"].startswith("text/html"):
            return
        sent = len(body)
        if answer.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.path = answer.redirect_chain[-1][0] if answer.redirect_chain else path
        if name:
            self.kept.page(name, body.decode(), path=self.path, sent=sent, group=self.group)
