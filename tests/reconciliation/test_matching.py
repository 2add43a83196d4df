"""Each verdict, with its reason; and what no verdict may ever do."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.references import new_reference
from reconciliation.expected import Expected, Index, Status, neighbours, payer_keys
from reconciliation.matching import Outcome, match, match_all
from reconciliation.movement import Movement

pytestmark = pytest.mark.slow

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


def test_nothing_of_ours():
    assert judge(deposit(text="PAGO")).reason == "No trae ninguna referencia nuestra."
    verdict = judge(deposit(text=f"PAGO {THIRD}"))
    assert verdict.outcome is Outcome.UNIDENTIFIED
    assert verdict.reason == "Trae la referencia 999 9990, que no es de ninguna constancia."


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


def test_neighbours():
    found = neighbours(REFERENCE)
    assert len(found) == len(set(found)) == 7 * 9 + 5  # 66 swapped is the same number
    assert REFERENCE not in found


references = st.integers(0, 899_999).map(lambda draw: new_reference(lambda count: draw))


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


def test_judging_a_movement_changes_nothing():
    index = Index([constancia()])
    assert match(deposit(), index) == match(deposit(), index)
    assert replace(deposit()) == deposit()
