"""What no verdict may ever do, whatever a statement holds."""

from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.expected import Status
from tests.reconciliation.deposits import DAY, OTHER, REFERENCE, constancia, deposit, judge_all

pytestmark = pytest.mark.slow


amounts = st.sampled_from(
    ["1305.00", "1125.00", "180.00", "5220.00", "6525.00", "0.01", "-1305.00"]
)
texts = st.sampled_from(
    [REFERENCE, OTHER, f"{REFERENCE} {OTHER}", "PAGO 1234567", "DEVOLUCION 1234566", "COMISION"]
)
statements = st.lists(
    st.builds(
        deposit,
        amount=amounts,
        text=texts,
        line=st.integers(2, 999),
        date=st.integers(-15, 30).map(lambda days: DAY + timedelta(days)),
    ),
    max_size=15,
)
states = st.builds(
    constancia,
    status=st.sampled_from(Status),
    paid=st.sampled_from([Decimal(0), Decimal("180.00")]),
)


@given(statements, states, st.sampled_from([Decimal(0), Decimal("10.00")]))
@settings(max_examples=200)
def test_no_peso_is_attributed_twice(statement, first, tolerance):
    constancias = [first, constancia(2, OTHER, "5220.00", "4500.00")]
    verdicts = judge_all(statement, *constancias, tolerance=tolerance)
    received = defaultdict(Decimal)  # with what the button would confirm
    for movement, verdict in zip(statement, verdicts, strict=True):
        given_out = sum((a.amount for a in verdict.allocations), Decimal(0))
        assert 0 <= given_out <= max(movement.amount, 0)
        assert all(a.amount > 0 for a in verdict.allocations)
        assert verdict.reason
        for allocation in verdict.allocations:
            assert allocation.expected_id in {expected.id for expected in constancias}
            if verdict.is_certain:
                received[allocation.expected_id] += allocation.amount
    for expected in constancias:
        assert received[expected.id] <= max(expected.missing, 0)
        if expected.status in {Status.PAID, Status.CANCELLED}:
            assert not received[expected.id]


@given(statements)
@settings(max_examples=100)
def test_turning_the_file_around_changes_no_sum(statement):
    """Newest or oldest first, the same is confirmed."""
    statement = sorted(statement, key=lambda movement: movement.date)
    if len({movement.date for movement in statement}) < len(statement):
        statement = list({movement.date: movement for movement in statement}.values())
    both = [constancia(), constancia(2, OTHER, "5220.00", "4500.00")]
    forth = Counter(repr(verdict) for verdict in judge_all(statement, *both))
    back = Counter(repr(verdict) for verdict in judge_all(statement[::-1], *both))
    assert forth == back
