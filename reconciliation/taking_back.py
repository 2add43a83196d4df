"""Taking back what was decided: one movement, a whole statement, a payment. Nothing is erased."""

from collections.abc import Collection

from django.db import transaction

from accounts import audit
from accounts.audit import Target
from accounts.models import User
from payments.models import Payment
from payments.reverting import InvoicedError, invoiced_problem, revert_payments
from payments.services import PaymentsError
from reconciliation import payers
from reconciliation.deciding import BATCH, DecisionError, ignore, waiting_row
from reconciliation.judging import TAKEN_BACK, judge_anew
from reconciliation.models import Movement, Sighting, Statement

WITH_ITS_DEPOSIT = "Se deshizo el pago del depósito que devuelve."
UNDECIDED = {
    "state": Movement.State.WAITING,
    "decided_at": None,
    "decided_by": None,
    "decision": "",
}


class PartOfDepositError(PaymentsError):
    """Only a part of a split deposit was to be taken back: the rest of it would stand alone."""


@transaction.atomic
def undo(*, movement: Movement, by: User, reason: str = "Se deshizo la decisión.") -> None:
    """Take back what was decided about a movement: it waits again.

    Its payments are reverted, and version 4.0 locked again. Raises DecisionError when nothing was
    decided, or an invoice was built on it.
    """
    locked = Movement.objects.select_for_update().get(pk=movement.pk)
    if locked.state not in (Movement.State.APPLIED, Movement.State.IGNORED):
        raise DecisionError("Este movimiento no tiene ninguna decisión que deshacer.")
    _revert([locked.pk], reason, by)
    Movement.objects.filter(pk=locked.pk).update(**UNDECIDED)
    audit.record("movement.undone", by=by, target=locked, reason=reason)
    judge_anew({locked.pk: ""})


@transaction.atomic
def accept_return(*, movement: Movement, by: User) -> None:
    """The bank gave a deposit back: take its payment back, and set both movements aside.

    `movement` is the negative line. Raises DecisionError when it is none, or waits no more.
    """
    movement = waiting_row(movement)
    deposit = movement.returns
    if deposit is None or movement.amount > 0:
        raise DecisionError("Este movimiento no devuelve ningún depósito que conozcamos.")
    why = _given_back_on(movement)
    if deposit.state == Movement.State.APPLIED:
        undo(movement=deposit, by=by, reason=why)
        deposit.refresh_from_db()
    if deposit.state == Movement.State.WAITING:
        ignore(movement=deposit, reason=why, by=by)
    ignore(movement=movement, reason=WITH_ITS_DEPOSIT, by=by)


def _given_back_on(back: Movement) -> str:
    """Why a deposit is set aside with its return, as the deposit says it."""
    return f"El banco devolvió el depósito el {back.date:%d/%m/%Y}."


def _revert(movements: Collection[int], reason: str, by: User) -> None:
    payments = Payment.objects.standing().filter(application__movement__among=movements)
    try:
        revert_payments(payments=list(payments.values_list("pk", flat=True)), reason=reason, by=by)
    except InvoicedError as error:
        raise DecisionError(str(error)) from error
    payers.forget(movements)


def undo_problem(statement: Statement) -> str:
    """Why a whole statement cannot be undone; empty when it can: nothing else has built on it."""
    if Statement.objects.filter(state=Statement.State.READING).exclude(pk=statement.pk).exists():
        return "Se está leyendo otro estado de cuenta. Espere a que termine e inténtelo de nuevo."
    others = Sighting.objects.filter(movement__statement=statement)
    later = others.exclude(statement__state=Statement.State.UNDONE).select_related("statement")
    if first := later.first():
        return (
            f"«{first.statement}» trae movimientos de este mismo estado de cuenta y cuenta con "
            "ellos. Deshaga primero aquel."
        )
    payments = Payment.objects.standing().filter(application__movement__statement=statement)
    return invoiced_problem(payments.values_list("constancia_id", flat=True))


@transaction.atomic
def undo_some(*, statement: Statement, by: User) -> int:
    """Undo up to BATCH of a statement's movements; returns how many."""
    Statement.objects.select_for_update().get(pk=statement.pk)
    left = statement.movements.exclude(state=Movement.State.VOID).select_for_update()
    movements = list(left.order_by("pk").values_list("pk", flat=True)[:BATCH])
    reason = f"Se deshizo la carga del estado de cuenta: {statement.undone_reason}"
    _revert(movements, reason, by)
    Movement.objects.filter(pk__among=movements).update(state=Movement.State.VOID)
    _forget_returns(statement, movements, reason, by)
    return len(movements)


def _forget_returns(
    statement: Statement, movements: Collection[int], reason: str, by: User
) -> None:
    """The other halves of these, in other statements, are judged as if these had never come; one
    that `accept_return` set aside with its half waits again."""
    halves = Movement.objects.filter(returns__among=movements).exclude(statement=statement)
    rows = list(halves.select_for_update(of=("self",)).select_related("returns").order_by("pk"))
    Movement.objects.filter(pk__among=[row.pk for row in rows]).update(returns=None)
    aside = [row for row in rows if _is_aside_with(row, row.returns)]
    Movement.objects.filter(pk__among=[row.pk for row in aside]).update(**UNDECIDED)
    audit.record_all(
        "movement.undone", by=by, events=[(Target.of(row), {"reason": reason}) for row in aside]
    )
    waiting = [row.pk for row in rows if row in aside or row.state == Movement.State.WAITING]
    judge_anew(dict.fromkeys(waiting, ""))


def _is_aside_with(row: Movement, other: Movement | None) -> bool:
    """Whether it was set aside by `accept_return`, and not by a person for another reason."""
    if row.state != Movement.State.IGNORED or other is None:
        return False
    return row.decision == (WITH_ITS_DEPOSIT if row.amount < 0 else _given_back_on(other))


@transaction.atomic
def take_payments_back(*, payments: Collection[int], reason: str, by: User) -> int:
    """As `payments.reverting.revert_payments`; what came from a movement waits in the queue again.

    Raises InvoicedError, and PartOfDepositError when other payments of the same movement stand:
    what was freed of it would wait nowhere.
    """
    applied = Movement.objects.select_for_update(of=("self",)).filter(
        state=Movement.State.APPLIED,
        applications__payment__among=payments,
        applications__payment__reversal=None,
    )
    freed = set(applied.values_list("pk", flat=True))
    standing = Payment.objects.standing().filter(application__movement__among=freed)
    if rest := standing.exclude(pk__among=payments).select_related("constancia").first():
        raise PartOfDepositError(
            f"El pago de {rest.constancia.printed_reference} es parte de un depósito que también "
            "trae uno de los que eligió. Elija todos los de ese depósito, o deshaga el reparto en "
            "la página de su movimiento. No se deshizo nada."
        )
    done = revert_payments(payments=payments, reason=reason, by=by)
    payers.forget(freed)
    Movement.objects.filter(pk__among=freed).update(**UNDECIDED)
    # Not exact again: nobody confirms it with the others without having looked.
    judge_anew(dict.fromkeys(freed, f"{TAKEN_BACK}{reason}"))
    return done
