"""What a movement's page shows, asked in a fixed number of queries."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.http import QueryDict

from facturamos.money import ZERO
from facturamos.tampered import is_id
from payments.models import Constancia
from payments.recording import deposit_date_problem
from reconciliation.highlight import highlighted
from reconciliation.history import history
from reconciliation.models import Movement
from reconciliation.movement_forms import (
    MOST_PARTS,
    BasePartFormSet,
    SearchForm,
    parts_to_begin_with,
)
from reconciliation.searching import find_constancias


@dataclass(frozen=True, slots=True)
class Choice:
    """A constancia that the deposit may be for; `problem` says why it cannot."""

    constancia: Constancia
    difference: Decimal  # the deposit less what is missing, MXN
    problem: str

    @property
    def short(self) -> Decimal:
        """What would still be missing (MXN)."""
        return max(-self.difference, ZERO)


def following(movement: Movement) -> Movement | None:
    """The next deposit of the queue, or its first after the last; None when none is left."""
    queue = Movement.objects.for_a_person().exclude(pk=movement.pk).order_by("date", "pk")
    later = Q(date__gt=movement.date) | Q(date=movement.date, pk__gt=movement.pk)
    return queue.filter(later).first() or queue.first()


def facts(movement: Movement) -> dict[str, Any]:
    """What the page tells of the movement to whoever may look at it."""
    sightings = movement.sightings.select_related("statement").order_by("pk")
    return {
        "movement": movement,
        "text": highlighted(movement.description, movement.spans),
        "field": highlighted(movement.reference, movement.spans, in_field=True),
        "deposit": movement.returns if movement.amount < 0 else movement,
        "returned_by": return_of(movement),
        "sightings": sightings,
        "history": history(movement),
    }


def return_of(movement: Movement) -> Movement | None:
    """The line with which the bank gave the deposit back, whichever of the two this is."""
    if movement.verdict == Movement.Verdict.REVERSAL and movement.amount < 0:
        return movement
    returned = Movement.objects.filter(returns=movement, amount__lt=0)
    return returned.exclude(state=Movement.State.VOID).first()


def choices(query: QueryDict, movement: Movement, parts: BasePartFormSet | None) -> dict[str, Any]:
    """Where the money may go: the proposal, what the search (`q`) found, and the rows that split it
    (`parte`: ids of constancias), or `parts` as they were sent."""
    search = SearchForm(query if "q" in query else None)
    found = find_constancias(search.cleaned_data["q"]) if search.is_valid() else []
    ids = [int(pk) for pk, _amount, _paid_before in movement.proposal]
    chosen = [int(pk) for pk in query.getlist("parte") if is_id(pk)][:MOST_PARTS]
    rows = Constancia.objects.with_paid().in_bulk([*ids, *chosen])
    proposed = [rows[pk] for pk in ids if pk in rows]
    split = [rows[pk] for pk in dict.fromkeys(chosen) if pk in rows]
    if not split and len(proposed) > 1 and _make_up(proposed, movement):
        split = proposed
    return {
        "search": search,
        "was_searched": search.is_bound,
        "found": [_choice(movement, row) for row in found],
        "proposed": [_choice(movement, row) for row in proposed],
        "chosen": chosen,
        "split_open": bool(split) or parts is not None,
        "parts": parts or parts_to_begin_with(split),
    }


def _make_up(constancias: list[Constancia], movement: Movement) -> bool:
    """Whether what they lack adds up to the deposit."""
    return sum((row.missing for row in constancias), ZERO) == movement.amount


def _choice(movement: Movement, constancia: Constancia) -> Choice:
    if not constancia.takes_deposits:
        problem = f"Está {constancia.get_status_display()}."
    else:
        problem = deposit_date_problem(constancia, movement.date)
    return Choice(constancia, movement.amount - constancia.missing, problem)
