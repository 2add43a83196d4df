"""Plain texts with `## headings` and `- list items`, turned into safe HTML."""

from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def to_html(text: str) -> SafeString:
    """The text as headings, lists and paragraphs. Everything in it is escaped.

    A line starting `## ` is a heading (h2), a run of lines starting `- ` a list, and what stands
    between blank lines a paragraph.
    """
    blocks: list[SafeString] = []
    for kind, lines in groupby(text.splitlines(), key=_kind):
        content = [line.strip() for line in lines]
        if kind == "heading":
            blocks.append(format_html_join("\n", "<h2>{}</h2>", ((line[3:],) for line in content)))
        elif kind == "item":
            items = format_html_join("", "<li>{}</li>", ((line[2:],) for line in content))
            blocks.append(format_html("<ul>{}</ul>", items))
        elif kind == "text":
            blocks.append(format_html("<p>{}</p>", " ".join(content)))
    return format_html_join("\n", "{}", ((block,) for block in blocks))


def _kind(line: str) -> str:
    if line.startswith("## "):
        return "heading"
    if line.startswith("- "):
        return "item"
    return "text" if line.strip() else "blank"
