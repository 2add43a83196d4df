"""What the panel answers until a proof is sent: whose turn, the one thing to do, and when."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payments.recording import record_payment
from payments.services import cancel_constancia, expire_due
from renewals.models import Quote
from tests import factories
from tests.payments.panel_page import Seen, day
from tests.payments.proof_samples import text_of


@pytest.fixture
def client(user, signed_in):
    return signed_in(user)


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


class TestWhyRenew:
    """The company's sentence about version 4.0."""

    def test_until_version_4_it_says_why(self, client, user, issued, cxc):
        why = "Para emitir facturas en la versión 4.0 primero hay que renovar"
        assert why in Seen(client).text
        factories.pay(issued(30), cxc)
        client.post("/aviso-4.0/")
        assert why not in Seen(client).text
