"""What the panel answers in each state: whose turn, the one thing to do, and when."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from facturamos.dates import long_date
from payments.models import Constancia
from payments.proofs import refuse_proof
from payments.recording import record_payment
from payments.services import cancel_constancia, expire_due
from renewals.models import Quote
from tests import factories
from tests.payments.proof_samples import text_of

PRIMARY = re.compile(r'<(?:a|button)[^>]*class="[^"]*btn-primary[^"]*"[^>]*>(.*?)</', re.DOTALL)


def _main(html: str) -> str:
    return html[html.index("<main") : html.index("</main>")]


def _found(pattern: str, html: str) -> str:
    (found,) = re.findall(pattern, html, re.DOTALL)
    return found.strip()


class Seen:
    """A panel as its reader sees it."""

    def __init__(self, client, path: str = "/panel/") -> None:
        page = client.get(path)
        assert page.status_code == 200
        self.html = page.content.decode()
        self.text = text_of(page)
        state = self.html[self.html.index('<section class="state') :]
        state = state[: state.index("</section>")]
        self.mark = _found(r'<p class="state-mark">.*?</svg>(.*?)</p>', state)
        self.heading = _found(r'<h2 id="estado">(.*?)</h2>', state)
        self.when = _found(r'<p class="when">.*?<strong>(.*?)</strong>', state)
        (self.primary,) = (found.strip() for found in PRIMARY.findall(_main(self.html)))
        self.has_timeline = 'class="timeline"' in self.html


def day(days: int) -> str:
    return long_date(timezone.localdate() + timedelta(days=days))


@pytest.fixture
def client(user, signed_in):
    return signed_in(user)


@pytest.fixture
def issued(user, settings, monkeypatch):
    """Issues a constancia some days ago, good for so many days from then."""

    def issue(days: int, ago: int = 0) -> Constancia:
        settings.CONSTANCIA_DAYS = days
        if ago:
            before = timezone.now() - timedelta(days=ago)
            field = Constancia._meta.get_field("issued_at")
            monkeypatch.setitem(field.__dict__, "_get_default", lambda: before)
        return factories.make_constancia(user)

    return issue


class TestWithoutAConstancia:
    """Before one is generated."""

    def test_no_quote(self, client):
        seen = Seen(client)
        assert (seen.mark, seen.heading) == ("Listo", "No tiene nada pendiente")
        assert seen.primary == "Pedir una cotización"
        assert seen.when == "No tiene ninguna fecha que cuidar."
        assert 'href="mailto:ventas@sistemasperseo.com?subject=' in seen.html
        assert not seen.has_timeline

    def test_an_open_quote_shows_the_road_ahead(self, client, user):
        factories.make_quote(user.customer)
        seen = Seen(client)
        assert (seen.mark, seen.heading) == ("Le toca a usted", "Su renovación está por hacerse")
        assert seen.primary == "Renovar mis productos"
        assert (
            seen.when == f"Puede generar su constancia a más tardar el {day(30)} (quedan 30 días)."
        )
        assert "Cotización Le toca a usted" in seen.text
        assert "Constancia de pago Después" in seen.text

    @pytest.mark.parametrize(("days", "left"), [(1, f"el {day(1)} (queda 1 día)"), (0, "hoy, ")])
    def test_the_last_days_of_a_quote_are_counted(self, client, user, days, left):
        factories.make_quote(user.customer, days=days)
        assert f"a más tardar {left}" in Seen(client).when

    def test_an_expired_quote(self, client, user):
        factories.make_quote(user.customer, days=-3)
        seen = Seen(client)
        assert (seen.mark, seen.heading) == ("No siguió", "Su cotización venció")
        assert seen.primary == "Pedir una cotización nueva"
        assert seen.when == f"Venció el {day(-3)}."
        assert "ventas@sistemasperseo.com" in seen.text
        assert "o a su distribuidor" not in seen.text
        user.customer.distributor = factories.make_distributor()
        user.customer.save()
        assert "o a su distribuidor" in Seen(client).text

    def test_an_older_quote_that_is_good_still_counts(self, client, user):
        factories.make_quote(user.customer)
        factories.make_quote(user.customer, days=-1)
        assert Seen(client).primary == "Renovar mis productos"

    def test_after_cancelling_the_old_reference_is_not_to_be_paid(self, client, user, issued):
        constancia = issued(30)
        cancel_constancia(constancia=constancia, by=user)
        seen = Seen(client)
        assert seen.primary == "Renovar mis productos"
        assert (
            f"{constancia.printed_reference}, está cancelada desde el {day(0)}: no la" in seen.text
        )
        assert f'href="/constancias/{constancia.reference}/comprobante/"' in seen.html

    def test_after_expiring_and_with_the_quote_gone_too(self, client, issued):
        constancia = issued(-1)
        Quote.objects.update(valid_until=timezone.localdate() - timedelta(days=1))
        expire_due()
        seen = Seen(client)
        assert seen.heading == "Su cotización venció"
        assert f"{constancia.printed_reference}, está vencida desde el {day(0)}" in seen.text


class TestWaitingForTheDeposit:
    """A constancia without a proof."""

    @pytest.mark.parametrize(
        ("days", "heading", "when"),
        [
            (30, "espera el depósito", f"Páguela a más tardar el {day(30)} (quedan 30 días)."),
            (3, "está por vencer", f"Páguela a más tardar el {day(3)} (quedan 3 días)."),
            (1, "está por vencer", f"Páguela a más tardar el {day(1)} (queda 1 día)."),
            (0, "vence hoy", f"Páguela a más tardar hoy, {day(0)}, antes de que termine el día."),
        ],
    )
    def test_until_its_last_day(self, client, issued, days, heading, when):
        constancia = issued(days)
        seen = Seen(client)
        assert (seen.mark, seen.heading) == ("Le toca a usted", f"Su constancia de pago {heading}")
        assert (seen.primary, seen.when) == ("Ver cómo pagar", when)
        assert (
            f"$1,305.00 MXN en cualquier banco con la referencia {constancia.printed_reference}"
            in (seen.text)
        )
        assert "en 24 horas" in seen.text
        assert seen.has_timeline

    def test_overdue_and_not_swept_yet_it_can_be_closed_at_once(self, client, issued):
        constancia = issued(-1)
        seen = Seen(client)
        assert seen.mark == "No siguió"
        assert seen.heading == "Su constancia de pago venció: no la pague"
        assert (seen.primary, seen.when) == ("Cerrarla y elegir de nuevo", f"Venció el {day(-1)}.")
        assert "Depósito y comprobante No siguió" in seen.text
        address = f"/constancias/{constancia.reference}/cancelar/"
        assert "y elegir de nuevo" in text_of(client.get(address))
        client.post(address)
        assert Seen(client).primary == "Renovar mis productos"

    def test_overdue_with_the_quote_gone_too(self, client, issued):
        issued(-1)
        Quote.objects.update(valid_until=timezone.localdate() - timedelta(days=1))
        assert Seen(client).primary == "Pedir una cotización nueva"

    def test_a_part_paid(self, client, issued, cxc):
        record_payment(deposit=factories.make_deposit(issued(30), "1000.00"), by=cxc)
        seen = Seen(client)
        assert (seen.mark, seen.heading) == ("Le toca a usted", "Recibimos una parte de su pago")
        assert seen.primary == "Ver cómo pagar lo que falta"
        assert "llegaron $1,000.00 de $1,305.00. Faltan $305.00 MXN." in seen.text
        assert seen.when == f"Deposite lo que falta a más tardar el {day(30)} (quedan 30 días)."

    def test_a_part_paid_and_past_its_date(self, client, issued, cxc):
        deposit = factories.make_deposit(
            issued(-5, ago=10), "1000.00", paid_on=timezone.localdate() - timedelta(days=7)
        )
        record_payment(deposit=deposit, by=cxc)
        seen = Seen(client)
        assert seen.heading == "Recibimos una parte de su pago"
        assert seen.primary == "Escribir a cuentas por cobrar"
        assert seen.when == f"Su fecha límite, el {day(-5)}, ya pasó."
        assert "antes de depositar el resto" in seen.text


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


class TestWhyRenew:
    """The company's sentence about version 4.0."""

    def test_until_version_4_it_says_why(self, client, user, issued, cxc):
        why = "Para emitir facturas en la versión 4.0 primero hay que renovar"
        assert why in Seen(client).text
        factories.pay(issued(30), cxc)
        client.post("/aviso-4.0/")
        assert why not in Seen(client).text


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
        assert self.page(client, constancia).primary == "Ver los datos de mi factura"


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
