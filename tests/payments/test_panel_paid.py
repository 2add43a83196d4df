"""What the panel says of a payment and of its invoice, and how many queries it all takes."""

import pytest

from payments.models import InvoiceRequest
from payments.services import cancel_constancia
from tests import factories
from tests.payments import cfdis
from tests.payments.panel_page import Seen, day


@pytest.fixture
def client(user, signed_in):
    return signed_in(user)


class TestPaid:
    """After the payment."""

    def test_until_the_notice_was_read_the_panel_leads_to_it(self, client, issued, cxc):
        factories.pay(issued(30), cxc)
        assert client.get("/panel/").headers["Location"] == "/aviso-4.0/"

    def test_all_done(self, client, issued, cxc):
        constancia = factories.pay(issued(30), cxc)
        client.post("/aviso-4.0/")
        seen = Seen(client)
        assert (seen.mark, seen.heading) == ("Listo", "Su renovación está pagada")
        assert seen.primary == "Ver el aviso y el manual de la versión 4.0"
        assert seen.when == f"Tiene la versión 4.0 desde el {day(0)}."
        assert "Solicitar mi factura" in seen.text
        assert f"/constancias/{constancia.reference}/factura/" in seen.html

    def test_a_later_quote_that_expired_is_told(self, client, user, issued, cxc):
        factories.pay(issued(30), cxc)
        client.post("/aviso-4.0/")
        factories.make_quote(user.customer, days=-1)
        assert Seen(client).heading == "Su cotización venció"


class TestInvoice:
    """One that was asked for is not offered again."""

    SEE = "Ver mi factura solicitada"

    def address(self, constancia) -> str:
        return f'href="/constancias/{constancia.reference}/factura/"'

    def test_asked_for_before_paying(self, client, issued):
        constancia = issued(30)
        assert self.address(constancia) not in Seen(client).html
        factories.make_invoice_request(constancia)
        seen = Seen(client)
        assert seen.text.count(self.SEE) == 1
        assert self.address(constancia) in seen.html

    def test_once_overdue_there_will_be_none(self, client, issued):
        constancia = issued(-1)
        InvoiceRequest.objects.create(constancia=constancia, requested_by=constancia.issued_by)
        assert self.address(constancia) not in Seen(client).html

    def test_asked_for_after_paying(self, client, issued, cxc):
        constancia = factories.pay(issued(30), cxc)
        client.post("/aviso-4.0/")
        assert "Solicitar mi factura" in Seen(client).text
        asked = factories.make_invoice_request(constancia)
        seen = Seen(client)
        assert self.SEE in seen.text
        assert "Solicitar mi factura" not in seen.text
        assert "cuando la emitamos, se la enviaremos por correo" in seen.text
        cfdis.issue(asked, cxc)
        seen = Seen(client)
        assert "Descargar mi factura" in seen.text
        assert "cuando la emitamos" not in seen.text


class TestQueries:
    """As many for one constancia as for three."""

    @pytest.mark.parametrize("count", [1, 3])
    def test_a_fixed_number(self, client, user, issued, cxc, django_assert_num_queries, count):
        with django_assert_num_queries(6):
            client.get("/panel/")
        for _ in range(count):
            constancia = issued(30)
            cancel_constancia(constancia=constancia, by=user)
        with django_assert_num_queries(7):
            client.get("/panel/")
        constancia = factories.make_constancia(user, constancia.quote)
        with django_assert_num_queries(6):
            client.get("/panel/")
        factories.pay(constancia, cxc)
        client.post("/aviso-4.0/")
        with django_assert_num_queries(8):
            client.get("/panel/")
