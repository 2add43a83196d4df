"""What changed from one version of a text to the next, word by word. Knows no Django."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

# How many pairs of equal words are compared: the time grows with them, and faster than they do.
# Four pages of Spanish have some five thousand; "a a a…" would take minutes.
MOST_PAIRS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that stayed (""), left ("del") or came ("ins")."""

    change: str
    text: str


def difference(before: str, after: str) -> list[Piece]:
    """The pieces in order: without the "ins" they are `before`, without the "del" `after`.

    Two that repeat the same few words over and over are told whole.
    """
    old, new = _words(before), _words(after)
    there = Counter(new)
    if sum(times * there[word] for word, times in Counter(old).items()) > MOST_PAIRS:
        old, new = [before], [after]
    return list(_pieces(old, new))


def _words(text: str) -> list[str]:
    """Each with the blanks before it."""
    return re.findall(r"\s*\S+|\s+", text)


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    for change, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if change == "equal":
            yield Piece("", "".join(old[a:b]))
            continue
        if a < b:
            yield Piece("del", "".join(old[a:b]))
        if c < d:
            yield Piece("ins", "".join(new[c:d]))
