"""Twice is once: a key for each movement that is the same wherever the movement comes from again.

The same file, an overlapping export, one in another order or in another format of the same days
must give the same keys. So a key is made only of what every format of a bank tells:

- the account, as the caller names it (the text layout of BBVA does not say it);
- the day of operation and the signed amount;
- one thing that names the movement: the bank's ten-digit folio behind a slash when the text has
  one (BBVA writes it before the payer's words, which formats cut at different lengths); else the
  tracking key; else the whole text reduced to its consonants and digits. That reduction leaves out
  what formats disagree on: capitals, blanks, punctuation, and accents, which come whole
  (`DEPÓSITO`), plain (`DEPOSITO`) or lost (`DEP�SITO`). N goes too, for the sake of Ñ;
- a number among equals: two deposits alike in all of that stay two.

What it cannot do. Of two deposits alike in all of that, an export that ends between them and
another that begins there hold one each, and count as one: export whole days. A format that gives no
folio, or words a movement in its own way, gives other keys: keep to one format for an account, or
look at the days that were imported from two. The balance takes no part, because not every format
has it.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from reconciliation.movement import Movement

_FOLIO = re.compile(r"/\s*(\d{10})(?!\d)", re.ASCII)
_SKELETON: Final = re.compile(r"[^B-DF-HJ-MP-TV-Z0-9]+", re.ASCII)


def fingerprints(movements: Sequence[Movement], account: str = "") -> list[str]:
    """A key of 32 hexadecimal digits for each movement, in the order given.

    They depend on which movements there are, not on their order. `account` is our own name of the
    account (its CLABE), the same for every format.
    """
    alike: dict[str, list[int]] = defaultdict(list)
    for place, movement in enumerate(movements):
        alike[_identity(movement)].append(place)
    keys = [""] * len(movements)
    for identity, places in alike.items():
        if len(places) > 1:
            places = sorted(places, key=lambda place: _tie_break(movements[place]))
        for ordinal, place in enumerate(places):
            text = f"{account}|{identity}|{ordinal}"
            keys[place] = blake2b(text.encode(), digest_size=16).hexdigest()
    return keys


def _identity(movement: Movement) -> str:
    return f"{movement.date}|{movement.amount:.2f}|{movement.currency}|{_name(movement)}"


def _name(movement: Movement) -> str:
    if folio := _FOLIO.search(movement.description):
        return f"F{folio[1]}"
    if movement.tracking_key:
        return f"K{movement.tracking_key.upper()}"
    return f"T{_SKELETON.sub('', (movement.description or movement.reference).upper())}"


def _tie_break(movement: Movement) -> tuple[str, str, str]:
    return movement.description, movement.reference, str(movement.balance)
