"""What changed from one version of a text to the next, word by word. Knows no Django."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that stayed (""), left ("del") or came ("ins")."""

    change: str
    text: str


def difference(before: str, after: str) -> list[Piece]:
    """The pieces in order: without the "ins" they are `before`, without the "del" `after`."""
    old, new = _words(before), _words(after)
    return list(_pieces(old, new))


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|[^\s]+", text)


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    for change, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if change == "equal":
            yield Piece("", "".join(old[a:b]))
            continue
        if a < b:
            yield Piece("del", "".join(old[a:b]))
        if c < d:
            yield Piece("ins", "".join(new[c:d]))
