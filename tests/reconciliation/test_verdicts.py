"""The verdict on one deposit that names a constancia, with its reason."""

from datetime import timedelta
from decimal import Decimal

import pytest

from reconciliation.expected import Status
from reconciliation.verdict import Outcome
from tests.reconciliation.deposits import (
    DAY,
    OTHER,
    REFERENCE,
    attributed,
    constancia,
    deposit,
    judge,
)


def test_exact():
    movement = deposit(text="SPEI RECIBIDOBANORTE/0087654321  072 1234566FACTURAMOS")
    verdict = judge(movement)
    assert verdict.outcome is Outcome.EXACT
    assert verdict.is_certain
    assert attributed(verdict) == [(1, "1305.00")]
    assert verdict.reason == "La constancia 123 4566 esperaba exactamente $1,305.00."
    (candidate,) = verdict.candidates
    assert movement.description[candidate.start : candidate.end] == REFERENCE


def test_exact_by_the_reference_field():
    assert judge(deposit(text="PAGO", reference="0001234566")).outcome is Outcome.EXACT


@pytest.mark.parametrize(
    ("amount", "outcome", "gets", "difference", "words"),
    [
        ("1000.00", Outcome.PARTIAL, "1000.00", "-305.00", "faltan $305.00"),
        ("0.01", Outcome.PARTIAL, "0.01", "-1304.99", "faltan $1,304.99"),
        ("1304.99", Outcome.PARTIAL, "1304.99", "-0.01", "faltan $0.01"),
        ("1305.01", Outcome.OVER, "1305.00", "0.01", "sobran $0.01"),
        ("2610.00", Outcome.OVER, "1305.00", "1305.00", "sobran $1,305.00"),
        ("1125.00", Outcome.WITHOUT_IVA, "1125.00", "-180.00", "subtotal sin el IVA"),
    ],
)
def test_another_amount(amount, outcome, gets, difference, words):
    verdict = judge(deposit(amount))
    assert verdict.outcome is outcome
    assert not verdict.is_certain
    assert attributed(verdict) == [(1, gets)]
    assert verdict.difference == Decimal(difference)
    assert words in verdict.reason


@pytest.mark.parametrize(
    ("amount", "outcome"),
    [("1305.50", Outcome.EXACT), ("1305.51", Outcome.OVER), ("1304.99", Outcome.PARTIAL)],
)
def test_a_tolerance_is_for_what_is_too_much(amount, outcome):
    verdict = judge(deposit(amount), tolerance=Decimal("0.50"))
    assert verdict.outcome is outcome
    assert sum(a.amount for a in verdict.allocations) <= Decimal("1305.00")


def test_what_is_missing_counts_not_the_total():
    half_paid = constancia(paid=Decimal("1000.00"))
    verdict = judge(deposit("305.00"), half_paid)
    assert verdict.outcome is Outcome.EXACT
    assert "ya llevaba $1,000.00" in verdict.reason
    # The subtotal is nothing special once something was paid.
    assert judge(deposit("1125.00"), half_paid).outcome is Outcome.OVER


@pytest.mark.parametrize(
    ("state", "outcome", "words"),
    [
        ({"status": Status.PAID, "paid": Decimal("1305.00")}, Outcome.ALREADY_PAID, "pago doble"),
        ({"status": Status.CANCELLED}, Outcome.CANCELLED, "está cancelada"),
        (
            {"status": Status.EXPIRED, "expires_on": DAY - timedelta(1)},
            Outcome.EXPIRED,
            "venció el 09/08/2026",
        ),
        # Expired although nobody has swept yet.
        ({"expires_on": DAY - timedelta(1)}, Outcome.EXPIRED, "venció el 09/08/2026"),
        # The last day counts although the sweep came by since.
        ({"status": Status.EXPIRED, "expires_on": DAY}, Outcome.EXACT, "exactamente"),
        ({"expires_on": DAY}, Outcome.EXACT, "exactamente"),
        ({"issued_on": DAY}, Outcome.EXACT, "exactamente"),
        ({"issued_on": DAY + timedelta(1)}, Outcome.SUGGESTION, "se generó después"),
    ],
)
def test_the_state_of_the_constancia(state, outcome, words):
    verdict = judge(deposit(), constancia(**state))
    assert verdict.outcome is outcome
    assert words in verdict.reason
    if outcome is not Outcome.EXACT:
        assert verdict.allocations == ()
        assert verdict.proposals == (1,)


def test_what_completes_a_payment_in_part_may_come_late():
    late = constancia(paid=Decimal("1000.00"), expires_on=DAY - timedelta(1))
    assert judge(deposit("305.00"), late).outcome is Outcome.EXACT


def test_several_references_whose_sum_agrees():
    two = [constancia(), constancia(2, OTHER, "5220.00", "4500.00")]
    verdict = judge(deposit("6525.00", "PAGO 1234566, 1000002"), *two)
    assert verdict.outcome is Outcome.SEVERAL
    assert not verdict.is_certain
    assert attributed(verdict) == [(1, "1305.00"), (2, "5220.00")]
    assert len(verdict.candidates) == 2


@pytest.mark.parametrize("amount", ["6525.01", "1305.00", "5220.00"])
def test_several_references_whose_sum_does_not_agree(amount):
    two = [constancia(), constancia(2, OTHER, "5220.00", "4500.00")]
    verdict = judge(deposit(amount, "PAGO 1234566, 1000002"), *two)
    assert verdict.outcome is Outcome.SUGGESTION
    assert verdict.proposals == (1, 2)
    assert verdict.allocations == ()


def test_a_number_of_nobody_beside_a_reference_does_no_harm():
    assert judge(deposit(text="1234566, 1000002")).outcome is Outcome.EXACT


def test_a_reference_of_the_old_system_goes_to_a_person():
    verdict = judge(deposit(text="REF 935447"), constancia(reference="935447"))
    assert verdict.outcome is Outcome.SUGGESTION
    assert verdict.proposals == (1,)
    assert "sistema anterior" in verdict.reason


def test_dollars_are_no_pesos():
    verdict = judge(deposit(currency="USD"))
    assert (verdict.outcome, verdict.allocations) == (Outcome.SUGGESTION, ())
    assert "USD" in verdict.reason


def test_a_deposit_that_speaks_of_a_return_goes_to_a_person():
    assert judge(deposit(text="SPEI DEVUELTO 1234566")).outcome is Outcome.SUGGESTION


@pytest.mark.parametrize("amount", ["-1305.00", "-5.00"])
def test_what_goes_out_is_no_deposit(amount):
    verdict = judge(deposit(amount, "COMISION 1234566"))
    assert (verdict.outcome, verdict.allocations) == (Outcome.NOT_A_DEPOSIT, ())
