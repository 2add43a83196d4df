"""All texts as they stand at a moment, as a plain value. Knows no database."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from facturamos.contacts import Contacts, Phone
from facturamos.texts.catalogue import CATALOGUE
from facturamos.texts.checking import PLACEHOLDER, problems


@dataclass(frozen=True, eq=False)
class Words:
    """The words in force: those that were published, by key, and the defaults of the others."""

    published: Mapping[str, str]

    def body(self, key: str) -> str:
        """The text as its editor wrote it.

        One that a newer program would not let pass (its checks changed) gives way to the default.
        """
        text = CATALOGUE[key]
        body = self.published.get(key)
        return text.default if body is None or problems(text, body) else body

    def lines(self, key: str) -> tuple[str, ...]:
        """The lines of a text that has one thing on each."""
        return tuple(self.body(key).split("\n"))

    def filled(self, key: str, **values: object) -> str:
        """The text with everything between braces filled in, as plain text."""
        return fill(self.body(key), self.company | {k: str(v) for k, v in values.items()})

    def but(self, key: str, body: str) -> "Words":
        """The same with another body of one text: what they would be."""
        return Words({**self.published, key: body})

    @cached_property
    def contacts(self) -> Contacts:
        """How to reach the company."""
        return Contacts(
            sender_email=self.body("contacts.sender_email"),
            cxc_email=self.body("contacts.cxc_email"),
            sales_email=self.body("contacts.sales_email"),
            site=self.body("contacts.site"),
            hours=self.body("contacts.hours"),
            promise_hours=int(self.body("contacts.promise_hours")),
            phones=tuple(_phone(line) for line in self.lines("contacts.phones")),
        )

    @cached_property
    def banks(self) -> tuple[str, ...]:
        """Where one can pay; named in plain text, without logos."""
        return self.lines("contacts.banks")

    @cached_property
    def company(self) -> dict[str, str]:
        """What any text may name between braces (`kinds.COMPANY`)."""
        contacts = self.contacts
        return {
            "correo_ventas": contacts.sales_email,
            "correo_cxc": contacts.cxc_email,
            "correo_remitente": contacts.sender_email,
            "sitio": contacts.site,
            "horas": str(contacts.promise_hours),
            "horario": contacts.hours,
        }


def fill(body: str, values: Mapping[str, str]) -> str:
    """The body with each `{name}` replaced by its value.

    Values are not looked through again. An empty one takes the blank before it along. What has no
    value stays as it is: a page without a word beats no page.
    """

    def value(match: re.Match[str]) -> str:
        blank, name = match.group(1), match.group(2)
        if name not in values:
            return match.group()
        return blank + values[name] if values[name] else ""

    return re.sub(rf"( ?){PLACEHOLDER.pattern}", value, body)


def _phone(line: str) -> Phone:
    city, _, number = line.partition(":")
    return Phone(city.strip(), number.strip())


DEFAULTS = Words({})
