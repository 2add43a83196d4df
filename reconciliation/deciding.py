"""What people decide about movements: confirm, assign, ignore, comment, undo. Nothing is erased."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from facturamos.bulk import insert_rows
from facturamos.money import ZERO, format_money
from payments.models import Constancia, Payment
from payments.recording import Deposit, Outcome, record_payments
from payments.reverting import InvoicedError, invoiced_problem, revert_payments
from payments.two_people import two_people_problem
from reconciliation.expected import payer_keys
from reconciliation.judging import judge_anew
from reconciliation.models import (
    Application,
    KnownPayer,
    Movement,
    MovementComment,
    Sighting,
    Statement,
)
from reconciliation.movement import Movement as Line

BATCH = 2000
PAYING = ("pk", "proposal", "date", "description", "payer_name", "payer_account")


class DecisionError(Exception):
    """What was asked cannot be done. The message is a sentence for whoever asked."""


class OverError(DecisionError):
    """A part is more than its constancia lacks, and nobody said that they know."""


@dataclass(frozen=True, slots=True)
class Part:
    """So much of a deposit (MXN) for a constancia (id)."""

    constancia_id: int
    amount: Decimal


@transaction.atomic
def confirm_some(*, statement: Statement, by: User) -> int:
    """Confirm up to BATCH of the statement's exact movements; returns how many it looked at.

    Each goes through the same service as by hand. One whose constancia changed since it was read is
    judged anew and waits for a person.
    """
    Statement.objects.select_for_update().get(pk=statement.pk)
    exact = statement.movements.exact().select_for_update().order_by("pk")[:BATCH]
    rows = list(exact.values_list(*PAYING, named=True))
    brought_by = statement.uploaded_by_id
    deposits = [_deposit(row.date, row.proposal[0], brought_by) for row in rows]
    pairs = list(zip(rows, record_payments(deposits=deposits, by=by), strict=True))
    _applied([(row, outcome) for row, outcome in pairs if outcome.payment_id], by)
    refused = {row.pk: outcome.refusal for row, outcome in pairs if outcome.refusal}
    judge_anew(refused)
    return len(rows)


def _deposit(day: date, proposal: Sequence[str], brought_by: int) -> Deposit:
    constancia, amount, paid_before = proposal
    return Deposit(
        constancia_id=int(constancia),
        amount=Decimal(amount),
        paid_on=day,
        seen_paid=Decimal(paid_before),
        brought_by=brought_by,
    )


class Paying(Protocol):
    """What `_applied` has to know of a movement: the model, or a row of PAYING."""

    pk: int
    date: date
    description: str
    payer_name: str
    payer_account: str


def _applied(pairs: Sequence[tuple[Paying, Outcome]], by: User) -> None:
    """Tie the movements to their payments, and remember who paid for whom."""
    insert_rows(
        Application,
        ("movement_id", "payment_id"),
        [(movement.pk, outcome.payment_id) for movement, outcome in pairs],
    )
    Movement.objects.filter(pk__among=[movement.pk for movement, _ in pairs]).update(
        state=Movement.State.APPLIED, decided_at=timezone.now(), decided_by=by
    )
    KnownPayer.objects.bulk_create(
        [
            KnownPayer(key=key[:180], customer_id=outcome.customer_id)
            for movement, outcome in pairs
            for key in sorted(_payer(movement))
        ],
        ignore_conflicts=True,
    )


def _payer(movement: Paying) -> frozenset[str]:
    return payer_keys(
        Line(
            line=0,
            date=movement.date,
            amount=ZERO,
            description=movement.description,
            payer_name=movement.payer_name,
            payer_account=movement.payer_account,
        )
    )


@transaction.atomic
def assign(
    *,
    movement: Movement,
    parts: Sequence[Part],
    by: User,
    reason: str = "",
    accept_over: bool = False,
) -> None:
    """Apply a deposit to one constancia or several, as a person decided, perhaps with a reason.

    Raises DecisionError when it waits no more or is not in pesos, when the parts are not the whole
    deposit, when a constancia takes no deposit, or when it is so large that who loaded the
    statement may not apply it; OverError when a part is more than is missing, unless `accept_over`:
    the rest becomes the customer's balance. Then nothing is recorded.
    """
    movement = _waiting(movement)
    _check_parts(movement, parts)
    brought_by = movement.statement.uploaded_by_id
    if problem := two_people_problem(movement.amount, by=by.pk, brought_by=brought_by):
        raise DecisionError(problem)
    ids = [part.constancia_id for part in parts]
    constancias = Constancia.objects.with_paid().in_bulk(ids)
    if len(constancias) < len(parts):
        raise DecisionError("Una de las constancias no existe. Búsquela de nuevo.")
    over = [said for part in parts if (said := _over(part, constancias[part.constancia_id]))]
    if over and not accept_over:
        raise OverError(" ".join(over))
    outcomes = record_payments(
        deposits=[
            Deposit(
                constancia_id=part.constancia_id,
                amount=part.amount,
                paid_on=movement.date,
                seen_paid=constancias[part.constancia_id].paid,
                brought_by=brought_by,
                reason=reason,
            )
            for part in parts
        ],
        by=by,
    )
    if refusals := [outcome.refusal for outcome in outcomes if outcome.refusal]:
        raise DecisionError(" ".join(refusals))
    _applied([(movement, outcome) for outcome in outcomes], by)
    if reason:
        Movement.objects.filter(pk=movement.pk).update(decision=reason)


def _check_parts(movement: Movement, parts: Sequence[Part]) -> None:
    """Raises DecisionError unless they are the whole deposit, in pesos, each constancia once."""
    if movement.currency != "MXN":
        raise DecisionError(
            f"El depósito está en {movement.currency}, no en pesos. Confírmelo en la constancia "
            "con los pesos que fueron, y descarte este movimiento con ese motivo."
        )
    if len({part.constancia_id for part in parts}) < len(parts):
        raise DecisionError("Puso dos veces la misma constancia. Junte sus importes en una línea.")
    if any(part.amount <= 0 for part in parts):
        raise DecisionError("Cada parte debe ser mayor que cero.")
    total = sum((part.amount for part in parts), ZERO)
    if total != movement.amount:
        raise DecisionError(
            f"Las partes suman {format_money(total)} y el depósito es de "
            f"{format_money(movement.amount)}. Corríjalas para que coincidan."
        )


def _over(part: Part, constancia: Constancia) -> str:
    """How much too much a part is, as a sentence; empty when it is not, or none would be taken."""
    over = part.amount - constancia.missing
    if over <= 0 or not constancia.takes_deposits:
        return ""
    return (
        f"A la constancia {constancia.printed_reference} le faltan "
        f"{format_money(constancia.missing)} y le tocan {format_money(part.amount)}: sobran "
        f"{format_money(over)}."
    )


@transaction.atomic
def ignore(*, movement: Movement, reason: str, by: User) -> None:
    """Set a movement aside, with the reason. Raises DecisionError when it waits no more."""
    movement = _waiting(movement)
    Movement.objects.filter(pk=movement.pk).update(
        state=Movement.State.IGNORED, decided_at=timezone.now(), decided_by=by, decision=reason
    )
    audit.record("movement.ignored", by=by, target=movement, reason=reason)


@transaction.atomic
def comment(*, movement: Movement, text: str, by: User) -> MovementComment:
    """Note something about a movement."""
    return MovementComment.objects.create(movement=movement, text=text, written_by=by)


def _waiting(movement: Movement) -> Movement:
    """The movement, locked. Raises DecisionError when somebody else decided meanwhile."""
    locked = Movement.objects.select_for_update().get(pk=movement.pk)
    if locked.state != Movement.State.WAITING:
        raise DecisionError(
            f"Este movimiento ya está {locked.get_state_display()}; no se hizo nada."
        )
    return locked


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
    Movement.objects.filter(pk=locked.pk).update(
        state=Movement.State.WAITING, decided_at=None, decided_by=None, decision=""
    )
    audit.record("movement.undone", by=by, target=locked, reason=reason)
    judge_anew({locked.pk: ""})


@transaction.atomic
def accept_return(*, movement: Movement, by: User) -> None:
    """The bank gave a deposit back: take its payment back, and set both movements aside.

    `movement` is the negative line. Raises DecisionError when it is none, or waits no more.
    """
    movement = _waiting(movement)
    deposit = movement.returns
    if deposit is None or movement.amount > 0:
        raise DecisionError("Este movimiento no devuelve ningún depósito que conozcamos.")
    why = f"El banco devolvió el depósito el {movement.date:%d/%m/%Y}."
    if deposit.state == Movement.State.APPLIED:
        undo(movement=deposit, by=by, reason=why)
        deposit.refresh_from_db()
    if deposit.state == Movement.State.WAITING:
        ignore(movement=deposit, reason=why, by=by)
    ignore(movement=movement, reason="Se deshizo el pago del depósito que devuelve.", by=by)


def _revert(movements: Collection[int], reason: str, by: User) -> None:
    payments = Payment.objects.standing().filter(application__movement__among=movements)
    try:
        revert_payments(payments=list(payments.values_list("pk", flat=True)), reason=reason, by=by)
    except InvoicedError as error:
        raise DecisionError(str(error)) from error


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
    _revert(movements, f"Se deshizo la carga del estado de cuenta: {statement.undone_reason}", by)
    Movement.objects.filter(pk__among=movements).update(state=Movement.State.VOID)
    _forget_returns(statement, movements)
    return len(movements)


def _forget_returns(statement: Statement, movements: Collection[int]) -> None:
    """The other halves of these, in other statements, are judged as if these had never come."""
    halves = Movement.objects.filter(returns__among=movements).exclude(statement=statement)
    ids = list(halves.select_for_update().values_list("pk", flat=True))
    Movement.objects.filter(pk__in=ids).update(returns=None)
    waiting = Movement.objects.filter(pk__in=ids, state=Movement.State.WAITING)
    judge_anew(dict.fromkeys(waiting.values_list("pk", flat=True), ""))


@transaction.atomic
def take_payments_back(*, payments: Collection[int], reason: str, by: User) -> int:
    """As `payments.reverting.revert_payments`; what came from a movement waits in the queue again.

    Raises InvoicedError.
    """
    applied = Movement.objects.select_for_update(of=("self",)).filter(
        state=Movement.State.APPLIED, applications__payment__among=payments
    )
    touched = set(applied.values_list("pk", flat=True))
    done = revert_payments(payments=payments, reason=reason, by=by)
    standing = Payment.objects.standing().filter(application__movement__among=touched)
    freed = touched - set(standing.values_list("application__movement", flat=True))
    Movement.objects.filter(pk__among=freed).update(
        state=Movement.State.WAITING, decided_at=None, decided_by=None, decision=""
    )
    # Not exact again: nobody confirms it with the others without having looked.
    judge_anew(dict.fromkeys(freed, f"Se deshizo su pago: {reason}"))
    return done
