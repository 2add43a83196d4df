"""Deposits that the bank gave back: which negative line undoes which deposit."""

import re
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from itertools import islice

from reconciliation.movement import Movement
from reconciliation.order import chronological
from reconciliation.references_in_text import Kind, find

_WORDS = re.compile(
    r"\b(?:DEVOL|DEVUELT|DEV\b|REVERS|CANCEL|RECHAZ|CONTRACARGO|EXTORN)", re.IGNORECASE
)


# The deposits not given back yet, the oldest first, by amount and by what names them; under the
# empty name, all of an amount.
_Waiting = dict[tuple[Decimal, str], dict[int, Movement]]


def speaks_of_return(movement: Movement) -> bool:
    """Whether the bank's text says devolución, reverso, cancelación or the like."""
    return _WORDS.search(movement.description) is not None


def pair(movements: Sequence[Movement], earlier: Sequence[Movement] = ()) -> dict[int, Movement]:
    """For the place of each reversal, the deposit it undoes; each deposit is undone once.

    A reversal is a negative line whose text says so, of the same amount and of the same day or
    later. It must share the tracking key or a reference with the deposit; failing that, the deposit
    must be the only one of that amount. `earlier` are deposits of earlier statements.
    """
    places = chronological(movements)
    negative = [
        place
        for place in places
        if movements[place].amount < 0 and speaks_of_return(movements[place])
    ]
    amounts = {-movements[place].amount for place in negative}
    inflow = (*earlier, *(movements[place] for place in places)) if amounts else ()
    returned = [movement for movement in inflow if movement.amount in amounts]
    waiting: _Waiting = defaultdict(dict)
    for movement in sorted(returned, key=lambda movement: movement.date):
        for token in (*_tokens(movement), ""):
            waiting[movement.amount, token][id(movement)] = movement
    pairs: dict[int, Movement] = {}
    for place in negative:
        if found := _deposit_for(movements[place], waiting):
            pairs[place] = found
            for token in (*_tokens(found), ""):
                waiting[found.amount, token].pop(id(found), None)
    return pairs


def _deposit_for(reversal: Movement, waiting: _Waiting) -> Movement | None:
    def oldest(token: str) -> list[Movement]:
        """Up to two deposits before the reversal."""
        named = waiting.get((-reversal.amount, token), {})
        return [each for each in islice(named.values(), 2) if each.date <= reversal.date]

    for token in _tokens(reversal):
        if named := oldest(token):
            return named[0]
    alone = oldest("")
    return alone[0] if len(alone) == 1 else None


def _tokens(movement: Movement) -> list[str]:
    """What a deposit and its reversal have in common."""
    references = find(movement.description, movement.reference)
    tokens = [c.reference for c in references if c.kind is Kind.VALID]
    return [movement.tracking_key, *tokens] if movement.tracking_key else tokens
