"""What is thought of a movement, as plain data: the outcome, its reason, and what it would pay."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from facturamos.money import ZERO, format_money
from reconciliation.movement import Movement
from reconciliation.references_in_text import Candidate, find


class Outcome(Enum):
    """What became of a movement."""

    EXACT = "exact"
    PARTIAL = "partial"
    OVER = "over"
    WITHOUT_IVA = "without_iva"
    ALREADY_PAID = "already_paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    SEVERAL = "several"
    SUGGESTION = "suggestion"
    UNIDENTIFIED = "unidentified"
    REVERSAL = "reversal"
    NOT_A_DEPOSIT = "not_a_deposit"


@dataclass(frozen=True, slots=True)
class Allocation:
    """So much of a deposit (MXN) for this constancia."""

    expected_id: int
    reference: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a movement pays for, and why, in Spanish.

    `allocations` is what would be recorded if somebody agrees; `proposals` are constancias to look
    at. `difference` is the deposit less what was missing. `candidates` are the places in the bank's
    text to highlight. `returned` is the other half of a deposit that was given back.
    """

    outcome: Outcome
    reason: str
    allocations: tuple[Allocation, ...] = ()
    proposals: tuple[int, ...] = ()
    difference: Decimal = ZERO
    candidates: tuple[Candidate, ...] = ()
    returned: Movement | None = None

    @property
    def is_certain(self) -> bool:
        """Whether it may be confirmed without a person."""
        return self.outcome is Outcome.EXACT


def gives_back(movement: Movement, deposit: Movement) -> Verdict:
    """The verdict on the line with which the bank gave a deposit back."""
    return Verdict(
        Outcome.REVERSAL,
        f"Devuelve el depósito de {format_money(deposit.amount)} del {deposit.date:%d/%m/%Y}.",
        candidates=tuple(find(movement.description, movement.reference)),
        returned=deposit,
    )


def given_back(movement: Movement, reversal: Movement) -> Verdict:
    """The verdict on a deposit that the bank gave back."""
    return Verdict(
        Outcome.REVERSAL,
        f"El banco devolvió este depósito el {reversal.date:%d/%m/%Y}.",
        candidates=tuple(find(movement.description, movement.reference)),
        returned=reversal,
    )
