"""A deposit without a reference of ours: what else speaks for a constancia is never enough."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.references import new_reference
from reconciliation.expected import Index, neighbours, payer_keys
from reconciliation.matching import match
from reconciliation.verdict import Outcome
from tests.reconciliation.deposits import REFERENCE, THIRD, constancia, deposit, judge


def test_nothing_of_ours():
    assert judge(deposit(text="PAGO")).reason == "No trae ninguna referencia nuestra."
    verdict = judge(deposit(text=f"PAGO {THIRD}"))
    assert verdict.outcome is Outcome.UNIDENTIFIED
    assert verdict.reason == "Trae la referencia 999 9990, que no es de ninguna constancia."


@pytest.mark.parametrize("wrong", ["1234567", "1234656", "2134566", "1934566"])
def test_one_wrong_digit_or_swap_is_a_suggestion(wrong):
    verdict = judge(deposit(text=f"PAGO {wrong}"))
    assert verdict.outcome is Outcome.SUGGESTION
    assert verdict.proposals == (1,)
    assert verdict.allocations == ()
    assert f"{wrong[:3]} {wrong[3:]}, que no existe pero casi es 123 4566" in verdict.reason
    assert [candidate.reference for candidate in verdict.candidates] == [wrong]


@pytest.mark.parametrize("amount", ["1305.01", "1125.00"])
def test_a_wrong_digit_and_another_amount_is_nothing(amount):
    assert judge(deposit(amount, "PAGO 1234567")).outcome is Outcome.UNIDENTIFIED


@pytest.mark.parametrize(
    "known",
    [
        {"text": "PAGO CUENTA DE TERCERO/ 0055512345 BNET 0100000099 FACT"},
        {"text": "PAGO", "payer_account": "0100000099"},
        {"text": "PAGO", "payer_name": "Abarrotes  INVENTADOS, S.A."},
        {"text": "PAGO DE AIN010101CD2"},
    ],
)
def test_a_known_payer_and_the_amount_is_a_suggestion(known):
    payer = {"account:0100000099", "name:abarrotesinventadossa"}
    expected = constancia(payer_keys=frozenset(payer), rfc="AIN010101CD2")
    verdict = judge(deposit(**known), expected)
    assert verdict.outcome is Outcome.SUGGESTION
    assert verdict.proposals == (1,)
    assert "quien paga" in verdict.reason
    assert judge(deposit("1.00", **known), expected).outcome is Outcome.UNIDENTIFIED


def test_the_generic_rfc_is_nobody():
    expected = constancia(rfc="XAXX010101000")
    verdict = judge(deposit(text="PAGO RFC XAXX010101000"), expected)
    assert verdict.outcome is Outcome.UNIDENTIFIED
    assert payer_keys(deposit(text="PAGO XAXX010101000")) == frozenset()


def test_neighbours():
    found = neighbours(REFERENCE)
    assert len(found) == len(set(found)) == 7 * 9 + 5  # 66 swapped is the same number
    assert REFERENCE not in found


references = st.integers(0, 899_999).map(lambda draw: new_reference(lambda count: draw))


@pytest.mark.slow
@given(references)
@settings(max_examples=40)
def test_every_wrong_digit_and_swap_is_a_suggestion_at_most(reference):
    index = Index([constancia(reference=reference)])
    for wrong in neighbours(reference):
        for text in (f"SPEI RECIBIDOHSBC/0000000001  021 {wrong}PAGO", f"PAGO {wrong}"):
            verdict = match(deposit(text=text), index)
            allowed = {Outcome.SUGGESTION, Outcome.UNIDENTIFIED}
            assert verdict.outcome in allowed, (wrong, verdict)
            assert verdict.allocations == ()
