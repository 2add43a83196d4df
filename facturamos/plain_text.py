"""Plain texts with `## headings` and `- list items`, turned into safe HTML."""

import re
from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# What ends with a full stop or a bracket ends before it.
_ADDRESS = re.compile(r"((?:https?://|\bwww\.)[\w.~/?#@!$&=+%:;,-]*[\w/])", re.IGNORECASE)


def to_html(text: str) -> SafeString:
    """The text as headings, lists and paragraphs; addresses of the web are links. Everything else
    in it is escaped.

    A line starting `## ` is a heading (h2), a run of lines starting `- ` a list, and what stands
    between blank lines a paragraph.
    """
    blocks: list[SafeString] = []
    for kind, lines in groupby(text.splitlines(), key=_kind):
        content = [line.strip() for line in lines]
        if kind == "heading":
            blocks.append(format_html_join("\n", "<h2>{}</h2>", ((line[3:],) for line in content)))
        elif kind == "item":
            items = format_html_join("", "<li>{}</li>", ((_linked(line[2:]),) for line in content))
            blocks.append(format_html("<ul>{}</ul>", items))
        elif kind == "text":
            blocks.append(format_html("<p>{}</p>", _linked(" ".join(content))))
    return format_html_join("\n", "{}", ((block,) for block in blocks))


def _linked(text: str) -> SafeString:
    pieces = _ADDRESS.split(text)  # every second one is an address
    shown = (_link(piece) if at % 2 else piece for at, piece in enumerate(pieces))
    return format_html_join("", "{}", ((piece,) for piece in shown))


def _link(address: str) -> SafeString:
    href = address if "://" in address else f"https://{address}"
    return format_html('<a href="{}">{}</a>', href, address)


def _kind(line: str) -> str:
    if line.startswith("## "):
        return "heading"
    if line.startswith("- "):
        return "item"
    return "text" if line.strip() else "blank"
