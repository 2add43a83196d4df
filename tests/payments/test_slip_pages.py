"""Cancelling, verifying, and what a constancia tells at each point of its life."""

import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from payments.documents import stored_pdf
from payments.models import Constancia
from payments.recording import record_payment
from payments.services import cancel_constancia
from renewals.models import Quote
from tests import factories


@pytest.fixture
def constancia(user):
    return factories.make_constancia(user)


def text_of(page) -> str:
    """What is on the page, without its tags and spacing."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


class TestCancelling:
    """`/constancias/<reference>/cancelar/`."""

    def test_it_asks_once_and_then_cancels(self, user, constancia, signed_in):
        client = signed_in(user)
        address = f"/constancias/{constancia.reference}/cancelar/"
        assert "No la cancele si ya la pagó" in text_of(client.get(address))
        constancia.refresh_from_db()
        assert constancia.status == "open"
        page = client.post(address, follow=True)
        assert "quedó cancelada" in text_of(page)
        assert "Renovar mis productos" in text_of(page)
        constancia.refresh_from_db()
        assert (constancia.status, constancia.cancelled_by) == ("cancelled", user)

    def test_it_does_not_promise_what_an_expired_quote_cannot_keep(
        self, user, constancia, signed_in
    ):
        Quote.objects.update(valid_until=timezone.localdate() - timedelta(days=1))
        client = signed_in(user)
        address = f"/constancias/{constancia.reference}/cancelar/"
        assert "tendrá que pedir una nueva" in text_of(client.get(address))
        assert "pida una cotización nueva a ventas" in text_of(client.post(address, follow=True))

    def test_choosing_again_gives_another_reference_and_keeps_the_old_one(
        self, user, constancia, signed_in
    ):
        client = signed_in(user)
        client.post(f"/constancias/{constancia.reference}/cancelar/")
        again = factories.make_constancia(user, constancia.quote)
        assert again.reference != constancia.reference
        history = text_of(client.get("/constancias/"))
        assert constancia.printed_reference in history
        assert again.printed_reference in history

    def test_a_closed_or_paid_one_is_told(self, user, cxc, constancia, signed_in):
        client = signed_in(user)
        address = f"/constancias/{constancia.reference}/cancelar/"
        record_payment(deposit=factories.make_deposit(constancia, "5.00"), by=cxc)
        for ask in (client.get, client.post):
            assert "ya no puede cancelarse" in text_of(ask(address, follow=True))
        constancia.refresh_from_db()
        assert constancia.status == "open"

    def test_in_review_it_is_not_offered_and_refused_with_whom_to_write(
        self, user, constancia, signed_in
    ):
        client = signed_in(user)
        page = f"/constancias/{constancia.reference}/"
        assert "Cancelar esta constancia" in text_of(client.get(page))
        factories.make_proof(constancia)
        assert "Cancelar esta constancia" not in text_of(client.get(page))
        for ask in (client.get, client.post):
            told = text_of(ask(f"{page}cancelar/", follow=True))
            assert "No puede cancelar esta constancia mientras revisamos su comprobante." in told
            assert "escriba a cxc@sistemasperseo.com" in told
        constancia.refresh_from_db()
        assert constancia.status == "open"

    def test_nobody_cancels_anothers(self, outsider, constancia, signed_in):
        address = f"/constancias/{constancia.reference}/cancelar/"
        assert signed_in(outsider).post(address).status_code == 404
        constancia.refresh_from_db()
        assert constancia.status == "open"


class TestVerifying:
    """`/verificar/<token>/`, the page behind the slip's QR."""

    def test_a_genuine_one_shows_what_to_compare_and_nothing_personal(
        self, client, user, signed_in
    ):
        user.customer.legal_name = "Ferretería Peña del Norte"
        user.customer.save()
        constancia = factories.make_constancia(user)
        page = text_of(client.get(f"/verificar/{constancia.token}/"))
        for text in (
            "Constancia auténtica", "Vigente", "F. P. N.", "$1,305.00 MXN",
            "Sistemas Perseo S.A. de C.V.", "0121 6400 1016 4463 74", "0101644637",
            constancia.printed_reference, "es un fraude",
        ):  # fmt: skip
            assert text in page
        for secret in ("Peña", constancia.customer_rfc):
            assert secret not in page

    def test_a_closed_one_says_not_to_pay(self, client, user, constancia):
        cancel_constancia(constancia=constancia, by=user)
        assert "Cancelada : no la pague" in text_of(client.get(f"/verificar/{constancia.token}/"))

    @pytest.mark.parametrize("token", ["x", "a" * 22, "1" * 500, "%00", "ñ"])
    def test_an_invented_one_is_not_ours(self, client, constancia, token):
        page = client.get(f"/verificar/{token}/")
        assert page.status_code == 404
        assert "No pague con esa hoja" in text_of(page)

    @pytest.mark.slow
    def test_guessing_is_slowed_down(self, client, db):
        statuses = {client.get(f"/verificar/{number}/").status_code for number in range(40)}
        assert statuses == {404, 429}

    def test_the_reference_opens_nothing(self, client, constancia):
        assert client.get(f"/verificar/{constancia.reference}/").status_code == 404


class TestTelling:
    """What the customer reads as time and money pass."""

    def page(self, client, constancia) -> str:
        return text_of(client.get(f"/constancias/{constancia.reference}/"))

    def test_each_channel_says_where_the_reference_goes(self, user, constancia, signed_in):
        page = self.page(signed_in(user), constancia)
        for text in (
            "BBVA en línea o aplicación", "motivo de pago: " + f"{constancia.reference} FACTURAMOS",
            "Otro banco, por transferencia (SPEI)", "referencia numérica", "1305.00",
            "Ventanilla de cualquier banco", "Cajero automático de BBVA",
            "en cualquier banco, por ejemplo BBVA, BanBajío",
        ):  # fmt: skip
            assert text in page
        assert "tope de transferencias" not in page

    def test_a_large_one_warns_of_the_ceiling(self, user, signed_in):
        factories.make_bank_account()
        lines = [("P1", "Plan grande", 1, "12000.00", True)]
        constancia = factories.make_constancia(user, factories.make_quote(user.customer, lines))
        assert "tope de transferencias" in self.page(signed_in(user), constancia)

    def test_what_is_copied_has_no_blanks(self, user, constancia, signed_in):
        page = signed_in(user).get(f"/constancias/{constancia.reference}/").content.decode()
        for datum in ("0101644637", "012164001016446374", constancia.reference, "1305.00"):
            assert f'data-copy="{datum}"' in page

    def test_each_datum_has_a_button_that_names_it_and_one_place_that_says_it(
        self, user, constancia, signed_in
    ):
        page = signed_in(user).get(f"/constancias/{constancia.reference}/").content.decode()
        buttons = re.findall(r"<button[^>]*data-copy[^>]*hidden>.*?</button>", page, re.DOTALL)
        names = [" ".join(re.sub(r"<[^>]+>", " ", button).split()) for button in buttons]
        assert names == [
            "Copiar el beneficiario", "Copiar la cuenta", "Copiar la CLABE",
            "Copiar la referencia", "Copiar el importe", "Copiar el concepto", "Copiar el concepto",
        ]  # fmt: skip
        assert page.count(f'data-copy="{constancia.reference} FACTURAMOS"') == 2
        assert page.count('role="status" id="copied"') == 1

    def test_it_says_what_another_amount_does_and_what_follows(self, user, constancia, signed_in):
        page = self.page(signed_in(user), constancia)
        for text in (
            "Si deposita menos, esperamos el resto", "Si deposita más", "saldo a su favor",
            "confirmaremos su pago en 24 horas", "18 dígitos", "impuesto al valor agregado",
        ):  # fmt: skip
            assert text in page

    def test_the_timeline_says_whose_turn_it_is(self, user, cxc, constancia, signed_in):
        client = signed_in(user)
        assert "Depósito y comprobante Le toca a usted" in self.page(client, constancia)
        record_payment(deposit=factories.make_deposit(constancia, "1000.00"), by=cxc)
        page = self.page(client, constancia)
        assert "llegaron $1,000.00 de $1,305.00. Faltan $305.00" in page
        assert "Falta pagar $305.00 MXN , con la misma" in page
        assert (
            'data-copy="305.00"'
            in client.get(f"/constancias/{constancia.reference}/").content.decode()
        )
        assert "Faltan $305.00" in text_of(client.get("/panel/"))
        deposit = factories.make_deposit(constancia, "305.00", seen_paid=1000)
        record_payment(deposit=deposit, by=cxc)
        client.post("/aviso-4.0/")
        page = self.page(client, constancia)
        assert "Pago confirmado Listo" in page
        assert "Versión 4.0 Listo" in page

    def test_near_the_end_the_panel_says_so(self, user, signed_in, settings):
        settings.CONSTANCIA_DAYS = 3
        factories.make_constancia(user)
        assert "Su constancia de pago está por vencer" in text_of(signed_in(user).get("/panel/"))

    def test_on_the_last_day_the_panel_says_today(self, user, signed_in, settings):
        settings.CONSTANCIA_DAYS = 0
        factories.make_constancia(user)
        assert "Páguela a más tardar hoy" in text_of(signed_in(user).get("/panel/"))


def test_an_overdue_one_is_told_before_the_sweep_comes_by(client, user, signed_in, settings):
    settings.CONSTANCIA_DAYS = -1
    constancia = factories.make_constancia(user)
    own = signed_in(user)
    assert "no la pague" in text_of(own.get("/panel/"))
    assert "no la pague" in text_of(own.get(f"/constancias/{constancia.reference}/"))
    assert "venció : no la pague" in text_of(client.get(f"/verificar/{constancia.token}/")).replace(
        "venció:", "venció :"
    )
    settings.CONSTANCIA_DAYS = 30
    again = factories.make_constancia(user, constancia.quote)
    assert again.reference != constancia.reference
    constancia.refresh_from_db()
    assert constancia.status == "expired"


def test_another_selection_than_the_one_issued_is_told(user, signed_in):
    constancia = factories.make_constancia(user)
    (required,) = constancia.quote.lines.filter(is_required=True)
    data = {"quote": str(constancia.quote.public_id), "lines": [required.pk], "accept": "1"}
    page = signed_in(user).post("/renovacion/confirmar/", data, follow=True)
    assert "Ya había generado esta constancia, por $1,305.00" in text_of(page)
    address = f"/constancias/{constancia.reference}/cancelar/"
    assert f'<a href="{address}">cancélela y elija de nuevo</a>' in page.content.decode()


def test_an_expired_quote_is_told_on_the_panel(user, signed_in):
    factories.make_quote(user.customer, days=-1)
    assert "Su cotización venció" in text_of(signed_in(user).get("/panel/"))


def test_a_damaged_pdf_is_told_and_not_served(user, signed_in, settings):
    constancia = factories.make_constancia(user)
    stored_pdf(constancia)
    constancia.refresh_from_db()
    (settings.MEDIA_ROOT / constancia.pdf.name).write_bytes(b"%PDF-other")
    page = signed_in(user).get(f"/constancias/{constancia.reference}/pdf/")
    assert page.status_code == 503
    assert "está dañado" in text_of(page)


def test_who_only_asks_for_the_headers_gets_them(user, signed_in):
    constancia = factories.make_constancia(user)
    client = signed_in(user)
    for address in ("/panel/", "/constancias/", f"/verificar/{constancia.token}/"):
        assert client.head(address).status_code == 200


class TestCommand:
    """`manage.py verify_constancias`."""

    def test_it_counts_what_is_as_it_was_stored(self, constancia, user, capsys):
        stored_pdf(constancia)
        factories.make_constancia(user)
        call_command("verify_constancias")
        assert capsys.readouterr().out == "1 checked, 0 damaged, 1 not drawn yet.\n"

    def test_it_names_what_differs_and_fails(self, constancia, user, settings, capsys):
        other = factories.make_constancia(user)
        for row in (constancia, other):
            stored_pdf(row)
        (settings.MEDIA_ROOT / Constancia.objects.get(pk=constancia.pk).pdf.name).write_bytes(b"x")
        (settings.MEDIA_ROOT / Constancia.objects.get(pk=other.pk).pdf.name).unlink()
        with pytest.raises(CommandError, match="Restore the damaged files"):
            call_command("verify_constancias")
        told = capsys.readouterr().out
        assert f"{constancia.reference} is not the one that was stored" in told
        assert f"{other.reference} is lost" in told
        assert "2 checked, 2 damaged, 0 not drawn yet." in told


def test_the_last_day_is_the_companys(user, signed_in):
    constancia = factories.make_constancia(user)
    assert constancia.expires_on == timezone.localdate() + timedelta(days=30)
