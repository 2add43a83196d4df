"""The quote: its boxes, its total and the three ways on."""

import re

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import AuditEvent
from facturamos.dates import long_date
from payments import services
from payments.models import Constancia
from renewals.models import Product, Quote
from tests import factories


@pytest.fixture
def quote(user):
    return factories.make_quote(user.customer, factories.QUOTE_OF_THE_MANUAL)


def icon(name: str) -> str:
    return render_to_string("includes/icon.html", {"name": name})


def ids(quote):
    return list(quote.lines.values_list("pk", flat=True))


def test_signing_in_leads_to_the_offer_and_the_panel_otherwise(user, signed_in):
    client = signed_in(user)
    assert client.get("/inicio/").headers["Location"] == "/panel/"
    factories.make_quote(user.customer)
    assert client.get("/inicio/").headers["Location"] == "/renovacion/"


def test_the_page_shows_the_figures_of_the_manual(user, quote, signed_in):
    page = signed_in(user).get("/renovacion/").content.decode()
    for text in (
        "Le presentamos la cotización para la renovación de sus productos",
        "Actualizacion 3.3 NIVEL 1", "$900.00", "Emisor", "$0.00",
        "2 Diseños especiales de factura", "Costo total:", "$3,600.00",
        "$4,500.00", "IVA 16%", "$720.00", "$5,220.00\xa0MXN",
        "Generar constancia de pago",
        "No deseo generar en este momento la constancia de pago",
        "Descargar manual para realizar el pago",
    ):  # fmt: skip
        assert text in page


def test_it_explains_what_is_included_and_why_something_is_required(user, quote, signed_in):
    client = signed_in(user)
    page = client.get("/renovacion/").content.decode()
    assert "Su renovación no puede hacerse sin él" in page
    assert "Incluye:" not in page
    Product.objects.filter(code__in=["SP0801", "SP0100"]).update(
        includes="Todo <lo> dicho.", why_required="Por esto."
    )
    page = client.get("/renovacion/").content.decode()
    assert page.count("Incluye: Todo &lt;lo&gt; dicho.") == 2
    assert page.count("Por esto.") == 1, "only of the product that this quote demands"
    assert "Su renovación no puede hacerse sin él" not in page


def test_it_says_on_which_day_it_ends_and_what_then(user, quote, signed_in):
    page = signed_in(user).get("/renovacion/").content.decode()
    assert f"Vigente hasta el <strong>{long_date(quote.valid_until)}</strong>" in page
    assert "tendrá que pedir otra a ventas" in page


def test_it_says_what_a_constancia_is_and_what_leaving_out_means(user, quote, signed_in):
    page = signed_in(user).get("/renovacion/").content.decode()
    assert "La constancia de pago es la hoja con su referencia para pagar en el banco." in page
    assert "Lo que quite no se renueva; después tendría que pedir otra cotización." in page


def test_open_again_it_has_ticked_what_its_last_constancia_included(user, quote, signed_in):
    required, issuer, designs = ids(quote)
    factories.make_bank_account()
    issue = {"quote": quote, "seen_total": None, "by": user}
    services.cancel_constancia(
        constancia=services.issue_constancia(picked={required, designs}, **issue), by=user
    )
    services.cancel_constancia(
        constancia=services.issue_constancia(picked={required, issuer}, **issue), by=user
    )
    client = signed_in(user)

    def ticked(address: str) -> set[int]:
        page = client.get(address).content.decode()
        boxes = re.findall(r'id="linea-(\d+)" data-cents="\d+" checked', page)
        return {int(pk) for pk in boxes}

    assert ticked("/renovacion/") == {required, issuer}
    assert ticked(f"/renovacion/?lines={designs}") == {required, designs}
    assert ticked("/renovacion/?lines=x") == {required, issuer}


def test_the_button_recalculates_without_script(user, quote, signed_in):
    required, _, _ = ids(quote)
    page = signed_in(user).post("/renovacion/", {"lines": [required], "recalculate": "1"})
    assert "$1,044.00\xa0MXN" in page.content.decode()
    assert not Constancia.objects.exists()


def test_later_leads_to_the_panel_and_the_offer_stays(user, quote, signed_in):
    client = signed_in(user)
    assert client.post("/renovacion/", {"later": "1"}).headers["Location"] == "/panel/"
    page = client.get("/panel/").content.decode()
    message = page[page.index('<p class="alert alert-info">') :]
    assert icon("nota") in message[: message.index("</p>")]
    assert f"lo espera en su panel, vigente hasta el {long_date(quote.valid_until)}." in page
    assert "Renovar mis productos" in page
    assert client.get("/inicio/").headers["Location"] == "/renovacion/"
    assert AuditEvent.objects.filter(action="quote.postponed").count() == 1


def test_generate_leads_to_the_confirmation_with_the_pick(user, quote, signed_in):
    required, free, _ = ids(quote)
    response = signed_in(user).post("/renovacion/", {"lines": [required, free], "generate": "1"})
    assert response.headers["Location"] == (
        f"/renovacion/confirmar/?quote={quote.public_id}&lines={required}&lines={free}"
    )
    assert not Constancia.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Marque al menos un producto"),
        ({"lines": ["999999"]}, "no está en su cotización"),
        ({"lines": ["uno"]}, "no está en su cotización"),
        ({"lines": ["9" * 30]}, "no está en su cotización"),
        ({"price": "1.00"}, "Los precios son los de su cotización"),
        ({"unit_price_1": "1.00"}, "Los precios son los de su cotización"),
    ],
)
def test_a_bad_pick_is_told_with_a_sentence(user, quote, signed_in, fields, sentence):
    page = signed_in(user).post("/renovacion/", fields | {"generate": "1"})
    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert "<title>Error: " in page.content.decode()


def test_what_is_wrong_with_the_pick_leads_to_the_boxes(user, quote, signed_in):
    page = signed_in(user).post("/renovacion/", {"generate": "1"}).content.decode()
    sentence = "Marque al menos un producto para generar su constancia de pago."
    assert f'<a href="#id_lines">{sentence}</a>' in page
    assert '<fieldset id="id_lines" tabindex="-1" aria-describedby="id_lines_error">' in page
    assert f'id="id_lines_error"><li>{sentence}</li>' in page


def test_a_quote_without_required_products_can_be_emptied_but_not_generated(user, signed_in):
    free = [("A1", "Uno", 1, "10.00", False), ("A2", "Dos", 1, "20.00", False)]
    factories.make_quote(user.customer, free)
    client = signed_in(user)
    page = client.post("/renovacion/", {"recalculate": "1"}).content.decode()
    assert "$0.00\xa0MXN" in page
    assert " checked" not in page
    assert "Error: " not in page
    assert "Marque al menos un producto" in client.post("/renovacion/", {}).content.decode()


def test_a_required_product_cannot_be_left_out(user, quote, signed_in):
    _, _, designs = ids(quote)
    page = signed_in(user).post("/renovacion/", {"lines": [designs], "generate": "1"})
    assert "«Actualizacion 3.3 NIVEL 1» es necesario" in page.content.decode()


def test_a_bad_pick_keeps_what_was_ticked(user, quote, signed_in):
    _, free, designs = ids(quote)
    page = signed_in(user).post("/renovacion/", {"lines": [designs, "0"], "generate": "1"})
    content = page.content.decode()
    assert f'id="linea-{designs}" data-cents="360000" checked' in content
    assert f'id="linea-{free}" data-cents="0">' in content


def test_without_a_quote_the_page_says_so(user, signed_in):
    page = signed_in(user).get("/renovacion/")
    assert page.status_code == 404
    assert "No tiene una cotización vigente" in page.content.decode()


def test_an_expired_quote_is_as_good_as_none_but_says_when(user, signed_in):
    quote = factories.make_quote(user.customer, days=-1)
    client = signed_in(user)
    for response in (
        client.get("/renovacion/"),
        client.post("/renovacion/", {"lines": ids(quote), "generate": "1"}),
    ):
        assert response.status_code == 404
        assert "La última venció el" in response.content.decode()
    assert client.get("/inicio/").headers["Location"] == "/panel/"


def test_the_last_day_of_a_quote_still_counts(user, signed_in):
    factories.make_quote(user.customer, days=0)
    assert signed_in(user).get("/renovacion/").status_code == 200


def test_another_customers_lines_are_not_on_ones_quote(user, outsider, quote, signed_in):
    others = factories.make_quote(outsider.customer)
    page = signed_in(user).post("/renovacion/", {"lines": ids(others), "generate": "1"})
    assert "no está en su cotización" in page.content.decode()


def test_a_quote_in_payment_leads_to_its_constancia(user, signed_in):
    factories.make_constancia(user)
    assert signed_in(user).get("/renovacion/").headers["Location"] == "/constancias/"


def test_staff_are_led_to_the_admin(cxc, signed_in):
    assert signed_in(cxc).get("/panel/").headers["Location"] == "/admin/"


def test_a_user_of_no_customer_is_refused_with_a_page(db, signed_in):
    page = signed_in(factories.make_user()).get("/panel/")
    assert page.status_code == 403
    assert "No tiene permiso" in page.content.decode()


@pytest.mark.slow
def test_the_manual_for_paying_is_a_pdf(user, signed_in):
    response = signed_in(user).get("/manuales/pago/")
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")


class TestVersion4:
    """The notice that a confirmed payment unlocks."""

    def test_before_the_payment_it_is_locked(self, user, signed_in):
        client = signed_in(user)
        for path in ("/aviso-4.0/", "/manuales/version-4.0/"):
            page = client.get(path, follow=True)
            assert page.redirect_chain[-1][0] == "/panel/"
            assert "se abren cuando confirmemos su pago" in page.content.decode()
        assert client.post("/aviso-4.0/").headers["Location"] == "/panel/"

    @pytest.mark.slow
    def test_after_it_the_next_page_is_the_notice(self, user, cxc, signed_in):
        client = signed_in(user)
        factories.pay(factories.make_constancia(user), cxc)
        for path in ("/panel/", "/constancias/", "/inicio/"):
            assert client.get(path).headers["Location"] == "/aviso-4.0/"
        page = client.get("/aviso-4.0/").content.decode()
        assert "→ Manual para cambio de versión ←" in page
        assert "VERSION SAT 4.0" in page
        assert "su panel de facturación (donde emite sus facturas, en www.facturamos" in page
        assert client.get("/manuales/version-4.0/").content.startswith(b"%PDF-")

    def test_continuing_takes_it_out_of_the_way_but_it_stays_reachable(self, user, cxc, signed_in):
        client = signed_in(user)
        factories.pay(factories.make_constancia(user), cxc)
        assert client.post("/aviso-4.0/").headers["Location"] == "/panel/"
        assert "Su renovación está pagada" in client.get("/panel/").content.decode()
        assert client.get("/aviso-4.0/").status_code == 200
        client.post("/aviso-4.0/")
        assert AuditEvent.objects.filter(action="migration_notice.acknowledged").count() == 1

    def test_the_quote_is_renewed_and_says_so(self, user, cxc, signed_in):
        client = signed_in(user)
        factories.pay(factories.make_constancia(user), cxc)
        client.post("/aviso-4.0/")
        page = client.get("/renovacion/")
        assert page.status_code == 404
        assert "Su renovación ya está pagada" in page.content.decode()
        assert Quote.objects.get().status == "renewed"


def test_the_page_of_the_quote_takes_a_fixed_number_of_queries(
    user, signed_in, django_assert_num_queries
):
    client = signed_in(user)
    quote = factories.make_quote(user.customer, factories.QUOTE_OF_THE_MANUAL)
    with django_assert_num_queries(7):
        client.get("/renovacion/")
    quote.valid_until = timezone.localdate()
    quote.save()
    many = [(f"P{n}", f"Producto {n}", 1, "10.00", False) for n in range(12)]
    factories.make_quote(user.customer, many)
    with django_assert_num_queries(7):
        client.get("/renovacion/")
