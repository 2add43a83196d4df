"""What a statement brings, before anything is confirmed; how far the worker is with it."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from payments.models import Payment
from reconciliation.models import Movement, Statement
from reconciliation.reading import upload_statement
from tests import factories
from tests.reconciliation.bank import imported, spei, statement
from tests.reconciliation.desk import text_of
from tests.reconciliation.statement_pages.desk import LIST, page_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


class TestLight:
    """What the statement brings, before anything is confirmed."""

    def test_the_groups_add_up(self, client, read):
        page = text_of(client.get(page_of(read)))
        assert "Listos para confirmar 1 · $1,305.00" in page
        assert "Necesitan a una persona 1 · $700.00" in page
        assert "No son para nosotros 1 · -$11.60" in page
        assert "Ya aplicados 0 · $0.00" in page
        assert "Depósitos $2,005.00; retiros -$11.60; en total $1,993.40 en 3 movimientos" in page
        assert not Payment.objects.exists()

    def test_each_verdict_leads_to_its_queue(self, client, read):
        page = client.get(page_of(read)).content.decode()
        query = f"?statement__id__exact={read.pk}&amp;verdict__exact=unidentified"
        [address] = re.findall(rf'"([^"]*{re.escape(query)})"', page)
        queue = client.get(address.replace("&amp;", "&"))
        assert queue.status_code == 200
        assert "RENTA" in queue.content.decode()

    def test_the_digits_that_matched_are_marked(self, client, read, constancia):
        page = client.get(page_of(read)).content.decode()
        assert f"<mark>{constancia.reference}</mark>FACTURAMOS" in page
        assert constancia.printed_reference in page
        assert constancia.customer_name in page

    def test_repeated_lines_are_told_apart(self, client, read, content, cxc):
        again = imported(content.replace(b"\r\n", b"\n"), cxc)
        page = text_of(client.get(page_of(again)))
        assert "Repetidas: 3 · $1,993.40" in page
        assert "en total $0.00 en 0 movimientos" in page

    def test_what_was_undone_before_an_invoice_stopped_it_is_told(self, client, read):
        read.movements.filter(verdict="unidentified").update(state="void")
        page = text_of(client.get(page_of(read)))
        assert "Necesitan a una persona 0 · $0.00" in page
        assert "en total $1,993.40 en 3 movimientos" in page
        assert "y de lo que se deshizo: 1 · $700.00" in page

    def test_another_currency_is_counted_and_not_added_up(self, client, read):
        dollars = read.movements.get(verdict="unidentified")
        values = {
            field.attname: getattr(dollars, field.attname)
            for field in Movement._meta.concrete_fields
            if not field.primary_key
        }
        Movement.objects.create(**values | {"fingerprint": "usd", "currency": "USD"})
        page = text_of(client.get(page_of(read)))
        assert "Necesitan a una persona 2 · $700.00" in page
        assert "1 en otra moneda: se cuentan, pero no se suman." in page

    def test_unreadable_lines_and_gaps_are_listed(self, client, constancia, cxc):
        lines = statement(*(spei(None, "10.00", folio=n) for n in range(6))).split(b"\r\n")
        bad = b"99-99-2026\t<script>SIN FECHA\t\t10.00\t1.00"
        read = imported(b"\r\n".join([*lines[:3], *lines[4:], bad]), cxc)
        page = client.get(page_of(read))
        assert "&lt;script&gt;SIN FECHA" in page.content.decode()
        assert "No se pudo leer 1 línea." in text_of(page)
        assert "Faltan movimientos por $10.00" in text_of(page)

    def test_the_exact_ones_come_page_by_page(self, client, monkeypatch, user, cxc):
        monkeypatch.setattr("reconciliation.admin.statement_page.EXACT_SHOWN", 2)
        rows = [spei(factories.make_constancia(user), folio=n + 20) for n in range(3)]
        many = imported(statement(*rows), cxc)
        first = client.get(page_of(many)).content.decode()
        assert "1 a 2 de 3" in first
        assert "?p=2" in first
        assert "3 a 3 de 3" in client.get(page_of(many) + "?p=2").content.decode()
        assert client.get(page_of(many) + "?p=tonto").status_code == 200

    @pytest.mark.parametrize("number", [1, 3])
    def test_its_queries_do_not_grow(self, client, user, cxc, number, django_assert_num_queries):
        people = [factories.make_consenting_user() for _ in range(number)]
        rows = [spei(factories.make_constancia(each), folio=n) for n, each in enumerate(people)]
        read = imported(statement(*rows), cxc)
        with django_assert_num_queries(11):
            client.get(page_of(read))

    @pytest.mark.parametrize("number", [1, 3])
    def test_nor_do_the_lists(self, client, constancia, cxc, number, django_assert_num_queries):
        for n in range(number):
            imported(statement(spei(constancia, folio=n), spei(None, "5.00", folio=50 + n)), cxc)
        with django_assert_num_queries(6):
            page = client.get(LIST)
        assert page.content.decode().count("$1,310.00") == number

    def test_the_list_tells_what_became_of_each(self, client, read):
        client.post(page_of(read, "confirmar"))
        row = text_of(client.get(LIST))
        assert re.search(r"movimientos\.exp leído .* 3 1 1 \$2,005\.00", row)


class TestProgress:
    """While the worker has it."""

    @pytest.fixture
    def waiting(self, content, cxc):
        return upload_statement(name="grande.exp", content=content, by=cxc)[0]

    def show(self, client, waiting, **changes) -> str:
        Statement.objects.filter(pk=waiting.pk).update(**changes)
        return client.get(page_of(waiting)).content.decode()

    def test_it_shows_how_far_it_is_and_looks_again(self, client, waiting):
        page = self.show(client, waiting, done=2000, total=8000, worked_at=timezone.now())
        assert '<meta http-equiv="refresh" content="3">' in page
        assert 'max="8000" value="2000"' in page
        assert "No avanza" not in page

    def test_a_silence_is_told(self, client, waiting):
        page = self.show(client, waiting, worked_at=timezone.now() - timedelta(minutes=2))
        assert "No avanza desde las" in page
        assert "el trabajo sigue solo" in page

    def test_done_it_looks_no_more(self, client, read):
        assert "refresh" not in client.get(page_of(read)).content.decode()

    def test_a_failure_says_why(self, client, constancia, cxc):
        failed = imported(b"%PDF-1.7", cxc)
        page = text_of(client.get(page_of(failed)))
        assert "Es un PDF." in page
        assert "Cargar otro archivo" in page
