"""The queue of deposits that wait for a person, and each decision about one."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from payments.models import Constancia, Payment
from payments.recording import record_payment
from payments.references import format_reference
from reconciliation.deciding import Part as Share
from reconciliation.deciding import assign, comment, ignore
from reconciliation.models import Movement, MovementComment
from reconciliation.searching import find_constancias
from tests import factories
from tests.reconciliation.bank import imported, spei, statement

QUEUE = "/admin/reconciliation/movement/"
HOSTILE = ["\x00", "x\x00y", "9" * 5000, "ñ" * 100_000, "%_\\'\"<script>", "\U0001f4b8" * 300]


def page_of(movement) -> str:
    return f"{QUEUE}{movement.pk}/change/"


def action_of(movement, word: str) -> str:
    return f"{QUEUE}{movement.pk}/{word}/"


def text_of(page) -> str:
    """What is on the page, without its tags and spacing."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def listed(client, query=None) -> list[str]:
    """The amounts in the list, in its order."""
    page = client.get(QUEUE, query or {}).content.decode()
    return re.findall(r'field-money"><a[^>]*>([^<]+)<', page)


def deposit(by, amount: str = "1305.00", constancia=None, **fields) -> Movement:
    """A deposit of a statement of its own; without a constancia, nobody's."""
    rows = Movement.objects.count()
    read = imported(
        statement(spei(constancia, amount, folio=rows + 1, **fields), opening=f"{rows}.00"), by
    )
    return read.movements.get()


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


@pytest.fixture
def clerk(db):
    """May look at movements, and no more."""
    person = factories.make_user(is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_movement"))
    return person


def apply(client, movement, constancia, missing=None, **fields):
    """Press the button of a constancia, as the page had it."""
    row = Constancia.objects.with_paid().get(pk=constancia.pk)
    data = {"constancia": row.pk, "missing": missing or f"{row.missing:.2f}", **fields}
    return client.post(action_of(movement, "aplicar"), data, follow=True)


def rows(*pairs: tuple[str, str], total: int | None = None) -> dict[str, str]:
    """The rows of "repartir" as a browser sends them."""
    data = {"partes-TOTAL_FORMS": str(total or len(pairs)), "partes-INITIAL_FORMS": "0"}
    for number, (reference, amount) in enumerate(pairs):
        data |= {f"partes-{number}-reference": reference, f"partes-{number}-amount": amount}
    return data


class TestList:
    """What waits, oldest first."""

    def test_only_those_that_wait_for_a_person_oldest_first(self, client, cxc, user):
        today = timezone.localdate()
        deposit(cxc, "11.00")
        deposit(cxc, "12.00", day=today - timedelta(days=2))
        set_aside = deposit(cxc, "13.00")
        ignore(movement=set_aside, reason="Es un préstamo.", by=cxc)
        exact = factories.make_constancia(user)
        deposit(cxc, str(exact.total), exact)
        assert listed(client) == ["$12.00", "$11.00"]
        assert listed(client, {"state__exact": "ignored"}) == ["$13.00"]
        assert len(listed(client, {"state__exact": "all"})) == 4

    def test_a_row_tells_why_and_marks_the_digits(self, client, cxc, constancia):
        deposit(cxc, "5.00", constancia)
        page = client.get(QUEUE).content.decode()
        assert f"<mark>{constancia.reference}</mark>" in page
        assert "faltan $1,300.00" in page
        assert "parcial" in page

    def test_what_the_bank_wrote_is_escaped(self, client, cxc):
        deposit(cxc, text="<b>&amp")
        assert "&lt;b&gt;&amp;amp" in client.get(QUEUE).content.decode()

    def test_filters(self, client, cxc, constancia):
        partial = deposit(cxc, "5.00", constancia)
        deposit(cxc, "6.00")
        assert listed(client, {"verdict__exact": "partial"}) == ["$5.00"]
        assert listed(client, {"statement__id__exact": partial.statement_id}) == ["$5.00"]
        assert listed(client, {"statement__id__exact": "x"}) == []
        assert len(listed(client, {"date__gte": str(timezone.localdate())})) == 2

    @pytest.mark.parametrize(
        "spelling", ["{0}", "{1}", "Ref. {1}", "5", "$5.00", "SANTANDER 014", "santander"]
    )
    def test_a_search_looks_through_all(self, client, cxc, constancia, spelling):
        deposit(cxc, "5.00", constancia)
        deposit(cxc, "6.00", text="OTRO", day=timezone.localdate() - timedelta(days=1))
        words = spelling.format(constancia.reference, format_reference(constancia.reference))
        assert "$5.00" in listed(client, {"q": words})
        if "SANTANDER" not in words.upper():
            assert listed(client, {"q": words}) == ["$5.00"]

    def test_an_applied_one_is_found_by_its_constancia(self, client, cxc, movement, constancia):
        assign(movement=movement, parts=[Share(constancia.pk, movement.amount)], by=cxc)
        assert listed(client, {"q": constancia.printed_reference}) == ["$1,305.00"]

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_queries_do_not_grow(self, client, cxc, count, django_assert_num_queries):
        for number in range(count):
            deposit(cxc, f"{number + 1}.00")
        with django_assert_num_queries(7):
            assert len(listed(client)) == count

    @pytest.mark.parametrize("text", HOSTILE)
    @pytest.mark.parametrize(
        "name", ["q", "state__exact", "verdict__exact", "statement__id__exact", "date__gte", "p"]
    )
    def test_no_address_breaks_it(self, client, cxc, movement, name, text):
        assert client.get(QUEUE, {name: text}).status_code in (200, 302, 400)


class TestPage:
    """One movement."""

    def test_it_tells_what_the_bank_says_and_why(self, client, cxc, constancia):
        movement = deposit(cxc, "5.00", constancia)
        page = client.get(page_of(movement))
        told = text_of(page)
        assert f"<mark>{constancia.reference}</mark>" in page.content.decode()
        assert "Veredicto: parcial" in told
        assert "faltan $1,300.00" in told
        name = constancia.customer_name
        assert f"Aplicar a {constancia.printed_reference} de {name} ($5.00)" in told
        assert "Seguirían faltando $1,300.00" in told

    def test_looking_changes_nothing(self, client, movement, constancia):
        before = Movement.objects.filter(pk=movement.pk).values().get()
        client.get(page_of(movement), {"q": "1305", "parte": constancia.pk})
        for word in ("aplicar", "repartir", "descartar", "comentar", "deshacer", "devuelto"):
            answer = client.get(action_of(movement, word))
            assert (answer.status_code, answer.url) == (302, page_of(movement))
        assert Movement.objects.filter(pk=movement.pk).values().get() == before
        assert not Payment.objects.exists()

    def test_the_keyboard_finds_its_way(self, client, cxc, constancia):
        movement = deposit(cxc, "5.00", constancia)
        later = deposit(cxc, "6.00")
        page = client.get(page_of(movement)).content.decode()
        assert re.search(r'<input[^>]*name="q"[^>]*accesskey="b"[^>]* autofocus', page)
        assert re.search(rf'href="{page_of(later)}" accesskey="n"', page)
        assert re.search(r'<button[^>]*accesskey="a"', page)

    def test_who_may_only_look_finds_no_buttons(self, movement, clerk, signed_in):
        page = signed_in(clerk).get(page_of(movement))
        assert page.status_code == 200
        assert 'action="/admin/reconciliation/' not in page.content.decode()

    def test_strangers_are_kept_out(self, movement, user, clerk, client, signed_in):
        stranger = factories.make_user(is_staff=True)
        assert signed_in(stranger).get(page_of(movement)).status_code == 403
        assert signed_in(stranger).get(QUEUE).status_code == 403
        assert signed_in(stranger).get(f"{QUEUE}saldos/").status_code == 403
        for word in ("aplicar", "repartir", "descartar", "comentar", "deshacer", "devuelto"):
            for person in (clerk, stranger):
                assert signed_in(person).post(action_of(movement, word)).status_code == 403
            assert signed_in(user).post(action_of(movement, word)).status_code in (302, 403)
        assert not MovementComment.objects.exists()
        movement.refresh_from_db()
        assert movement.state == "waiting"

    @pytest.mark.parametrize("pk", ["0", "999999", "9" * 30, "x", "%00"])
    def test_one_that_is_not_there(self, client, pk):
        assert client.get(f"{QUEUE}{pk}/change/").status_code == 404

    @pytest.mark.parametrize("pk", ["0", "999999", "9" * 30])
    def test_nothing_is_decided_of_one_that_is_not_there(self, client, pk):
        assert client.post(f"{QUEUE}{pk}/descartar/", {"reason": "x"}).status_code == 404

    def test_its_history_tells_all(self, client, cxc, movement, constancia):
        comment(movement=movement, text="Le llamé al cliente.", by=cxc)
        apply(client, movement, constancia)
        client.post(action_of(movement, "deshacer"), {"reason": "Era de otro."})
        client.post(action_of(movement, "descartar"), {"reason": "Es un préstamo."})
        again = imported(statement(spei(None, "1305.00"), spei(None, "7.00", folio=9)), cxc)
        told = text_of(client.get(page_of(movement)))
        for text in (
            "Comentario: Le llamé al cliente.",
            f"Pago de $1,305.00 a {constancia.printed_reference}",
            f"Se deshizo el pago de $1,305.00 de {constancia.printed_reference}: Era de otro.",
            "Descartado: Es un préstamo.",
            f"También viene en {again}",
        ):
            assert text in told

    def test_the_queries_do_not_grow(self, client, cxc, constancia, django_assert_num_queries):
        one, two = deposit(cxc, "5.00", constancia), deposit(cxc, "6.00", constancia)
        for _ in range(3):
            comment(movement=two, text="Nota.", by=cxc)
        for movement in (one, two):
            with django_assert_num_queries(15):
                client.get(page_of(movement))


class TestSearching:
    """The box that finds constancias."""

    def test_by_reference_name_rfc_or_what_it_lacks(self, constancia, user, outsider, cxc):
        other = factories.make_constancia(outsider)
        customer = user.customer
        for text in (
            constancia.reference,
            f"ref {constancia.printed_reference}",
            customer.rfc.lower(),
            customer.legal_name,
        ):
            assert find_constancias(text) == [constancia], text
        assert set(find_constancias("$1,305")) == {constancia, other}
        part = factories.make_deposit(other, "1000.00")
        record_payment(deposit=part, by=cxc)
        assert find_constancias("305.00") == [other]

    def test_a_paid_one_is_not_offered(self, constancia, cxc):
        factories.pay(constancia, cxc)
        assert find_constancias(constancia.reference) == []

    def test_the_page_offers_what_it_finds(self, client, movement, constancia):
        told = text_of(client.get(page_of(movement), {"q": constancia.customer_rfc}))
        assert f"Aplicar a {constancia.printed_reference}" in told
        told = text_of(client.get(page_of(movement), {"q": "Nadie"}))
        assert "Ninguna constancia que espere dinero coincide" in told

    @pytest.mark.parametrize("text", HOSTILE)
    def test_no_search_breaks_it(self, client, movement, text):
        assert client.get(page_of(movement), {"q": text, "parte": text}).status_code == 200


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
        apply(client, movement, constancia, confirmed="1")
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
        assert "Se deshizo: espera otra vez" in text_of(page)
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
        assign(movement=kept, parts=[Share(constancia.pk, amount)], by=cxc)
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
        assert listed(client) == ["-$1,305.00"]

    def test_another_has_nothing_to_take_back(self, client, movement):
        page = client.post(action_of(movement, "devuelto"), follow=True)
        assert "no devuelve ningún depósito" in text_of(page)
