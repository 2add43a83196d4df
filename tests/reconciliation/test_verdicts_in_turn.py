"""Deposits of one statement, judged from the oldest to the newest."""

from datetime import timedelta
from decimal import Decimal

import pytest

from reconciliation.expected import Index
from reconciliation.matching import match_all
from reconciliation.verdict import Outcome
from tests.reconciliation.deposits import DAY, constancia, deposit, judge, judge_all, outcomes


def test_an_exact_deposit_counts_as_paid_for_those_after_it():
    verdicts = judge_all([deposit(), deposit("305.00")])
    assert outcomes(verdicts) == [Outcome.EXACT, Outcome.ALREADY_PAID]
    assert "con los depósitos anteriores de este estado" in verdicts[1].reason


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ("305.00", "Antes vienen otros $1,000.00 que esperan a una persona y con eso se completa."),
        ("300.00", "Antes vienen otros $1,000.00 que esperan a una persona."),
    ],
)
def test_what_completes_an_undecided_part_needs_a_person(second, words):
    """The button would refuse it: nobody confirmed the first."""
    verdicts = judge_all([deposit("1000.00"), deposit(second)])
    assert outcomes(verdicts) == [Outcome.PARTIAL, Outcome.PARTIAL]
    assert "faltan" in verdicts[1].reason
    assert verdicts[1].reason.endswith(words)
    assert "vienen otros" not in verdicts[0].reason


@pytest.mark.parametrize("undecided", ["1000.00", "1400.00", "1125.00"])
def test_the_whole_amount_is_exact_whatever_else_waits(undecided):
    """As it would be in a file of its own."""
    verdicts = judge_all([deposit(undecided), deposit()])
    assert verdicts[1].outcome is Outcome.EXACT
    assert verdicts[1].allocations[0].amount == Decimal("1305.00")


def test_the_older_of_two_full_deposits_counts():
    movements = [deposit(line=2, date=DAY + timedelta(1)), deposit(line=3)]
    assert outcomes(judge_all(movements)) == [Outcome.ALREADY_PAID, Outcome.EXACT]
    assert outcomes(judge_all(movements[::-1])) == [Outcome.EXACT, Outcome.ALREADY_PAID]


def test_the_iva_may_follow_the_subtotal():
    verdicts = judge_all([deposit("1125.00"), deposit("180.00")])
    assert outcomes(verdicts) == [Outcome.WITHOUT_IVA, Outcome.PARTIAL]
    assert "con eso se completa" in verdicts[1].reason
    paid = constancia(paid=Decimal("1125.00"))
    assert judge(deposit("180.00"), paid).outcome is Outcome.EXACT


def test_judging_leaves_the_constancias_as_they_were():
    index = Index([constancia()])
    first = match_all([deposit(), deposit()], index)
    assert match_all([deposit(), deposit()], index) == first
