"""Deposits, the constancias they may pay, and what is thought of them, without a database."""

from datetime import date
from decimal import Decimal

from reconciliation.expected import Expected, Index
from reconciliation.matching import match, match_all
from reconciliation.movement import Movement

REFERENCE, OTHER, THIRD = "1234566", "1000002", "9999990"
DAY = date(2026, 8, 10)


def constancia(id=1, reference=REFERENCE, total="1305.00", subtotal="1125.00", **more):
    return Expected(
        id=id,
        reference=reference,
        total=Decimal(total),
        subtotal=Decimal(subtotal),
        issued_on=more.pop("issued_on", date(2026, 8, 1)),
        expires_on=more.pop("expires_on", date(2026, 8, 31)),
        **more,
    )


def deposit(amount="1305.00", text=f"PAGO {REFERENCE}", line=2, **more):
    more.setdefault("date", DAY)
    return Movement(line=line, amount=Decimal(amount), description=text, **more)


def judge(movement, *constancias, **more):
    return match(movement, Index(constancias or [constancia()]), **more)


def judge_all(movements, *constancias, **more):
    return match_all(movements, Index(constancias or [constancia()]), **more)


def outcomes(verdicts):
    return [verdict.outcome for verdict in verdicts]


def attributed(verdict):
    return [(allocation.expected_id, str(allocation.amount)) for allocation in verdict.allocations]
