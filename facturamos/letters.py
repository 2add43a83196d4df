"""What a mail says: a pair of templates, `emails/<name>.txt` and `emails/<name>.html`.

The subject is written by the function that knows the mail; the text is never escaped (a name such
as `Peña & D'Ángel` must read so), the HTML always is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.module_loading import import_string

from facturamos.texts.in_force import in_force


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail without its reader."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter that is rendered when it leaves, for mails that are written by the thousand.

    `facts` are frozen here; `link` is a label and a path.
    """

    name: str
    subject: str
    facts: list[tuple[str, str]]
    link: tuple[str, str]
    context: dict[str, str]

    # Until it is rendered, it says nothing.
    text: ClassVar = ""
    html: ClassVar = ""

    def as_json(self) -> dict[str, Any]:
        """What `Draft(**…)` takes again."""
        return {
            "name": self.name,
            "subject": self.subject,
            "facts": self.facts,
            "link": self.link,
            "context": self.context,
        }

    def render(self) -> Letter:
        """The letter."""
        link = Link(*self.link)
        return compose(self.name, self.subject, facts=self.facts, link=link, **self.context)


@dataclass(frozen=True, slots=True)
class Link:
    """What the reader can open; `path` is on our own address."""

    label: str
    path: str

    @property
    def url(self) -> str:
        """The whole address, whatever the Host header of any request said."""
        return settings.SITE_URL + self.path


def compose(name: str, subject: str, **context: object) -> Letter:
    """Render both templates of the mail; `facts` and `link` are drawn by their base."""
    values = {"subject": subject, "contacts": in_force().contacts, **context}
    return Letter(
        subject=subject,
        text=render_to_string(f"emails/{name}.txt", values).strip() + "\n",
        html=render_to_string(f"emails/{name}.html", values),
    )


def examples() -> dict[str, Letter]:
    """Every mail of the portal by its name, with invented data (`settings.MAIL_EXAMPLES`)."""
    letters: dict[str, Letter] = {}
    for path in settings.MAIL_EXAMPLES:
        make: Callable[[], dict[str, Letter]] = import_string(path)
        letters |= make()
    return letters
