"""What the timeline tells of a proof."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from payments.timeline import Review, Road, Turn, timeline
from tests.payments.ledger import JUAREZ

SENT = datetime(2026, 12, 31, 23, 30, tzinfo=JUAREZ)
REFUSED = Review(SENT, SENT, date(2027, 1, 2), "No se lee.")
ROAD = Road(quoted_on=date(2026, 12, 1), issued_on=date(2026, 12, 2), expires_on=date(2027, 1, 1))


def proof_and_payment(**changes):
    """The two steps that a proof moves."""
    return timeline(replace(ROAD, **changes))[2:4]


def test_the_company_answers_within_a_day_of_the_hour_it_was_sent():
    for seen_at in (SENT, SENT + timedelta(hours=24)):
        assert Review(SENT, seen_at).promise == (
            "Confirmaremos su pago en 24 horas, a más tardar el 1 de enero de 2027 a las 23:30, "
            "hora de Ciudad Juárez."
        )


def test_once_the_hour_passed_it_says_that_the_company_is_late():
    late = Review(SENT, SENT + timedelta(hours=24, seconds=1))
    assert late.promise == (
        "Debimos contestarle a más tardar el 1 de enero de 2027 a las 23:30, hora de Ciudad "
        "Juárez: escríbanos a "
        "cxc@sistemasperseo.com con su referencia."
    )
    _, payment = proof_and_payment(review=late)
    assert "Debimos contestarle" in payment.promise


@pytest.mark.parametrize(
    ("sent_at", "due"),
    [
        (datetime(2026, 3, 7, 14, 30, tzinfo=JUAREZ), "8 de marzo de 2026 a las 15:30"),
        (datetime(2026, 10, 31, 14, 30, tzinfo=JUAREZ), "1 de noviembre de 2026 a las 13:30"),
    ],
    ids=["23 hours in the day", "25 hours in the day"],
)
def test_a_day_is_24_hours_though_the_clock_changes(sent_at, due):
    review = Review(sent_at, sent_at.astimezone(UTC) + timedelta(hours=24))
    assert f"a más tardar el {due}, hora de Ciudad Juárez." in review.promise


def test_a_part_that_was_confirmed_is_told_while_a_proof_is_in_review():
    _, payment = proof_and_payment(review=Review(SENT, SENT), partly_paid_on=date(2027, 1, 1))
    assert payment.turn == Turn.COMPANY
    assert "Confirmamos una parte el 1 de enero de 2027; falta el resto." in payment.expected


@pytest.mark.parametrize(
    "before", [{}, {"stopped_on": date(2027, 1, 3)}, {"partly_paid_on": date(2027, 1, 1)}]
)
def test_in_review_the_turn_is_the_companys_whatever_came_before(before):
    proof, payment = proof_and_payment(review=Review(SENT, SENT), **before)
    assert (proof.turn, proof.since) == (Turn.DONE, SENT.date())
    assert (payment.turn, payment.since) == (Turn.COMPANY, SENT.date())
    assert "En revisión" in payment.expected
    assert "1 de enero de 2027 a las 23:30" in payment.promise


def test_refused_it_is_the_customers_turn_with_the_reason():
    proof, payment = proof_and_payment(review=REFUSED)
    assert (proof.turn, proof.since) == (Turn.CUSTOMER, date(2027, 1, 2))
    assert "No se lee." in proof.expected
    assert payment.turn == Turn.LATER


def test_refused_on_one_that_stopped_tells_the_reason_and_stays_stopped():
    proof, payment = proof_and_payment(review=REFUSED, stopped_on=date(2027, 1, 3))
    assert (proof.turn, payment.turn) == (Turn.STOPPED, Turn.NEVER)
    assert "No se lee." in proof.expected


def test_only_the_step_where_it_stopped_says_so_and_has_a_day():
    steps = timeline(replace(ROAD, stopped_on=date(2027, 1, 3)))
    assert [step.turn for step in steps] == [
        *(Turn.DONE, Turn.DONE, Turn.STOPPED),
        *(Turn.NEVER, Turn.NEVER),
    ]
    assert [step.since for step in steps[2:]] == [date(2027, 1, 3), None, None]
    assert Turn.NEVER.own == "No aplica"


def test_paid_is_done_whatever_was_sent():
    proof, payment = proof_and_payment(review=REFUSED, paid_on=date(2027, 1, 4))
    assert (proof.turn, payment.turn) == (Turn.DONE, Turn.DONE)


def test_without_a_proof_nothing_changes():
    proof, payment = proof_and_payment()
    assert (proof.turn, payment.turn) == (Turn.CUSTOMER, Turn.LATER)
