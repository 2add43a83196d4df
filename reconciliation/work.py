"""Going on with statements, batch by batch: reading, confirming, judging anew, undoing.

A small file is worked through while its page loads, a large one by the worker. Whoever works on a
statement says so in `worked_at`; when that falls silent, the next round of the worker goes on.
"""

import logging
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts import audit
from accounts.models import User
from facturamos.bulk import fewer_collections
from payments.services import PaymentsError
from reconciliation.deciding import DecisionError, confirm_some
from reconciliation.judging import judge_waiting
from reconciliation.models import Movement, Statement
from reconciliation.reading import read_whole
from reconciliation.taking_back import undo_problem, undo_some

log = logging.getLogger(__name__)

# Longer than any batch, and than reading the largest file.
SILENCE = timedelta(minutes=3)
MOST_ATTEMPTS = 5
# Up to these, a page waits for the work to be done.
SMALL_FILE = 500_000  # bytes, some 5,000 lines
SMALL_WORK = 2000  # movements

NOTHING_TO_DO = {
    Statement.State.CONFIRMING: "No hay pagos exactos por confirmar en este estado de cuenta.",
    Statement.State.JUDGING: "No queda nada por decidir en este estado de cuenta.",
}


@transaction.atomic
def ask_to_confirm(*, statement: Statement, by: User) -> int:
    """Have every exact movement of the statement confirmed. Returns how many there are.

    Raises DecisionError when it is not ready, or there is nothing to confirm.
    """
    return _ask(statement, by, Statement.State.CONFIRMING, statement.movements.exact().count())


@transaction.atomic
def ask_to_judge(*, statement: Statement, by: User) -> int:
    """Have what waits compared with the constancias as they stand now. Returns how many there are.

    Raises DecisionError when the statement is not ready, or nothing waits.
    """
    waiting = statement.movements.filter(state=Movement.State.WAITING)
    return _ask(statement, by, Statement.State.JUDGING, waiting.count())


@transaction.atomic
def ask_to_undo(*, statement: Statement, reason: str, by: User) -> int:
    """Have the whole statement undone, for the reason given. Returns how many movements it has.

    Raises DecisionError when it is not ready, or something else has built on it.
    """
    if problem := undo_problem(statement):
        raise DecisionError(problem)
    Statement.objects.filter(pk=statement.pk, state=Statement.State.READY).update(
        undone_reason=reason
    )
    left = statement.movements.exclude(state=Movement.State.VOID)
    return _ask(statement, by, Statement.State.UNDOING, left.count(), reason=reason)


def _ask(statement: Statement, by: User, state: Statement.State, total: int, **data: str) -> int:
    if not total and state in NOTHING_TO_DO:
        raise DecisionError(NOTHING_TO_DO[state])
    asked = Statement.objects.filter(pk=statement.pk, state=Statement.State.READY).update(
        state=state, asked_by=by, failure="", done=0, total=total, worked_at=None, attempts=0
    )
    if not asked:
        raise DecisionError("El estado de cuenta está en otra cosa en este momento; espere.")
    audit.record(f"statement.{state.value}", by=by, target=statement, movements=total, **data)
    return total


@fewer_collections()
def go_on(statement: Statement) -> None:
    """Work on the statement until it is done, unless somebody else is at it."""
    if statement.state == Statement.State.READING and _somebody_undoes():
        return  # what it would count as held may be on its way out
    if not _claim(statement):
        return
    statement.refresh_from_db()
    if statement.attempts > MOST_ATTEMPTS:
        _give_up(statement)
    elif statement.state == Statement.State.READING:
        read_whole(statement)
        statement.refresh_from_db()
    if steps := _steps(statement):
        _take(statement, steps)


def _steps(statement: Statement) -> Iterator[int] | None:
    """What is left of what was asked for: each step does a batch and gives how many."""
    by: Any = statement.asked_by  # always there once something was asked for
    match statement.state:
        case Statement.State.CONFIRMING:
            return iter(partial(confirm_some, statement=statement, by=by), 0)
        case Statement.State.UNDOING:
            return iter(partial(undo_some, statement=statement, by=by), 0)
        case Statement.State.JUDGING:  # from the beginning again: it changes nothing twice
            Statement.objects.filter(pk=statement.pk).update(done=0)
            return judge_waiting(statement=statement)
    return None


def _somebody_undoes() -> bool:
    return Statement.objects.filter(state=Statement.State.UNDOING).exists()


def _claim(statement: Statement) -> bool:
    now = timezone.now()
    free = Q(worked_at=None) | Q(worked_at__lt=now - SILENCE)
    return bool(
        Statement.objects.filter(free, pk=statement.pk, state__in=Statement.WORKING).update(
            worked_at=now, attempts=F("attempts") + 1
        )
    )


def _give_up(statement: Statement) -> None:
    """A file that ended the worker again and again; what was read of it counts no more."""
    failed = {
        "state": Statement.State.FAILED,
        "failure": "El archivo interrumpió varias veces al programa que lo lee. Descárguelo de "
        "nuevo del banco; si se repite, avise a su administrador.",
    }
    ready = {
        "state": Statement.State.READY,
        "failure": "El programa se interrumpió varias veces. Inténtelo de nuevo; si se repite, "
        "avise a su administrador.",
    }
    reading = statement.state == Statement.State.READING
    if reading:
        undecided = [Movement.State.WAITING, Movement.State.OTHER]
        statement.movements.filter(state__in=undecided).update(state=Movement.State.VOID)
    changes = failed if reading else ready
    Statement.objects.filter(pk=statement.pk).update(worked_at=None, attempts=0, **changes)
    statement.refresh_from_db()


def _take(statement: Statement, steps: Iterator[int]) -> None:
    undoing = statement.state == Statement.State.UNDOING
    after, stopped = Statement.State.UNDONE if undoing else Statement.State.READY, ""
    try:
        for count in steps:
            Statement.objects.filter(pk=statement.pk).update(
                done=F("done") + count, worked_at=timezone.now(), attempts=1
            )
    except (DecisionError, PaymentsError) as error:  # an invoice was issued meanwhile, say
        log.warning("The statement %s stopped half-way: %s", statement.pk, error)
        after, stopped = Statement.State.READY, str(error)
    Statement.objects.filter(pk=statement.pk, state=statement.state).update(
        state=after, failure=stopped, worked_at=None, attempts=0
    )
    statement.refresh_from_db()


def go_on_with_all() -> int:
    """Go on with whatever waits; returns how many statements. For the worker."""
    waiting = list(Statement.objects.filter(state__in=Statement.WORKING).order_by("pk"))
    for statement in waiting:
        try:
            go_on(statement)
        except Exception:  # one statement must not hold up the others
            log.exception("The statement %s could not be worked on", statement.pk)
    return len(waiting)
