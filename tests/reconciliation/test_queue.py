"""The queue of deposits that wait for a person, and the page of each."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from payments.models import Payment
from payments.recording import record_payment
from payments.references import format_reference
from reconciliation.deciding import Part, assign, comment, ignore
from reconciliation.models import Movement, MovementComment
from reconciliation.searching import find_constancias
from tests import factories
from tests.reconciliation.bank import imported, spei, statement
from tests.reconciliation.desk import HOSTILE, QUEUE, action_of, apply, deposit, page_of, text_of

pytestmark = pytest.mark.slow


def listed(client, query=None) -> list[str]:
    """The amounts in the list, in its order."""
    page = client.get(QUEUE, query or {}).content.decode()
    return re.findall(r'field-money"><a[^>]*>([^<]+)<', page)


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
        assign(movement=movement, parts=[Part(constancia.pk, movement.amount)], by=cxc)
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
        deposit(cxc, "7.00")  # what comes next
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
        # A NUL is refused before any page: facturamos/addresses.py.
        status = 400 if "\0" in text else 200
        assert client.get(page_of(movement), {"q": text, "parte": text}).status_code == status
