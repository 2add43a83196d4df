"""What became of a movement, from the first decision to the last."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.audit import Target
from accounts.models import AuditEvent
from facturamos.money import format_money
from payments.references import format_reference
from reconciliation.models import Movement

TOLD = {"movement.ignored": "Descartado", "movement.undone": "Se deshizo la decisión"}


@dataclass(frozen=True, slots=True)
class Event:
    """Who did what, and when."""

    at: datetime
    who: str
    text: str


def history(movement: Movement) -> list[Event]:
    """Its decisions, payments, reversals and comments, oldest first."""
    events = [*_payments(movement), *_decisions(movement), *_comments(movement)]
    return sorted(events, key=lambda event: event.at)


def _payments(movement: Movement) -> Iterator[Event]:
    rows = movement.applications.select_related(
        "payment__constancia", "payment__recorded_by", "payment__reversal__reverted_by"
    )
    for row in rows:
        payment = row.payment
        name = format_reference(payment.constancia.reference)
        money = f"{format_money(payment.amount)} de {name}"
        customer = payment.constancia.customer_name
        yield Event(
            payment.recorded_at,
            str(payment.recorded_by),
            f"Pago de {format_money(payment.amount)} a {name}, de {customer}",
        )
        if hasattr(payment, "reversal"):
            undone = payment.reversal
            text = f"Se deshizo el pago de {money}: {undone.reason}"
            yield Event(undone.reverted_at, str(undone.reverted_by), text)


def _decisions(movement: Movement) -> Iterator[Event]:
    target = Target.of(movement)
    rows = AuditEvent.objects.filter(target_type=target.type, target_id=str(target.id))
    for row in rows.order_by("pk"):
        text = TOLD.get(row.action, row.action)
        reason = row.data.get("reason", "")
        yield Event(row.at, row.actor, f"{text}: {reason}" if reason else text)


def _comments(movement: Movement) -> Iterator[Event]:
    for row in movement.comments.select_related("written_by"):
        yield Event(row.written_at, str(row.written_by), f"Comentario: {row.text}")
