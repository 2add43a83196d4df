"""Between the rows of the database and the plain data of matching."""

from decimal import Decimal

from reconciliation.models import Movement
from reconciliation.movement import Movement as Line
from reconciliation.verdict import Outcome, Verdict


def line_of(movement: Movement) -> Line:
    """What the bank said, as matching knows it."""
    return Line(
        line=movement.line,
        date=movement.date,
        amount=movement.amount,
        description=movement.description,
        reference=movement.reference,
        balance=movement.balance,
        tracking_key=movement.tracking_key,
        folio=movement.folio,
        payer_name=movement.payer_name,
        payer_account=movement.payer_account,
        currency=movement.currency,
    )


COLUMNS = (
    *("statement_id", "line", "fingerprint", "date", "amount", "currency", "description"),
    *("reference", "folio", "tracking_key", "balance", "payer_name", "payer_account", "state"),
    *("verdict", "reason", "spans", "proposal", "decision"),
)


def row_of(
    statement: int, line: Line, fingerprint: str, verdict: Verdict, totals: dict[int, Decimal]
) -> tuple[object, ...]:
    """A new movement, in the order of COLUMNS. `totals`: of each constancia, by id (MXN)."""
    is_other = verdict.outcome is Outcome.NOT_A_DEPOSIT
    return (
        statement,
        line.line,
        fingerprint,
        line.date,
        line.amount,
        line.currency,
        line.description,
        line.reference[:80],
        line.folio[:40],
        line.tracking_key[:40],
        line.balance,
        line.payer_name[:120],
        line.payer_account[:40],
        (Movement.State.OTHER if is_other else Movement.State.WAITING).value,
        *verdict_fields(line, verdict, totals).values(),
        "",
    )


def verdict_fields(line: Line, verdict: Verdict, totals: dict[int, Decimal]) -> dict[str, object]:
    """A verdict as the columns of a movement. `totals`: of each constancia, by id (MXN)."""
    return {
        "verdict": verdict.outcome.value,
        "reason": verdict.reason,
        "spans": [
            [candidate.start, candidate.end, candidate.in_field] for candidate in verdict.candidates
        ],
        "proposal": [list(each) for each in _proposal(line, verdict, totals)],
    }


def _proposal(
    line: Line, verdict: Verdict, totals: dict[int, Decimal]
) -> list[tuple[int, str, str]]:
    """Where the money would go: constancia, amount, and what had been paid before it."""
    if len(verdict.allocations) == 1:
        [one] = verdict.allocations
        missing = line.amount - verdict.difference
        return [(one.expected_id, str(line.amount), str(totals[one.expected_id] - missing))]
    if verdict.allocations:
        return [
            (each.expected_id, str(each.amount), str(totals[each.expected_id] - each.amount))
            for each in verdict.allocations
        ]
    return [(each, "", "") for each in verdict.proposals]
