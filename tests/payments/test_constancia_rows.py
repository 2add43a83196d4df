"""A constancia in the list: the icon and the words that say how it stands."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payments.models import Constancia
from payments.plain import review_of
from payments.proofs import refuse_proof
from payments.recording import record_payment
from payments.reverting import revert_payments
from payments.services import cancel_constancia, expire_due
from payments.state import Mark, constancia_state, row_state
from tests import factories
from tests.payments.proof_samples import text_of


def part(constancia: Constancia, by) -> None:
    """A part of it was deposited in time and is confirmed now."""
    paid_on = timezone.localdate() - timedelta(days=7)
    record_payment(deposit=factories.make_deposit(constancia, "1000.00", paid_on=paid_on), by=by)


def refuse(constancia: Constancia, by) -> None:
    refuse_proof(proof=factories.make_proof(constancia), reason="No se lee.", by=by)


def take_back(constancia: Constancia, by) -> None:
    factories.pay(constancia, by)
    revert_payments(payments=[constancia.payments.get().pk], reason="Rebotó.", by=by)


def send(constancia: Constancia, by) -> None:
    factories.make_proof(constancia)


def cancel(constancia: Constancia, by) -> None:
    cancel_constancia(constancia=constancia, by=by)


def expire(constancia: Constancia, by) -> None:
    assert expire_due() == 1


WAYS = [
    (30, [], Mark.ACT, "Vigente"),
    (0, [], Mark.ACT, "Vigente"),
    (30, [refuse], Mark.ACT, "Vigente"),
    (30, [take_back], Mark.ACT, "Vigente"),
    (30, [send], Mark.WAIT, "Comprobante en revisión"),
    (30, [part], Mark.ACT, "Falta una parte"),
    (30, [part, send], Mark.WAIT, "Falta una parte, comprobante en revisión"),
    (30, [factories.pay], Mark.DONE, "Pagada"),
    (30, [send, factories.pay], Mark.DONE, "Pagada"),
    (30, [cancel], Mark.STOPPED, "Cancelada"),
    (30, [cancel, send], Mark.WAIT, "Cancelada, comprobante en revisión"),
    (-1, [], Mark.STOPPED, "Vencida"),
    (-1, [expire], Mark.STOPPED, "Vencida"),
    (-1, [send], Mark.WAIT, "Vencida, comprobante en revisión"),
    (-1, [expire, send], Mark.WAIT, "Vencida, comprobante en revisión"),
    (-1, [part], Mark.ACT, "Vencida, falta una parte"),
    (-1, [part, send], Mark.WAIT, "Vencida, falta una parte, comprobante en revisión"),
]


@pytest.mark.parametrize(("days", "steps", "mark", "words"), WAYS)
def test_the_list_says_it_as_the_panel_does(signed_in, user, cxc, issued, days, steps, mark, words):
    constancia = issued(days, ago=10)
    for step in steps:
        step(constancia, cxc)
    row = Constancia.objects.with_paid().select_related("quote").get(pk=constancia.pk)
    review = review_of(row)
    told = row_state(row, timezone.localdate(), in_review=bool(review and review.is_waiting))
    assert (told.icon, told.words) == (mark.icon, words)
    assert told.is_payable == (days >= 0 and row.is_open)
    # Those are the words that the page explains as the ones that may be paid.
    assert told.is_payable or not words.startswith(("Vigente", "Falta una parte"))
    assert constancia_state(row, review, timezone.localdate()).mark is mark
    client = signed_in(user)
    client.post("/aviso-4.0/")  # which comes first once it is paid
    page = text_of(client.get("/constancias/"))
    assert f"{row.printed_reference} {words} {row.issued_at:%d/%m/%Y}" in page
    assert page.count("ya no se paga") == (not told.is_payable)


@pytest.mark.parametrize("count", [1, 3])
def test_a_fixed_number_of_queries(signed_in, user, django_assert_num_queries, count):
    for _ in range(count):
        constancia = factories.make_constancia(user, factories.make_quote(user.customer))
        factories.make_proof(constancia)
    client = signed_in(user)
    with django_assert_num_queries(5):
        assert client.get("/constancias/").status_code == 200
