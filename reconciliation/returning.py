"""Deposits that the bank gave back, across statements: whichever half comes first, both are tied,
and nobody confirms such a deposit without looking."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q

from reconciliation.models import Movement, MovementQuerySet, Statement
from reconciliation.movement import Movement as Line
from reconciliation.reversals import STEMS, speaks_of_return
from reconciliation.rows import line_of, verdict_fields
from reconciliation.verdict import Verdict, given_back, gives_back

# A bank gives a deposit back within days.
RETURNED_WITHIN = timedelta(days=60)
# Pairs tied with one query.
CHUNK = 1000
COLUMNS = ("returns", "state", "verdict", "reason", "spans", "proposal")


def other_halves(statement: Statement | None, lines: Sequence[Line]) -> dict[int, Line]:
    """What other statements hold and one of these lines may give back, or may be given back by.

    By id: returns without their deposit, and deposits of the amounts in question.
    """
    returns = _waiting_returns(statement, [line for line in lines if line.amount > 0])
    here = [line for line in lines if line.amount < 0 and speaks_of_return(line)]
    wanted = [*here, *returns.values()]
    if not wanted:
        return {}
    since = min(line.date for line in wanted) - RETURNED_WITHIN
    amounts = {-line.amount for line in wanted}
    deposits = _free(statement).filter(amount__in=amounts, date__gte=since)
    return returns | {row.pk: line_of(row) for row in deposits}


def _waiting_returns(statement: Statement | None, deposits: Sequence[Line]) -> dict[int, Line]:
    if not deposits:
        return {}
    amounts = {-line.amount for line in deposits}
    days = [line.date for line in deposits]
    rows = _free(statement).filter(
        amount__lt=0,
        date__range=(min(days), max(days) + RETURNED_WITHIN),
        description__iregex="|".join(STEMS),
    )
    lines = {row.pk: line_of(row) for row in rows if row.amount in amounts}
    return {pk: line for pk, line in lines.items() if speaks_of_return(line)}


def _free(statement: Statement | None) -> MovementQuerySet:
    rows = Movement.objects.filter(returns=None).exclude(state=Movement.State.VOID)
    return rows.exclude(statement=statement)


def tie(
    ours: Sequence[tuple[Line, str]], verdicts: Sequence[Verdict], others: dict[int, Line]
) -> None:
    """Tie each return to its deposit and the other way, in the caller's transaction.

    `ours` are the lines of a statement with their fingerprints, `others` what `other_halves` gave.
    """
    keys = {id(line): key for line, key in ours}
    ids = {id(line): pk for pk, line in others.items()}
    pairs = {}
    for (line, _key), verdict in zip(ours, verdicts, strict=True):
        if other := verdict.returned:
            back, deposit = (line, other) if line.amount < 0 else (other, line)
            pairs[id(back)] = (back, deposit)
    every = list(pairs.values())
    for start in range(0, len(every), CHUNK):
        _tie_some(every[start : start + CHUNK], keys, ids)


def _tie_some(
    pairs: Sequence[tuple[Line, Line]], keys: dict[int, str], ids: dict[int, int]
) -> None:
    halves = [id(half) for pair in pairs for half in pair]
    which = Q(fingerprint__in=[keys[half] for half in halves if half in keys])
    which |= Q(pk__in=[ids[half] for half in halves if half in ids])
    alive = Movement.objects.filter(which).exclude(state=Movement.State.VOID)
    rows = list(alive.select_for_update().order_by("pk"))
    by_key = {row.fingerprint: row for row in rows}
    by_id = {row.pk: row for row in rows}

    def row_of(half: Line) -> Movement:
        return by_key[keys[id(half)]] if id(half) in keys else by_id[ids[id(half)]]

    for back, deposit in pairs:
        negative, positive = row_of(back), row_of(deposit)
        negative.returns, positive.returns = positive, negative
        _judge(negative, gives_back(back, deposit))
        _judge(positive, given_back(deposit, back))
    Movement.objects.bulk_update(rows, COLUMNS)


def _judge(row: Movement, verdict: Verdict) -> None:
    """The verdict of a half that nobody has decided about; a decision stands."""
    if row.state not in (Movement.State.WAITING, Movement.State.OTHER):
        return
    row.state = Movement.State.WAITING
    for name, value in verdict_fields(line_of(row), verdict, {}).items():
        setattr(row, name, value)
