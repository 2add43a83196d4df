"""Confirming, the constancia on screen and as PDF, the history and the panel."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from facturamos.dates import long_date
from payments.models import Constancia
from payments.services import cancel_constancia
from renewals.models import Quote
from tests import factories
from tests.payments.proof_samples import text_of


@pytest.fixture
def quote(user):
    factories.make_bank_account()
    return factories.make_quote(user.customer)


def pick(quote, **more):
    """What the confirmation page sends."""
    lines = [str(pk) for pk in quote.lines.values_list("pk", flat=True)]
    return {"quote": str(quote.public_id), "lines": lines, "accept": "1", **more}


class TestConfirming:
    """`/renovacion/confirmar/`."""

    def test_the_page_says_what_will_be_generated_and_makes_nothing(self, user, quote, signed_in):
        response = signed_in(user).get("/renovacion/confirmar/", pick(quote))
        page = response.content.decode()
        for text in (
            "Aceptar",
            "Cancelar",
            "Actualizacion 3.3 NIVEL A.",
            "$1,305.00\xa0MXN",
            "ligado a estos productos",
        ):
            assert text in page
        assert not Constancia.objects.exists()

    def test_it_tells_the_day_to_generate_from_the_day_to_pay(
        self, user, quote, signed_in, settings
    ):
        settings.CONSTANCIA_DAYS = 5
        page = text_of(signed_in(user).get("/renovacion/confirmar/", pick(quote)))
        pay_until = long_date(timezone.localdate() + timedelta(days=5))
        assert (
            f"puede generarla hasta el {long_date(quote.valid_until)}; si la genera hoy, puede "
            f"pagarla hasta el {pay_until}." in page
        )

    def test_each_free_product_can_be_changed_where_it_was_chosen(self, user, quote, signed_in):
        required, free = quote.lines.all()
        data = {"quote": str(quote.public_id), "lines": [required.pk]}
        client = signed_in(user)
        page = client.get("/renovacion/confirmar/", data).content.decode()
        (change,) = re.findall(r'<a href="([^"]*)">Cambiar', page)
        address, _, anchor = change.replace("&amp;", "&").partition("#")
        assert anchor == f"linea-{free.pk}"
        assert f'id="linea-{free.pk}" data-cents="55000">' in client.get(address).content.decode()
        assert "No se incluye" in page

    def test_it_says_for_whom_and_until_when_and_what_can_be_undone(self, user, quote, signed_in):
        page = text_of(signed_in(user).get("/renovacion/confirmar/", pick(quote)))
        until = timezone.localdate() + timedelta(days=30)
        for text in (
            user.customer.legal_name, user.customer.rfc, "ventas@sistemasperseo.com",
            f"Fecha límite de pago {long_date(until)}", "Mil trescientos cinco pesos 00/100 M.N.",
            "Mientras no acepte, no se genera nada", "Después podrá cancelarla",
        ):  # fmt: skip
            assert text in page

    def test_accepting_makes_one_and_leads_to_it(self, user, quote, signed_in):
        response = signed_in(user).post("/renovacion/confirmar/", pick(quote, total="$1,305.00"))
        constancia = Constancia.objects.get()
        assert response.headers["Location"] == f"/constancias/{constancia.reference}/"

    def test_accepting_twice_makes_one(self, user, quote, signed_in):
        client = signed_in(user)
        first = client.post("/renovacion/confirmar/", pick(quote))
        second = client.post("/renovacion/confirmar/", pick(quote))
        assert first.headers["Location"] == second.headers["Location"]
        assert Constancia.objects.count() == 1

    def test_going_back_to_the_page_leads_to_the_constancia(self, user, quote, signed_in):
        client = signed_in(user)
        made = client.post("/renovacion/confirmar/", pick(quote))
        again = client.get("/renovacion/confirmar/", pick(quote))
        assert again.headers["Location"] == made.headers["Location"]

    def test_cancelling_leads_back_with_the_same_boxes(self, user, quote, signed_in):
        free = quote.lines.get(is_required=False)
        required = quote.lines.get(is_required=True)
        data = {"quote": str(quote.public_id), "lines": [required.pk], "cancel": "1"}
        client = signed_in(user)
        back = client.post("/renovacion/confirmar/", data)
        assert back.headers["Location"].startswith("/renovacion/?quote=")
        page = client.get(back.headers["Location"]).content.decode()
        assert f'id="linea-{free.pk}" data-cents="55000">' in page
        assert not Constancia.objects.exists()

    def test_without_a_pick_it_leads_back_to_the_quote(self, user, quote, signed_in):
        page = signed_in(user).get("/renovacion/confirmar/", follow=True)
        assert page.redirect_chain[-1][0].startswith("/renovacion/")
        assert "Marque al menos un producto" in page.content.decode()

    def test_the_last_pick_counts_for_who_only_says_accept(self, user, quote, signed_in):
        client = signed_in(user)
        (required,) = quote.lines.filter(is_required=True)
        client.post("/renovacion/", {"lines": [required.pk], "generate": "1"})
        assert "$667.00\xa0MXN" in client.get("/renovacion/confirmar/").content.decode()
        client.post("/renovacion/confirmar/", {"accept": "1"})
        assert str(Constancia.objects.get().total) == "667.00"

    def test_posting_without_accepting_makes_nothing(self, user, quote, signed_in):
        data = pick(quote)
        del data["accept"]
        page = signed_in(user).post("/renovacion/confirmar/", data)
        assert "Aceptar" in page.content.decode()
        assert not Constancia.objects.exists()

    def test_a_tampered_total_is_refused_and_nothing_is_made(self, user, quote, signed_in):
        client = signed_in(user)
        page = client.post("/renovacion/confirmar/", pick(quote, total="$1.00"), follow=True)
        assert "El total no coincide con su cotización: es $1,305.00" in page.content.decode()
        assert page.redirect_chain[-1][0].startswith("/renovacion/confirmar/")
        assert not Constancia.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"lines": ["999999"]}, "no está en su cotización"),
            ({"price": "1.00"}, "Los precios son los de su cotización"),
            ({"total": "gratis"}, "Escriba un importe en pesos"),
            ({"lines": []}, "Marque al menos un producto"),
        ],
    )
    def test_a_bad_post_leads_back_with_a_sentence(self, user, quote, signed_in, fields, sentence):
        data = pick(quote) | fields
        page = signed_in(user).post("/renovacion/confirmar/", data, follow=True)
        assert sentence in page.content.decode()
        assert not Constancia.objects.exists()

    def test_another_customers_quote_does_not_exist(self, user, outsider, quote, signed_in):
        client = signed_in(outsider)
        assert client.get("/renovacion/confirmar/", pick(quote)).status_code == 404
        assert client.post("/renovacion/confirmar/", pick(quote)).status_code == 404

    def test_an_expired_quote_does_not_exist(self, user, quote, signed_in):
        Quote.objects.update(valid_until=timezone.localdate() - timedelta(days=1))
        client = signed_in(user)
        assert client.get("/renovacion/confirmar/", pick(quote)).status_code == 404
        response = client.post("/renovacion/confirmar/", pick(quote))
        assert response.status_code == 404
        assert "la cotización haya vencido" in response.content.decode()

    @pytest.mark.parametrize("identifier", ["", "1", "ñ", "1b4e28ba-2fa1-41d2-883f-0016d3cca427"])
    def test_a_quote_that_never_was_does_not_exist(self, user, quote, signed_in, identifier):
        data = pick(quote) | {"quote": identifier}
        assert signed_in(user).post("/renovacion/confirmar/", data).status_code == 404

    def test_without_a_bank_account_it_says_so_and_loses_nothing(self, user, signed_in):
        quote = factories.make_quote(user.customer)
        page = signed_in(user).post("/renovacion/confirmar/", pick(quote), follow=True)
        assert "Su selección no se perdió" in page.content.decode()

    def test_a_posted_status_or_reference_changes_nothing(self, user, quote, signed_in):
        signed_in(user).post("/renovacion/confirmar/", pick(quote, status="paid", reference="1"))
        assert not Constancia.objects.exists()

    def test_after_cancelling_the_constancia_the_customer_chooses_again(
        self, user, quote, signed_in
    ):
        client = signed_in(user)
        client.post("/renovacion/confirmar/", pick(quote))
        cancel_constancia(constancia=Constancia.objects.get(), by=user)
        client.post("/renovacion/confirmar/", pick(quote))
        assert sorted(Constancia.objects.values_list("status", flat=True)) == ["cancelled", "open"]


class TestConstancia:
    """`/constancias/<reference>/` and its PDF."""

    @pytest.fixture
    def constancia(self, user):
        return factories.make_constancia(user)

    def test_the_page_shows_the_figures_of_the_manual(self, user, constancia, signed_in):
        page = signed_in(user).get(f"/constancias/{constancia.reference}/").content.decode()
        for text in (
            "Código", "Cantidad", "Descripción", "Incluir en pago", "Precio", "Importe",
            "SP0800", "Actualizacion 3.3 NIVEL A.", "$575.00", "105077", "Anualidad NIVEL 1.",
            "$550.00", "SUBTOTAL", "$1,125.00", "IVA 16%", "$180.00", "TOTAL", "$1,305.00",
            "en línea o ventanilla de cualquier banco", "Sistemas Perseo S.A. de C.V.",
            "0101644637", "0121 6400 1016 4463 74", constancia.printed_reference,
            "El monto ya incluye IVA", "BBVA, BanBajío, HSBC", "cxc@sistemasperseo.com",
        ):  # fmt: skip
            assert text in page

    def test_a_line_left_out_says_no_and_adds_nothing(self, user, signed_in):
        factories.make_bank_account()
        quote = factories.make_quote(user.customer)
        required = quote.lines.get(is_required=True)
        client = signed_in(user)
        data = {"quote": str(quote.public_id), "lines": [required.pk], "accept": "1"}
        page = client.post("/renovacion/confirmar/", data, follow=True).content.decode()
        row = re.search(r"<td[^>]*>105077.*?</tr>", page, re.DOTALL)[0]
        assert ">No<" in row
        assert ">$0.00<" in row
        assert "$667.00" in page  # 575.00 and 16 % of it

    def test_the_pdf_is_served_with_its_name(self, user, constancia, signed_in):
        response = signed_in(user).get(f"/constancias/{constancia.reference}/pdf/")
        assert response.headers["Content-Type"] == "application/pdf"
        assert f"constancia-{constancia.reference}.pdf" in response.headers["Content-Disposition"]
        assert response.content.startswith(b"%PDF-")

    @pytest.mark.parametrize("end", ["", "pdf/"])
    def test_anyone_elses_does_not_exist(self, outsider, constancia, signed_in, end):
        path = f"/constancias/{constancia.reference}/{end}"
        assert signed_in(outsider).get(path).status_code == 404
        assert signed_in(outsider).post(path).status_code in (404, 405)

    @pytest.mark.parametrize("reference", ["1234567", "abc", "0", "1" * 50, "%00"])
    def test_a_reference_that_is_none_does_not_exist(self, user, signed_in, reference):
        assert signed_in(user).get(f"/constancias/{reference}/").status_code == 404

    def test_strangers_are_led_to_sign_in(self, client, constancia):
        response = client.get(f"/constancias/{constancia.reference}/pdf/")
        assert response.headers["Location"].startswith("/ingresar/?next=")

    def test_what_was_issued_does_not_follow_later_changes(self, user, constancia, signed_in):
        client = signed_in(user)
        before = client.get(f"/constancias/{constancia.reference}/pdf/").content
        factories.make_bank_account(
            beneficiary="Otra S.A.", clabe="012000012345678908", account_number="1234567890"
        )
        Quote.objects.get().lines.update(unit_price="1.00", description="Otra cosa")
        user.customer.legal_name = "Otro nombre"
        user.customer.save()
        page = client.get(f"/constancias/{constancia.reference}/").content.decode()
        assert "Sistemas Perseo S.A. de C.V." in page
        assert "$1,305.00" in page
        assert client.get(f"/constancias/{constancia.reference}/pdf/").content == before

    def test_a_cancelled_one_says_not_to_pay(self, user, constancia, signed_in):
        cancel_constancia(constancia=constancia, by=user)
        page = signed_in(user).get(f"/constancias/{constancia.reference}/").content.decode()
        assert "cancelada" in page
        assert "no la pague" in page
        assert "0121 6400 1016 4463 74" not in page


class TestHistoryAndPanel:
    """`/constancias/` and `/panel/`."""

    def test_the_top_bar_is_the_manuals(self, user, signed_in):
        user.customer.stamps_available = 419
        user.customer.save()
        page = signed_in(user).get("/panel/").content.decode()
        bar = re.sub(r"<[^>]+>|\s+", " ", page[page.index("top-bar") : page.index("</nav>")])
        for text in ("Consultar Constancia de Pago", "VERSION SAT 3.3", "Timbres disponibles: 419"):
            assert text in bar

    def test_the_panel_tells_the_state_and_the_next_step(self, user, cxc, signed_in):
        client = signed_in(user)
        assert "No tiene nada pendiente" in client.get("/panel/").content.decode()
        factories.make_bank_account()
        factories.make_quote(user.customer)
        assert "Renovar mis productos" in client.get("/panel/").content.decode()
        quote = Quote.objects.get()
        client.post("/renovacion/confirmar/", pick(quote))
        page = text_of(client.get("/panel/"))
        assert "Su constancia de pago espera el depósito" in page
        assert Constancia.objects.get().printed_reference in page

    def test_the_history_has_all_and_only_ones_own(self, user, outsider, signed_in):
        own = factories.make_constancia(user)
        others = factories.make_constancia(outsider)
        page = signed_in(user).get("/constancias/").content.decode()
        assert own.printed_reference in page
        assert others.printed_reference not in page

    def test_the_history_calls_an_overdue_one_by_its_name(self, user, signed_in, settings):
        settings.CONSTANCIA_DAYS = -1
        factories.make_constancia(user)
        page = text_of(signed_in(user).get("/constancias/"))
        assert page.count("Vencida") == 1
        assert page.count("Vigente") == 1  # in the sentence that explains the word

    def test_an_empty_history_says_so(self, user, signed_in):
        assert (
            "Todavía no ha generado ninguna"
            in signed_in(user).get("/constancias/").content.decode()
        )

    @pytest.mark.parametrize("count", [1, 3])
    def test_pages_take_a_fixed_number_of_queries(
        self, user, signed_in, django_assert_num_queries, count
    ):
        for _ in range(count):
            constancia = factories.make_constancia(user)
            factories.make_proof(constancia)
        client = signed_in(user)
        with django_assert_num_queries(5):
            client.get("/constancias/")
        with django_assert_num_queries(7):
            client.get(f"/constancias/{constancia.reference}/")
