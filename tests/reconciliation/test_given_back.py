"""A deposit that the bank gave back pays nothing, once it is plain which one it was."""

from datetime import timedelta

import pytest

from reconciliation.verdict import Outcome
from tests.reconciliation.deposits import DAY, OTHER, constancia, deposit, judge_all, outcomes


@pytest.mark.parametrize(
    "text",
    [
        "DEVOLUCION SPEI 1234566",
        "SPEI DEVUELTO/0087654321  072 1234566",
        "REVERSO DE ABONO",
        "CANCELACION ABONO 1234566",
    ],
)
def test_a_deposit_that_was_given_back_pays_nothing(text):
    back = deposit("-1305.00", text, line=3, date=DAY + timedelta(1))
    for movements in ([deposit(), back], [back, deposit()]):
        verdicts = judge_all(movements)
        assert outcomes(verdicts) == [Outcome.REVERSAL, Outcome.REVERSAL]
        assert not any(verdict.allocations for verdict in verdicts)
        assert {verdict.returned.line for verdict in verdicts} == {2, 3}
    again = deposit(line=4, date=DAY + timedelta(2))
    assert judge_all([deposit(), back, again])[2].outcome is Outcome.EXACT


@pytest.mark.parametrize("text", ["DEVOLUCION 1234566", "DEVOLUCION DE ABONO"])
def test_the_other_half_may_be_of_another_statement(text):
    before, back = deposit(date=DAY - timedelta(9)), deposit("-1305.00", text)
    for here, other in ((back, before), (before, back)):
        verdict = judge_all([here], earlier=[other])[0]
        assert (verdict.outcome, verdict.returned) == (Outcome.REVERSAL, other)


def test_a_return_that_names_another_deposit_is_not_of_the_only_one_there_is():
    """The one it names comes later, perhaps in another file."""
    back = deposit("-1305.00", f"DEV {OTHER}", line=3)
    verdicts = judge_all([deposit(), back], constancia(), constancia(2, OTHER))
    assert outcomes(verdicts) == [Outcome.EXACT, Outcome.NOT_A_DEPOSIT]


def test_a_return_that_names_a_constancia_is_not_of_a_deposit_that_names_none():
    """The one it names may come in another file, and nobody may take it for paid."""
    verdicts = judge_all([deposit(text="PAGO"), deposit("-1305.00", "DEV 1234566", line=3)])
    assert outcomes(verdicts) == [Outcome.UNIDENTIFIED, Outcome.NOT_A_DEPOSIT]


@pytest.mark.parametrize(
    "back",
    [
        deposit("-1305.00", "SPEI ENVIADO 1234566", line=3),
        deposit("-1304.99", "DEVOLUCION 1234566", line=3),
        deposit("-1305.00", "DEVOLUCION 1234566", line=3, date=DAY - timedelta(1)),
    ],
)
def test_what_gives_nothing_back(back):
    assert outcomes(judge_all([deposit(), back])) == [Outcome.EXACT, Outcome.NOT_A_DEPOSIT]


def test_a_return_that_could_be_of_two_deposits_undoes_the_one_it_names():
    other = constancia(2, OTHER)
    movements = [
        deposit(),
        deposit(text=OTHER, line=3),
        deposit("-1305.00", f"DEV {OTHER}", line=4),
    ]
    assert outcomes(judge_all(movements, constancia(), other)) == [
        Outcome.EXACT,
        Outcome.REVERSAL,
        Outcome.REVERSAL,
    ]
    unnamed = [*movements[:2], deposit("-1305.00", "DEVOLUCION", line=4)]
    assert judge_all(unnamed, constancia(), other)[2].outcome is Outcome.NOT_A_DEPOSIT
