"""What the panel answers once a proof was sent, and after a part or all of it was confirmed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from facturamos.dates import long_date
from payments.proofs import refuse_proof
from payments.recording import record_payment
from payments.services import cancel_constancia
from tests import factories
from tests.payments.panel_page import Seen, day
from tests.payments.proof_samples import text_of


@pytest.fixture
def client(user, signed_in):
    return signed_in(user)


class TestWithAProof:
    """Once a proof was sent."""

    def test_in_review(self, client, issued):
        proof = factories.make_proof(issued(30))
        until = timezone.localtime(proof.sent_at + timedelta(hours=24))
        seen = Seen(client)
        assert (seen.mark, seen.heading) == (
            "Nos toca a nosotros",
            "Su comprobante está en revisión",
        )
        assert seen.primary == "Ver mi comprobante"
        assert seen.when == (
            f"Confirmaremos su pago en 24 horas, a más tardar el {long_date(until.date())} a las "
            f"{until:%H:%M}, hora de Ciudad Juárez."
        )
        assert "No necesita hacer nada más" in seen.text

    def test_late_we_owe_an_answer(self, client, issued):
        factories.make_proof(issued(30), sent_at=timezone.now() - timedelta(hours=30))
        seen = Seen(client)
        assert seen.mark == "Nos toca a nosotros"
        assert seen.heading == "Le debemos una respuesta sobre su comprobante"
        assert seen.primary == "Escribir a cuentas por cobrar"
        assert seen.when.startswith("Debimos contestarle a más tardar el ")

    def test_refused(self, client, issued, cxc):
        refuse_proof(proof=factories.make_proof(issued(30)), reason="No se\nlee <b>.", by=cxc)
        seen = Seen(client)
        assert (seen.mark, seen.heading) == ("Le toca a usted", "Su comprobante no corresponde")
        assert seen.primary == "Enviar otro comprobante"
        assert "No se<br>lee &lt;b&gt;." in seen.html
        assert f"a más tardar el {day(30)}" in seen.when

    def test_refused_and_past_its_date(self, client, issued, cxc):
        refuse_proof(proof=factories.make_proof(issued(-1)), reason="No se lee.", by=cxc)
        assert Seen(client).when == (f"Su fecha límite, el {day(-1)}, ya pasó: no la pague ahora.")

    @pytest.mark.parametrize(
        ("days", "rest"), [(30, f"deposítelos a más tardar el {day(30)}"), (-5, "antes de")]
    )
    def test_in_review_with_a_part_confirmed(self, client, issued, cxc, days, rest):
        constancia = issued(days, ago=10)
        paid_on = timezone.localdate() - timedelta(days=7)
        deposit = factories.make_deposit(constancia, "1000.00", paid_on=paid_on)
        record_payment(deposit=deposit, by=cxc)
        factories.make_proof(constancia)
        seen = Seen(client)
        assert seen.heading == "Su comprobante está en revisión"
        assert "$305.00 MXN que faltan, no los pague otra vez; si no, " in seen.text
        assert rest in seen.text

    def test_a_part_confirmed_after_the_proof_asks_for_the_rest(self, client, issued, cxc):
        constancia = issued(30)
        factories.make_proof(constancia)
        record_payment(deposit=factories.make_deposit(constancia, "1000.00"), by=cxc)
        seen = Seen(client)
        assert (seen.mark, seen.heading) == ("Le toca a usted", "Recibimos una parte de su pago")
        assert seen.primary == "Ver cómo pagar lo que falta"
        assert "Faltan $305.00 MXN. Seguimos revisando el comprobante que envió" in seen.text
        assert "Depósito y comprobante Le toca a usted" in seen.text
        assert "Falta depositar el resto del total." in seen.text
        assert "Pago confirmado Después" in seen.text
        assert "Su comprobante sigue en revisión." in seen.text
        assert Seen(client, f"/constancias/{constancia.reference}/").heading == seen.heading
        factories.make_proof(constancia)
        assert Seen(client).heading == "Su comprobante está en revisión"

    def test_a_part_confirmed_too_late_to_go_on_says_whom_to_write(self, client, issued, cxc):
        constancia = issued(-5, ago=10)
        factories.make_proof(constancia)
        paid_on = timezone.localdate() - timedelta(days=7)
        deposit = factories.make_deposit(constancia, "1000.00", paid_on=paid_on)
        record_payment(deposit=deposit, by=cxc)
        seen = Seen(client)
        assert seen.primary == "Escribir a cuentas por cobrar"
        assert "Seguimos revisando el comprobante" in seen.text

    def test_refused_after_a_part_was_confirmed(self, client, issued, cxc):
        constancia = issued(30)
        record_payment(deposit=factories.make_deposit(constancia, "1000.00"), by=cxc)
        refuse_proof(proof=factories.make_proof(constancia), reason="No se lee.", by=cxc)
        seen = Seen(client)
        assert seen.heading == "Su comprobante no corresponde"
        assert "Faltan $305.00 MXN. Motivo: No se lee. Revíselo y envíe otro." in seen.text

    def test_in_review_past_its_date_it_may_still_open_version_4(self, client, issued):
        constancia = issued(-1)
        factories.make_proof(constancia)
        for path in ("/panel/", f"/constancias/{constancia.reference}/"):
            seen = Seen(client, path)
            assert "En cuanto lo confirmemos se abrirá la versión 4.0." in seen.text
            assert "Versión 4.0 Después" in seen.text

    def test_in_review_of_a_cancelled_one_promises_no_version_4(self, client, user, issued):
        constancia = issued(30)
        cancel_constancia(constancia=constancia, by=user)
        factories.make_proof(constancia)
        seen = Seen(client)
        assert seen.heading == "Su comprobante está en revisión"
        assert "No pague dos veces." in seen.text
        assert "se abrirá la versión 4.0" not in seen.text
        assert "Tiene además una cotización por renovar" in seen.text

    def test_its_own_page_says_the_same(self, client, issued):
        constancia = issued(30)
        factories.make_proof(constancia, sent_at=timezone.now() - timedelta(hours=30))
        page = text_of(client.get(f"/constancias/{constancia.reference}/comprobante/"))
        seen = Seen(client)
        for said in (seen.mark, seen.heading, seen.when):
            assert said in page
