"""The form of a proof as somebody has it open in a browser, and what is kept of it."""

import re
from pathlib import Path

from django.test import Client
from django.utils import timezone

from payments import proof_forms
from payments.models import Constancia
from payments.proof_files import check_file
from tests.payments import proof_samples as samples
from tests.payments.proof_samples import address

PICTURE = samples.image("PNG")


def check_at_once(monkeypatch) -> None:
    """The same checks without a process of their own for each file, which other tests try."""
    monkeypatch.setattr(
        proof_forms, "check_bounded", lambda name, content, _: check_file(name, content)
    )


class Page:
    """Posts the form with what it holds and what is given."""

    def __init__(self, client: Client, constancia: Constancia) -> None:
        self.client = client
        self.constancia = constancia
        self.html = ""
        self.open()

    def open(self) -> None:
        self.html = self.client.get(address(self.constancia)).content.decode()

    @property
    def text(self) -> str:
        return " ".join(re.sub(r"<[^>]+>", " ", self.html).split())

    @property
    def fields(self) -> dict:
        return {
            "ticket": self._hidden("ticket")[0],
            "kept": self._hidden("kept"),
            "paid_on": str(timezone.localdate()),
        }

    def _hidden(self, name: str) -> list[str]:
        return re.findall(rf'<input type="hidden" name="{name}" value="([^"]+)"', self.html)

    def send(self, *files, by=None, **fields):
        """`by`: another browser sends it. The answer is the page from then on, if it is one."""
        data = self.fields | {"file": list(files)} | fields
        answer = (by or self.client).post(address(self.constancia), data)
        if answer.status_code == 200:
            self.html = answer.content.decode()
        return answer


def end_session(client) -> None:
    client.session.flush()


def on_disk(settings, folder="apartados") -> list[Path]:
    return [path for path in (Path(settings.MEDIA_ROOT) / folder).rglob("*") if path.is_file()]
