"""One button confirms what is exact, one judges again, one takes all back."""

import re

import pytest

from payments.models import Payment
from reconciliation.deciding import DecisionError
from reconciliation.models import Statement
from reconciliation.work import go_on_with_all
from tests import factories
from tests.reconciliation.bank import imported, spei, statement
from tests.reconciliation.desk import text_of
from tests.reconciliation.statement_pages.desk import page_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


class TestConfirming:
    """One button."""

    def test_it_confirms_the_exact_ones(self, client, read, cxc, constancia):
        page = client.post(page_of(read, "confirmar"), follow=True)
        assert "Se confirmó 1 pago." in text_of(page)
        assert "Ya aplicados 1 · $1,305.00" in text_of(page)
        [applied] = re.findall(r'href="([^"]*state__exact=applied)"', page.content.decode())
        assert "$1,305.00" in text_of(client.get(applied.replace("&amp;", "&")))
        assert "Confirmar" not in re.findall(r'value="([^"]*)"', page.content.decode())
        assert Payment.objects.get().recorded_by == cxc

    def test_twice_says_so(self, client, read):
        client.post(page_of(read, "confirmar"))
        page = client.post(page_of(read, "confirmar"), follow=True)
        assert "No hay pagos exactos por confirmar" in text_of(page)
        assert Payment.objects.count() == 1

    def test_what_changed_meanwhile_waits(self, client, read, constancia, cxc):
        factories.pay(constancia, cxc)
        page = text_of(client.post(page_of(read, "confirmar"), follow=True))
        assert "Se confirmaron 0 pagos." in page
        assert "Exactos que cambiaron mientras tanto: 1." in page

    def test_a_lot_is_left_to_the_worker(self, client, read, monkeypatch):
        monkeypatch.setattr("reconciliation.admin.statements.SMALL_WORK", 0)
        page = client.post(page_of(read, "confirmar"), follow=True)
        assert "Confirmando los pagos" in text_of(page)
        assert not Payment.objects.exists()

    def test_so_is_a_lot_to_judge_again(self, client, read, monkeypatch, constancia, cxc):
        factories.pay(constancia, cxc)
        monkeypatch.setattr("reconciliation.admin.statements.SMALL_WORK", 1)
        page = client.post(page_of(read, "revisar"), follow=True)
        assert "Comparando lo que espera con las constancias de ahora" in text_of(page)
        assert "Espera su turno" in text_of(page)
        assert go_on_with_all() == 1
        page = text_of(client.get(page_of(read)))
        assert "Ya pagada : 1" in page

    def test_nothing_left_to_judge_is_told(self, client, constancia, cxc):
        read = imported(statement(spei(constancia)), cxc)
        client.post(page_of(read, "confirmar"))
        page = client.post(page_of(read, "revisar"), follow=True)
        assert "No queda nada por decidir" in text_of(page)

    def test_the_light_promises_what_the_button_does(self, client, constancia, user, cxc):
        """A part and the rest of it: nobody confirmed the part, so neither is ready."""
        other = factories.make_constancia(user)
        rows = [
            spei(constancia, "1000.00"),
            spei(constancia, "305.00", folio=2),
            spei(other, folio=3),
            spei(other, folio=4),
        ]
        read = imported(statement(*rows), cxc)
        page = text_of(client.get(page_of(read)))
        assert "Listos para confirmar 1 · $1,305.00" in page
        assert "Necesitan a una persona 3 · $2,610.00" in page
        assert "en total $3,915.00 en 4 movimientos" in page
        page = text_of(client.post(page_of(read, "confirmar"), follow=True))
        assert "Se confirmó 1 pago." in page
        assert "cambiaron mientras tanto" not in page

    def test_the_worker_may_be_quicker(self, client, read, monkeypatch):
        monkeypatch.setattr("reconciliation.admin.statements.go_on", lambda statement: None)
        page = text_of(client.post(page_of(read, "confirmar"), follow=True))
        assert "Confirmando los pagos" in page
        assert "cambiaron mientras tanto" not in page

    def test_looking_is_not_confirming(self, client, read):
        assert client.get(page_of(read, "confirmar")).status_code == 302
        assert client.get(page_of(read, "revisar")).status_code == 302
        assert not Payment.objects.exists()

    def test_what_waits_is_judged_again(self, client, user, cxc):
        constancia = factories.make_constancia(user)
        read = imported(statement(spei(constancia)), cxc)
        factories.pay(constancia, cxc)
        page = client.post(page_of(read, "revisar"), follow=True)
        assert "se revisaron otra vez: 1" in text_of(page)
        assert read.movements.get().verdict == "already_paid"


class TestUndoing:
    """The whole statement, with a reason."""

    def test_it_asks_why_and_takes_all_back(self, client, read, constancia):
        client.post(page_of(read, "confirmar"))
        assert "Los pagos de 1 depósito quedan deshechos" in text_of(
            client.get(page_of(read, "deshacer"))
        )
        page = client.post(page_of(read, "deshacer"), {"reason": "Era otro mes."}, follow=True)
        assert "La carga se deshizo: Era otro mes." in text_of(page)
        constancia.refresh_from_db()
        assert constancia.status == "open"

    def test_without_a_reason_nothing_happens(self, client, read):
        page = client.post(page_of(read, "deshacer"), {"reason": " "})
        assert "Escriba el motivo" in text_of(page)
        read.refresh_from_db()
        assert read.state == Statement.State.READY

    def test_one_that_another_builds_on_is_refused(self, client, read, content, cxc):
        imported(content.replace(b"\r\n", b"\n"), cxc, name="despues.exp")
        assert "Deshaga primero aquel" in text_of(client.get(page_of(read, "deshacer")))
        page = client.post(page_of(read, "deshacer"), {"reason": "x"}, follow=True)
        assert "Deshaga primero aquel" in text_of(page)
        read.refresh_from_db()
        assert read.state == Statement.State.READY

    def test_an_invoice_issued_at_the_last_moment_stops_it(self, client, read, monkeypatch):
        def refuse(**_):
            raise DecisionError("Ya tiene factura.")

        monkeypatch.setattr("reconciliation.work.undo_some", refuse)
        page = client.post(page_of(read, "deshacer"), {"reason": "x"}, follow=True)
        assert "No se deshizo todo." in text_of(page)
