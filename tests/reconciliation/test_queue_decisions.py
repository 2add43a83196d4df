"""Each decision about a deposit that waits for a person."""

from decimal import Decimal

import pytest

from payments.models import Constancia, Payment
from payments.recording import record_payment
from reconciliation.deciding import OverError, Part, assign
from reconciliation.models import Movement, MovementComment
from tests import factories
from tests.reconciliation.bank import imported, spei, statement
from tests.reconciliation.desk import QUEUE, action_of, apply, deposit, page_of, rows, text_of

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _account(db):
    """Where deposits arrive."""
    factories.make_bank_account()


@pytest.fixture
def client(cxc, signed_in):
    return signed_in(cxc)


@pytest.fixture
def constancia(user):
    return factories.make_constancia(user)


@pytest.fixture
def movement(constancia, cxc):
    """Of the constancia's amount, but without any reference."""
    return deposit(cxc)


class TestApplying:
    """The whole deposit to one constancia."""

    def test_one_click_when_the_amount_is_what_is_missing(self, client, cxc, movement, constancia):
        coming = deposit(cxc, "2.00")
        page = apply(client, movement, constancia)
        assert page.redirect_chain == [(page_of(coming), 302)], "the next of the queue"
        assert f"aplicado a {constancia}" in text_of(page)
        constancia.refresh_from_db()
        assert (constancia.status, constancia.paid_by) == ("paid", cxc)

    def test_after_the_last_comes_the_empty_queue(self, client, movement, constancia):
        page = apply(client, movement, constancia)
        assert page.redirect_chain == [(QUEUE, 302)]
        assert "No queda ningún depósito por decidir" in text_of(page)

    @pytest.mark.parametrize(
        ("amount", "sentence", "status"),
        [("1400.00", "Sobran $95.00", "paid"), ("1000.00", "Faltan $305.00", "open")],
    )
    def test_another_amount_is_asked_once_more(
        self, client, cxc, constancia, amount, sentence, status
    ):
        movement = deposit(cxc, amount, constancia)
        page = apply(client, movement, constancia)
        assert sentence in text_of(page)
        assert not Payment.objects.exists()
        box = {"accept_over": "on"} if status == "paid" else {}
        assert ('name="accept_over"' in page.content.decode()) is bool(box)
        apply(client, movement, constancia, confirmed="1", **box)
        constancia.refresh_from_db()
        assert constancia.status == status
        assert Payment.objects.get().amount == Decimal(amount)

    def test_what_changed_since_the_page_was_opened_is_asked(
        self, client, cxc, movement, constancia
    ):
        record_payment(deposit=factories.make_deposit(constancia, "5.00"), by=cxc)
        page = apply(client, movement, constancia, missing="1305.00", confirmed="1")
        assert "Sobran $5.00" in text_of(page)
        assert Payment.objects.count() == 1

    def test_too_much_needs_the_box(self, client, cxc, constancia):
        movement = deposit(cxc, "1400.00", constancia)
        page = apply(client, movement, constancia, confirmed="1")
        assert "Marque la casilla si así debe ser" in text_of(page)
        assert "Error:" in text_of(page)
        with pytest.raises(OverError, match=r"sobran \$95\.00"):
            assign(movement=movement, parts=[Part(constancia.pk, movement.amount)], by=cxc)
        assert not Payment.objects.exists()

    def test_two_people_at_once(self, client, cxc, movement, constancia, user):
        other = factories.make_constancia(user)
        apply(client, movement, constancia)
        page = apply(client, movement, other)
        assert "Este movimiento ya está aplicado; no se hizo nada." in text_of(page)
        assert Payment.objects.count() == 1
        page = client.post(action_of(movement, "descartar"), {"reason": "x"}, follow=True)
        assert "ya está aplicado" in text_of(page)

    def test_a_paid_constancia_is_told(self, client, cxc, movement, constancia):
        factories.pay(constancia, cxc)
        page = apply(client, movement, constancia, confirmed="1")
        assert "está pagada; no se registró ningún pago" in text_of(page)
        assert Payment.objects.count() == 1

    @pytest.mark.parametrize("text", ["", "x", "0", "-1", "9" * 30, "999999", "\x00"])
    def test_no_constancia_is_told(self, client, movement, text):
        data = {"constancia": text, "missing": "1.00", "confirmed": "1"}
        page = client.post(action_of(movement, "aplicar"), data, follow=True)
        assert "Elija la constancia de nuevo" in text_of(page)
        assert not Payment.objects.exists()

    def test_dollars_are_not_offered_as_pesos(self, client, cxc, movement, constancia):
        foreign = Movement.objects.create(
            **{
                **Movement.objects.filter(pk=movement.pk).values().get(),
                "id": None,
                "fingerprint": "otra",
                "currency": "USD",
            }
        )
        told = text_of(client.get(page_of(foreign), {"q": constancia.reference}))
        assert "No está en pesos" in told
        assert "Aplicar a" not in told
        page = apply(client, foreign, constancia)
        assert "no en pesos" in text_of(page)
        assert not Payment.objects.exists()


class TestSplitting:
    """One deposit over several constancias."""

    @pytest.fixture
    def two(self, user):
        return [factories.make_constancia(factories.make_consenting_user()) for _ in "ab"]

    def test_rows_that_sum_up(self, client, cxc, two):
        movement = deposit(cxc, "2610.00")
        pairs = [(two[0].printed_reference, "1,305.00"), (two[1].reference, "1305"), ("", "")]
        page = client.post(action_of(movement, "repartir"), rows(*pairs), follow=True)
        assert "repartido" in text_of(page)
        assert set(Constancia.objects.values_list("status", flat=True)) == {"paid"}
        assert movement.applications.count() == 2

    def test_chosen_ones_stand_in_the_rows_already(self, client, cxc, two):
        movement = deposit(cxc, "2610.00")
        page = client.get(page_of(movement), {"parte": [row.pk for row in two]}).content.decode()
        for row in two:
            assert f'value="{row.printed_reference}"' in page
        assert page.count('value="1,305.00"') == 2
        assert '<details id="repartir" open>' in page

    def test_two_references_in_the_text_stand_in_the_rows_already(self, client, cxc, two):
        text = f" {two[1].reference}"
        movement = deposit(cxc, "2610.00", two[0], text=text)
        assert movement.verdict == "several"
        page = client.get(page_of(movement)).content.decode()
        assert page.count('value="1,305.00"') == 2

    def test_not_when_they_do_not_make_it_up(self, client, cxc, two):
        movement = deposit(cxc, "2000.00", two[0], text=f" {two[1].reference}")
        page = client.get(page_of(movement)).content.decode()
        assert '<details id="repartir">' in page
        assert 'value="1,305.00"' not in page

    @pytest.mark.parametrize(
        ("second", "sentence"),
        [
            (("", ""), "suman $1,305.00 y el depósito es de $2,610.00"),
            (("", "5.00"), "Escriba la referencia de la constancia"),
            (("{0}", ""), "Escriba cuánto de este depósito"),
            (("{1}", "1305.00"), "Puso dos veces la misma constancia"),
            (("{0}", "mucho"), "Escriba un importe en pesos"),
            (("1234567", "1305.00"), "no puede existir"),
            (("935447", "1305.00"), "Ninguna constancia lleva la referencia 935 447"),
            (("{0}", "0"), "mayor que cero"),
            (("x\x00", "1"), "Caracteres nulos"),
        ],
    )
    def test_what_is_wrong_is_told_with_what_was_typed(self, client, cxc, two, second, sentence):
        movement = deposit(cxc, "2610.00")
        reference = second[0].format(two[1].reference, two[0].reference)
        data = rows((two[0].reference, "1,305.00"), (reference, second[1]))
        page = client.post(action_of(movement, "repartir"), data, follow=True)
        assert sentence in text_of(page)
        assert f'value="{two[0].reference}"' in page.content.decode()
        assert not Payment.objects.exists()

    def test_a_part_that_is_too_much_is_asked_about(self, client, cxc, two):
        movement = deposit(cxc, "2610.00")
        data = rows((two[0].reference, "1400.00"), (two[1].reference, "1210.00"))
        page = client.post(action_of(movement, "repartir"), data, follow=True)
        printed = two[0].printed_reference
        assert (
            f"A la constancia {printed} le faltan $1,305.00 y le tocan $1,400.00: sobran $95.00."
            in text_of(page)
        )
        assert two[1].printed_reference not in text_of(page)
        assert 'name="accept_over"' in page.content.decode()
        assert 'value="1400.00"' in page.content.decode(), "what was typed stays"
        assert not Payment.objects.exists()
        data["accept_over"] = "on"
        client.post(action_of(movement, "repartir"), data)
        assert set(Payment.objects.values_list("amount", flat=True)) == {
            Decimal("1400.00"), Decimal("1210.00")
        }  # fmt: skip

    def test_the_box_is_not_shown_unasked(self, client, cxc, two):
        movement = deposit(cxc, "2610.00")
        assert "accept_over" not in client.get(page_of(movement)).content.decode()
        data = rows((two[0].reference, "1.00"))
        page = client.post(action_of(movement, "repartir"), data)
        assert "accept_over" not in page.content.decode()

    @pytest.mark.parametrize(
        "data", [{}, rows(total=10**9), {"partes-TOTAL_FORMS": "\x00"}, rows(("", ""))]
    )
    def test_rows_that_no_browser_sends(self, client, movement, data):
        assert client.post(action_of(movement, "repartir"), data).status_code == 200
        assert not Payment.objects.exists()


class TestOtherDecisions:
    """Setting aside, noting, and taking back."""

    def test_to_ignore_takes_a_reason(self, client, cxc, movement):
        coming = deposit(cxc, "2.00")
        page = client.post(action_of(movement, "descartar"), {"reason": " "}, follow=True)
        assert "Escriba el motivo" in text_of(page)
        data = {"reason": "Es un préstamo."}
        page = client.post(action_of(movement, "descartar"), data, follow=True)
        assert page.redirect_chain == [(page_of(coming), 302)]
        movement.refresh_from_db()
        assert (movement.state, movement.decision) == ("ignored", "Es un préstamo.")

    def test_a_comment_stays_on_the_page(self, client, cxc, movement):
        data = {"text": "Le pregunté."}
        page = client.post(action_of(movement, "comentar"), data, follow=True)
        assert page.redirect_chain == [(page_of(movement), 302)]
        assert "Comentario: Le pregunté." in text_of(page)

    def test_an_applied_one_is_undone(self, client, movement, constancia):
        apply(client, movement, constancia)
        page = client.post(action_of(movement, "deshacer"), {"reason": "Error."}, follow=True)
        assert "La decisión se deshizo; el movimiento espera otra vez" in text_of(page)
        constancia.refresh_from_db()
        assert constancia.status == "open"
        page = client.post(action_of(movement, "deshacer"), {"reason": "Error."}, follow=True)
        assert "no tiene ninguna decisión que deshacer" in text_of(page)

    @pytest.mark.parametrize("word", ["descartar", "comentar", "deshacer"])
    @pytest.mark.parametrize("text", ["", "\x00", "x" * 100_000])
    def test_bad_words_are_told(self, client, movement, word, text):
        data = {"reason": text, "text": text}
        page = client.post(action_of(movement, word), data, follow=True)
        assert page.status_code == 200
        assert 'class="error"' in page.content.decode()
        assert not MovementComment.objects.exists()
        movement.refresh_from_db()
        assert movement.state == "waiting"


class TestReturned:
    """The bank gave a deposit back."""

    @pytest.fixture
    def pair(self, cxc, constancia):
        """The deposit, applied, and the line with which it went back."""
        day, concept, amount = spei(constancia, folio=5)
        kept = imported(statement((day, concept, amount)), cxc).movements.get()
        assign(movement=kept, parts=[Part(constancia.pk, amount)], by=cxc)
        back = (day, concept.replace("RECIBIDO", "DEVUELTO"), -amount)
        return kept, imported(statement(back, opening="9.00"), cxc).movements.get()

    @pytest.mark.parametrize("half", [0, 1])
    def test_either_half_alerts_and_takes_the_payment_back(self, client, pair, half, constancia):
        told = text_of(client.get(page_of(pair[half])))
        assert "El banco devolvió este depósito" in told
        assert "Deshacer el pago del depósito devuelto" in told
        client.post(action_of(pair[half], "devuelto"))
        constancia.refresh_from_db()
        assert constancia.status == "open"
        assert set(Movement.objects.values_list("state", flat=True)) == {"ignored"}
        assert "El banco devolvió este depósito:" not in text_of(client.get(page_of(pair[half])))

    def test_it_waits_in_the_queue(self, client, pair):
        assert page_of(pair[1]) in client.get(QUEUE).content.decode()

    def test_another_has_nothing_to_take_back(self, client, movement):
        page = client.post(action_of(movement, "devuelto"), follow=True)
        assert "no devuelve ningún depósito" in text_of(page)
