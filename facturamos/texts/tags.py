"""`{% company_text "key" %}`: a text in force, in every template without loading it."""

from typing import Protocol
from urllib.parse import quote

from django import template
from django.template import Context
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from facturamos.plain_text import to_html
from facturamos.texts.catalogue import CATALOGUE
from facturamos.texts.in_force import to_show
from facturamos.texts.kinds import Kind
from facturamos.texts.words import Words, fill

register = template.Library()
# The address that sends is not one to write to.
TO_WRITE_TO = ("correo_ventas", "correo_cxc")


@register.simple_tag(takes_context=True)
def company_text(context: Context, key: str, *, links: bool = True, **values: object) -> str:
    """The text of that key, with `values` for what only the page knows.

    Escaped like everything else, unless the template is plain text; a value that is safe HTML
    stays so. A text of several paragraphs brings its own `<p>` and `<ul>`; the others stand in the
    template's. `links`: whether the company's addresses are links. A template that was given
    `words` takes its texts from them, else from those in force.
    """
    words = context.get("words") or to_show()
    if not context.autoescape:
        return words.filled(key, **values)
    return html_of(words, key, links=links, **values)


def html_of(words: Words, key: str, *, links: bool = True, **values: object) -> SafeString:
    """The text as HTML; see `company_text`."""
    body = words.body(key)
    page = to_html(body) if CATALOGUE[key].kind == Kind.TEXT else conditional_escape(body)
    given = _company(words, links) | {k: conditional_escape(str(v)) for k, v in values.items()}
    # Escaping leaves braces alone, and every value is escaped by now.
    return mark_safe(fill(page, given))  # noqa: S308


def _company(words: Words, links: bool) -> dict[str, str]:
    values: dict[str, str] = {k: conditional_escape(v) for k, v in words.company.items()}
    if links:
        for name in TO_WRITE_TO:
            values[name] = mail_link(words.company[name])
    return values


# --- What a page fills in ---------------------------------------------------------------


@register.simple_tag
def mail_link(address: str, subject: str = "") -> SafeString:
    """The address, which opens a mail to it under that subject."""
    query = f"?subject={quote(subject)}" if subject else ""
    return format_html('<a href="mailto:{}{}">{}</a>', address, query, address)


class Reachable(Protocol):
    """Whom a customer can call or write to."""

    name: str
    phone: str
    email: str

    @property
    def phone_link(self) -> str: ...


@register.filter
def with_phone_and_mail(whom: Reachable) -> SafeString:
    """Their name, a telephone that dials and an address that opens a mail."""
    return format_html(
        '<strong>{}</strong>: <a href="tel:{}">{}</a> o {}',
        whom.name,
        whom.phone_link,
        whom.phone,
        mail_link(whom.email),
    )


@register.filter
def or_distributor(whom: Reachable | None) -> str:
    """`o a su distribuidor, Distribuidora Norte`; empty without one."""
    return f"o a su distribuidor, {whom.name}" if whom else ""


@register.filter
def in_one_piece(reference: str) -> SafeString:
    """A reference that stands out and never breaks over two lines."""
    return format_html('<strong class="reference">{}</strong>', reference)
