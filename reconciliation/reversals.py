"""Deposits that the bank gave back: which negative line undoes which deposit."""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import islice

from reconciliation.movement import Movement
from reconciliation.order import chronological
from reconciliation.references_in_text import Kind, find

# What one of these words begins with; `speaks_of_return` has the last word.
STEMS = ("DEV", "REVERS", "CANCEL", "RECHAZ", "CONTRACARGO", "EXTORN")
_WORDS = re.compile(
    r"\b(?:DEVOL|DEVUELT|DEV\b|REVERS|CANCEL|RECHAZ|CONTRACARGO|EXTORN)", re.IGNORECASE
)


# The deposits not given back yet, the oldest first, by amount and by what names them; under the
# empty name, all of an amount.
_Waiting = dict[tuple[Decimal, str], dict[int, Movement]]


def speaks_of_return(movement: Movement) -> bool:
    """Whether the bank's text says devolución, reverso, cancelación or the like."""
    return _WORDS.search(movement.description) is not None


def pair(
    movements: Sequence[Movement], earlier: Sequence[Movement] = ()
) -> list[tuple[Movement, Movement]]:
    """Each reversal with the deposit it undoes; each deposit is undone once.

    A reversal is a negative line whose text says so, of the same amount and of the same day or
    later. It must share the tracking key or a reference with the deposit; one that names no
    reference may be of the only deposit of that amount. `earlier` are what other statements hold:
    deposits, and reversals that found none.
    """
    places = chronological(movements)
    lines = [*earlier, *(movements[place] for place in places)]
    negative = [line for line in lines if line.amount < 0 and speaks_of_return(line)]
    if not negative:
        return []
    amounts = {-line.amount for line in negative}
    waiting: _Waiting = defaultdict(dict)
    for deposit in sorted((line for line in lines if line.amount in amounts), key=_day):
        for token in (*_tokens(deposit), ""):
            waiting[deposit.amount, token][id(deposit)] = deposit
    pairs = []
    for reversal in sorted(negative, key=_day):
        if found := _deposit_for(reversal, waiting):
            pairs.append((reversal, found))
            for token in (*_tokens(found), ""):
                waiting[found.amount, token].pop(id(found), None)
    return pairs


def _day(movement: Movement) -> date:
    return movement.date


def _deposit_for(reversal: Movement, waiting: _Waiting) -> Movement | None:
    def oldest(token: str) -> list[Movement]:
        """Up to two deposits before the reversal."""
        named = waiting.get((-reversal.amount, token), {})
        return [each for each in islice(named.values(), 2) if each.date <= reversal.date]

    for token in _tokens(reversal):
        if named := oldest(token):
            return named[0]
    if _references(reversal):
        return None  # the one it names may come later, in another file
    alone = oldest("")
    return alone[0] if len(alone) == 1 else None


def _tokens(movement: Movement) -> list[str]:
    """What a deposit and its reversal have in common."""
    tokens = _references(movement)
    return [movement.tracking_key, *tokens] if movement.tracking_key else tokens


def _references(movement: Movement) -> list[str]:
    found = find(movement.description, movement.reference)
    return [candidate.reference for candidate in found if candidate.kind is Kind.VALID]
