"""A constancia's own page: the same state as on the panel, and where it leads."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from payments.invoices import InvoiceError
from payments.proofs import refuse_proof
from payments.recording import record_payment
from payments.services import cancel_constancia
from tests import factories
from tests.payments.panel_page import Seen, day
from tests.payments.proof_samples import image, text_of


@pytest.fixture
def client(user, signed_in):
    return signed_in(user)


class TestOnItsPage:
    """The constancia's own page says the same, with the PDF where the panel leads to the page."""

    def page(self, client, constancia) -> Seen:
        return Seen(client, f"/constancias/{constancia.reference}/")

    def test_waiting(self, client, issued):
        seen = self.page(client, issued(30))
        assert seen.heading == "Su constancia de pago espera el depósito"
        assert seen.primary == "Descargar la constancia (PDF)"
        assert f"a más tardar el {day(30)}" in seen.when

    def test_the_data_to_pay_with_are_one_press_away(self, client, issued, cxc):
        constancia = issued(30)
        seen = self.page(client, constancia)
        link = '<a class="btn btn-{}" href="#datos">Ver los datos para pagar</a>'
        assert link.format("outline-primary") in seen.html
        assert '<h2 id="datos" tabindex="-1">' in seen.html
        record_payment(deposit=factories.make_deposit(constancia, "1000.00"), by=cxc)
        assert link.format("primary btn-lg") in self.page(client, constancia).html

    @pytest.mark.parametrize("way", ["paid", "cancelled", "overdue"])
    def test_the_pdf_of_one_that_is_over_says_so_and_comes_last(
        self, client, user, issued, cxc, way
    ):
        constancia = issued(-1 if way == "overdue" else 30)
        if way == "paid":
            factories.pay(constancia, cxc)
            client.post("/aviso-4.0/")
        elif way == "cancelled":
            cancel_constancia(constancia=constancia, by=user)
        seen = self.page(client, constancia)
        assert "PDF de cuando se generó (ya no se paga)" in seen.text
        assert "PDF" not in seen.primary
        assert "Descargar la constancia (PDF)" not in seen.text
        assert "Constancia en PDF" not in seen.text
        assert "De cuando se generó: ya no se paga" in text_of(client.get("/constancias/"))

    def test_overdue_it_shows_nowhere_to_pay(self, client, issued):
        constancia = issued(-1)
        seen = self.page(client, constancia)
        assert seen.primary == "Cerrarla y elegir de nuevo"
        assert constancia.clabe not in seen.html

    def test_overdue_its_proofs_page_says_so_too(self, client, issued):
        constancia = issued(-1)
        page = text_of(client.get(f"/constancias/{constancia.reference}/comprobante/"))
        assert "Su constancia de pago venció: no la pague" in page
        assert "Enviar mi comprobante" in page

    def test_past_its_date_what_is_missing_is_not_to_be_paid_unasked(self, client, issued, cxc):
        constancia = issued(-5, ago=10)
        paid_on = timezone.localdate() - timedelta(days=7)
        deposit = factories.make_deposit(constancia, "1000.00", paid_on=paid_on)
        record_payment(deposit=deposit, by=cxc)
        page = self.page(client, constancia).text
        assert "Falta pagar $305.00 MXN ." in page
        assert "con la misma referencia" not in page
        assert "antes de depositar el resto" in page

    def test_cancelled_and_expired(self, client, user, issued):
        constancia = issued(30)
        cancel_constancia(constancia=constancia, by=user)
        seen = self.page(client, constancia)
        assert (seen.mark, seen.heading) == (
            "No siguió",
            "Esta constancia está cancelada: no la pague",
        )
        assert seen.primary == "Ver qué sigue en mi panel"
        assert seen.when == f"Está cancelada desde el {day(0)}."

    def test_what_was_paid_too_much_is_told(self, client, issued, cxc):
        constancia = issued(30)
        record_payment(deposit=factories.make_deposit(constancia, "1400.00"), by=cxc)
        client.post("/aviso-4.0/")
        seen = self.page(client, constancia)
        assert "Recibimos su pago de $1,400.00 MXN." in seen.text
        assert "Son $95.00 MXN más que el total: quedan como saldo a su favor." in seen.text

    def test_paid_with_its_invoice_at_each_step(self, client, issued, cxc):
        constancia = factories.pay(issued(30), cxc)
        client.post("/aviso-4.0/")
        seen = self.page(client, constancia)
        assert (seen.mark, seen.primary) == ("Listo", "Solicitar mi factura")
        assert seen.when == f"Confirmamos su pago el {day(0)}."
        factories.make_invoice_request(constancia)
        assert self.page(client, constancia).primary == "Ver mi factura solicitada"


class TestPromise:
    """Within how many hours the company answers is said once on a page, where the state stands."""

    HOURS = "24 horas"

    def said(self, client, *paths: str) -> list[int]:
        return [text_of(client.get(path)).count(self.HOURS) for path in paths]

    def pages(self, constancia) -> tuple[str, str, str]:
        own = f"/constancias/{constancia.reference}/"
        return "/panel/", own, f"{own}comprobante/"

    def test_before_a_proof(self, client, issued):
        assert self.said(client, *self.pages(issued(30))) == [1, 1, 1]

    def test_with_a_quote_only_the_road_ahead_says_it(self, client, user):
        factories.make_quote(user.customer)
        assert self.said(client, "/panel/") == [1]

    def test_in_review(self, client, issued):
        constancia = issued(30)
        factories.make_proof(constancia)
        assert self.said(client, *self.pages(constancia)) == [1, 1, 1]

    def test_right_after_sending(self, client, issued):
        *_, address = self.pages(issued(30))
        files = {"file": SimpleUploadedFile("recibo.png", image("PNG"))}
        sent = client.post(address, {"paid_on": f"{timezone.localdate()}", **files}, follow=True)
        assert "Recibimos su comprobante." in text_of(sent)
        assert text_of(sent).count(self.HOURS) == 1

    def test_refused(self, client, issued, cxc):
        constancia = issued(30)
        refuse_proof(proof=factories.make_proof(constancia), reason="No se lee.", by=cxc)
        assert self.said(client, *self.pages(constancia)) == [1, 1, 1]


class TestInvoiceOfAnOverdueOne:
    """What nobody may pay any more is not invoiced; what was paid in part still may be."""

    @pytest.fixture
    def overdue(self, issued):
        return issued(-5, ago=10)

    def address(self, constancia) -> str:
        return f"/constancias/{constancia.reference}/factura/"

    def test_it_is_neither_offered_nor_taken(self, client, overdue):
        assert "mi factura" not in self.page_of(client, overdue)
        answer = client.get(self.address(overdue), follow=True)
        assert "está vencida, así que no hay qué facturar" in text_of(answer)
        with pytest.raises(InvoiceError, match="está vencida"):
            factories.make_invoice_request(overdue)

    def test_with_a_part_paid_in_time_it_is(self, client, overdue, cxc):
        paid_on = timezone.localdate() - timedelta(days=7)
        deposit = factories.make_deposit(overdue, "1000.00", paid_on=paid_on)
        record_payment(deposit=deposit, by=cxc)
        assert "Solicitar mi factura" in self.page_of(client, overdue)
        assert "Puede pedirla desde ahora" in text_of(client.get(self.address(overdue)))
        assert factories.make_invoice_request(overdue).constancia == overdue

    def page_of(self, client, constancia) -> str:
        return text_of(client.get(f"/constancias/{constancia.reference}/"))
