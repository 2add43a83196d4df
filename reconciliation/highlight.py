"""The bank's text with the digits that were read as a reference marked. Knows no database."""

from collections.abc import Iterable, Sequence

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString


def highlighted(
    text: str, spans: Iterable[Sequence[int | bool]], *, in_field: bool = False
) -> SafeString:
    """The text as HTML, escaped, with `<mark>` around the digits that matched.

    `spans` as `Movement.spans` keeps them: [from, to, whether it is in the bank's reference]. Those
    of the description are marked, with `in_field` those of the bank's reference instead.
    """
    pieces: list[SafeString] = []
    done = 0
    for start, end in sorted((int(each[0]), int(each[1])) for each in spans if each[2] == in_field):
        start, end = max(start, done), min(end, len(text))  # spans may overlap; texts may be cut
        if start >= end:
            continue
        pieces += [escape(text[done:start]), _mark(text[start:end])]
        done = end
    return SafeString("".join([*pieces, escape(text[done:])]))


def _mark(digits: str) -> SafeString:
    return format_html("<mark>{}</mark>", digits)
