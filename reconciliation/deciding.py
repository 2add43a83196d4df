"""What people decide about movements: confirm, assign, ignore, comment. Nothing is erased.

`taking_back.py` has how a decision is undone.
"""

from collections.abc import Sequence
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
from payments.models import Constancia
from payments.recording import Deposit, Outcome, record_payments
from payments.two_people import two_people_problem
from reconciliation import payers
from reconciliation.expected import NamesPayer
from reconciliation.judging import judge_anew
from reconciliation.models import Application, Movement, MovementComment, Statement

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


class Paying(NamesPayer, Protocol):
    """What `_applied` has to know of a movement: the model, or a row of PAYING."""

    @property
    def pk(self) -> int:
        """Its id."""


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
    payers.remember((movement, outcome.customer_id) for movement, outcome in pairs)


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

    Raises DecisionError when it waits no more or is not in pesos, when its return waits too, when
    the parts are not the whole deposit, when a constancia takes no deposit, or when it is so large
    that who loaded the statement may not apply it; OverError when a part is more than is missing,
    unless `accept_over`: the rest becomes the customer's balance. Then nothing is recorded.
    """
    movement = waiting_row(movement)
    _check_not_given_back(movement)
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


def _check_not_given_back(movement: Movement) -> None:
    back = movement.returns
    if back is not None and back.state == Movement.State.WAITING:
        raise DecisionError(
            f"El banco devolvió este depósito el {back.date:%d/%m/%Y}: decida primero su "
            "devolución. Acéptela, o descártela con el motivo si es de otro depósito."
        )


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
    movement = waiting_row(movement)
    Movement.objects.filter(pk=movement.pk).update(
        state=Movement.State.IGNORED, decided_at=timezone.now(), decided_by=by, decision=reason
    )
    audit.record("movement.ignored", by=by, target=movement, reason=reason)


@transaction.atomic
def comment(*, movement: Movement, text: str, by: User) -> MovementComment:
    """Note something about a movement."""
    return MovementComment.objects.create(movement=movement, text=text, written_by=by)


def waiting_row(movement: Movement) -> Movement:
    """The movement, locked. Raises DecisionError when somebody else decided meanwhile."""
    locked = Movement.objects.select_for_update().get(pk=movement.pk)
    if locked.state != Movement.State.WAITING:
        raise DecisionError(
            f"Este movimiento ya está {locked.get_state_display()}; no se hizo nada."
        )
    return locked
