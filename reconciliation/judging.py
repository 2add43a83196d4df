"""The verdicts on movements that wait, as things stand now: constancias were paid, cancelled or
issued since they were read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import transaction

from reconciliation.expected import Index
from reconciliation.expecting import index_for
from reconciliation.matching import match, match_all
from reconciliation.models import Movement, Statement
from reconciliation.rows import line_of, verdict_fields
from reconciliation.verdict import Outcome, given_back, gives_back

BATCH = 2000  # movements written in one transaction
COLUMNS = ("state", "verdict", "reason", "spans", "proposal")
NOBODY = Index(())
# How the reason begins of what would be exact, had its payment not been taken back before.
TAKEN_BACK = "Se deshizo su pago: "

Fields = dict[int, dict[str, Any]]


def judge_anew(movements: Mapping[int, str]) -> None:
    """Judge these movements (ids) that the caller locked and nobody has decided about.

    Each comes with why its payment was refused or taken back, or nothing: with a reason it is not
    exact again, so that nobody confirms it with the others without having looked.
    """
    chosen = Movement.objects.filter(pk__among=movements).select_related("returns")
    rows = list(chosen.order_by("pk"))
    _write(rows, _fields(rows, movements))


def judge_waiting(*, statement: Statement) -> Iterator[int]:
    """Judge all that waits in a statement together, as when it was read; gives how many after each
    batch, which is written for good by then."""
    waiting = statement.movements.filter(state=Movement.State.WAITING)
    rows = list(waiting.select_related("returns").order_by("pk"))
    fields = _fields(rows, _taken_back(statement))
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        _write_waiting(batch, fields)
        yield len(batch)


def _taken_back(statement: Statement) -> dict[int, str]:
    """Why those do not become exact again that are not, and had a payment."""
    waiting = statement.movements.filter(state=Movement.State.WAITING).exclude(
        verdict=Movement.Verdict.EXACT
    )
    rows = waiting.filter(applications__isnull=False).order_by("applications__pk")
    reasons = rows.values_list("pk", "applications__payment__reversal__reason")
    return {pk: f"{TAKEN_BACK}{reason}" for pk, reason in reasons}


@transaction.atomic
def _write_waiting(batch: Sequence[Movement], fields: Fields) -> None:
    """Those that nobody decided about, nor the bank gave back, since they were looked at."""
    rows = Movement.objects.select_for_update().filter(pk__among=[row.pk for row in batch])
    now = {pk: rest for pk, *rest in rows.order_by("pk").values_list("pk", "state", "returns")}
    _write([row for row in batch if now[row.pk] == [row.state, row.returns_id]], fields)


def _fields(rows: Sequence[Movement], refused: Mapping[int, str]) -> Fields:
    """The columns of each movement's verdict, by id. What was given back is no matter of
    constancias."""
    free = [row for row in rows if row.returns is None and row.amount > 0]
    lines = [line_of(row) for row in free]
    index = index_for(lines)
    totals = {expected.id: expected.total for expected in index.by_reference.values()}
    fields = {}
    verdicts = match_all(lines, index, tolerance=settings.AMOUNT_TOLERANCE)
    for row, line, verdict in zip(free, lines, verdicts, strict=True):
        if verdict.is_certain and (why := refused.get(row.pk)):
            verdict = replace(verdict, outcome=Outcome.SUGGESTION, reason=why)
        fields[row.pk] = {"state": row.state, **verdict_fields(line, verdict, totals)}
    for row in rows:
        if row.pk not in fields:
            fields[row.pk] = _fields_of_return(row)
    return fields


def _fields_of_return(row: Movement) -> dict[str, Any]:
    """Of half of a return; a negative line that lost its deposit is no deposit, like any other."""
    line = line_of(row)
    if row.returns is None:
        return {"state": Movement.State.OTHER, **verdict_fields(line, match(line, NOBODY), {})}
    tell = gives_back if row.amount < 0 else given_back
    return {"state": row.state, **verdict_fields(line, tell(line, line_of(row.returns)), {})}


def _write(rows: Sequence[Movement], fields: Fields) -> None:
    """Only what changed: most verdicts stay as they were."""
    changed = []
    for row in rows:
        if any(getattr(row, name) != value for name, value in fields[row.pk].items()):
            changed.append(row)
            for name, value in fields[row.pk].items():
                setattr(row, name, value)
    Movement.objects.bulk_update(changed, COLUMNS)
