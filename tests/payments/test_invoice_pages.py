"""The customer's side of an invoice: asking, correcting, downloading."""

import re

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments import invoice_views
from payments.models import FiscalProfile, InvoiceRequest
from payments.services import cancel_constancia
from renewals.services import acknowledge_version_4
from tests import factories
from tests.payments import cfdis

pytestmark = pytest.mark.slow

GOOD = {
    "rfc": "FDE150803AB1",
    "name": "Ferretería Demostración del Norte",
    "postal_code": "32000",
    "regime": "601",
    "cfdi_use": "G03",
    "confirm": "on",
}


def text_of(page) -> str:
    """What is on the page, without its tags and spacing."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def address(constancia, kind: str = "") -> str:
    return f"/constancias/{constancia.reference}/factura/" + (f"{kind}/" if kind else "")


@pytest.fixture
def client(user, signed_in):
    return signed_in(user)


def pay(constancia, user, cxc):
    """It is paid, and the customer has seen the notice that follows."""
    paid = factories.pay(constancia, cxc)
    acknowledge_version_4(customer=user.customer, by=user)
    return paid


@pytest.fixture
def issued(constancia, user, cxc):
    """The invoice of a paid constancia, issued."""
    return cfdis.issue(factories.make_invoice_request(pay(constancia, user, cxc)), cxc)


def _regimes(page) -> list[str]:
    """The codes that the list of regimes offers."""
    select = page.content.decode().split('<select name="regime"', 1)[1].split("</select>")[0]
    return re.findall(r'<option value="(\d+)"', select)


class TestAsking:
    """The form."""

    def test_it_begins_with_what_is_known(self, client, constancia, user):
        user.customer.legal_name = "Ferretería Peña, S.A. de C.V."
        user.customer.save()
        page = client.get(address(constancia))
        assert f'value="{user.customer.rfc}"' in page.content.decode()
        assert 'value="FERRETERÍA PEÑA"' in page.content.decode()
        assert "la emitimos después de confirmar su pago" in text_of(page)

    @pytest.mark.parametrize(
        ("rfc", "codes", "whose"),
        [
            ("FDE150803AB1", "601 603 610 620 622 623 624 626", "una persona moral, por los 12"),
            (
                "PEDA800101AB3",
                "605 606 607 608 610 611 612 614 615 616 621 625 626",
                "una persona física, por los 13",
            ),
        ],
    )
    def test_it_offers_in_order_the_regimes_of_whoever_has_the_rfc(
        self, client, constancia, user, rfc, codes, whose
    ):
        user.customer.rfc = rfc
        user.customer.save()
        page = client.get(address(constancia))
        assert _regimes(page) == codes.split()
        assert f"Los de {whose} caracteres de su RFC." in text_of(page)
        assert "G03 · Gastos en general" in page.content.decode()

    def test_with_another_rfc_it_offers_those_of_that_one(self, client, constancia):
        page = client.post(address(constancia), GOOD | {"rfc": "pead-800101-ab3"})
        assert "El régimen 601 no es para una persona física" in text_of(page)
        assert _regimes(page)[0] == "605"
        page = client.post(address(constancia), GOOD | {"rfc": "x"})
        assert {"601", "605"} <= set(_regimes(page))

    def test_asking_before_paying(self, client, constancia):
        page = client.post(address(constancia), GOOD, follow=True)
        assert page.redirect_chain == [(address(constancia), 302)]
        assert "Su factura está solicitada a nombre de FERRETERÍA DEMOSTRACIÓN" in text_of(page)
        assert "La emitiremos cuando confirmemos su pago" in text_of(page)
        assert "Le avisaremos por correo cuando pueda descargarla." in text_of(page)
        assert "Entonces podrá descargar su PDF y su XML en esta misma página" in text_of(page)
        request = InvoiceRequest.objects.get()
        assert (request.constancia, request.regime) == (constancia, "601")

    def test_another_rfc_than_the_accounts_is_told(self, client, constancia, user):
        own = GOOD["rfc"]
        page = text_of(client.post(address(constancia), GOOD, follow=True))
        assert f"El RFC {own} no es el de su cuenta, {user.customer.rfc}: la factura" in page
        assert "corríjalo abajo antes de que la emitamos" in page
        user.customer.rfc = own
        user.customer.save()
        page = text_of(client.post(address(constancia), GOOD, follow=True))
        assert "no es el de su cuenta" not in page

    def test_asking_after_paying(self, client, constancia, user, cxc):
        pay(constancia, user, cxc)
        assert "Su pago ya está confirmado" in text_of(client.get(address(constancia)))
        page = client.post(address(constancia), GOOD, follow=True)
        assert "La estamos preparando" in text_of(page)
        for told in ("En cuanto la emitamos podrá descargar", "y se los enviaremos por correo"):
            assert told in text_of(page)
        told = text_of(page).partition("La estamos")[2].partition("Para la constancia")[0]
        assert "Escriba a cxc@sistemasperseo.com con su referencia" in told
        assert "horas" not in told, "nobody promised when"

    def test_correcting(self, client, constancia):
        client.post(address(constancia), GOOD)
        page = client.get(address(constancia))
        assert 'value="32000"' in page.content.decode()
        assert "Corregir mis datos" in text_of(page)
        client.post(address(constancia), GOOD | {"postal_code": "32500"})
        assert InvoiceRequest.objects.get().postal_code == "32500"

    def test_the_next_constancia_finds_the_data_of_the_last(self, client, constancia, user):
        client.post(address(constancia), GOOD)
        cancel_constancia(constancia=constancia, by=user)
        second = factories.make_constancia(user, factories.make_quote(user.customer))
        page = client.get(address(second)).content.decode()
        assert 'value="FERRETERÍA DEMOSTRACIÓN DEL NORTE"' in page
        assert '<option value="601" selected>' in page

    def test_a_doubtful_rfc_is_taken_with_a_warning(self, client, constancia):
        page = client.post(address(constancia), GOOD, follow=True)
        assert "Compare letra por letra el RFC FDE150803AB1" in text_of(page)

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"rfc": ""}, "Escriba su RFC."),
            ({"rfc": "FDE150803AB"}, "Ese RFC no puede existir"),
            ({"name": ""}, "Escriba el nombre o razón social."),
            ({"name": "Peña S.A. de C.V."}, "Escríbalo así: PEÑA"),
            ({"postal_code": "3200"}, "Escriba los cinco dígitos"),
            ({"regime": ""}, "Elija su régimen fiscal de la lista."),
            ({"regime": "612"}, "El régimen 612 no es para una persona moral"),
            ({"regime": "610"}, "El régimen 610 no admite el uso G03"),
            ({"cfdi_use": ""}, "Elija el uso del CFDI de la lista."),
            ({"confirm": ""}, "palomee la casilla que lo confirma"),
        ],
    )
    def test_what_is_wrong_is_told_beside_the_field_and_above(
        self, client, constancia, changes, sentence
    ):
        page = client.post(address(constancia), GOOD | changes)
        (field,) = changes if changes != {"regime": "610"} else ("cfdi_use",)
        assert f'<a href="#id_{field}">' in page.content.decode()
        assert text_of(page).count(sentence) == 2
        assert page.content.decode().count("<title>Error: ") == 1
        assert not InvoiceRequest.objects.exists()

    def test_what_was_typed_stays(self, client, constancia):
        page = client.post(address(constancia), GOOD | {"postal_code": "x"}).content.decode()
        assert 'value="Ferretería Demostración del Norte"' in page
        assert '<option value="601" selected>' in page
        assert re.search(r'id="id_confirm" required checked', page)

    @pytest.mark.parametrize("field", [name for name in GOOD if name != "confirm"])
    @pytest.mark.parametrize("value", ["\0", "a\0b", "x" * 300_000, "<script>|", "\u202e"])
    def test_whatever_is_sent_is_refused_with_a_page(self, client, constancia, field, value):
        page = client.post(address(constancia), GOOD | {field: value})
        assert page.status_code == 200
        assert "Hay un problema" in text_of(page)
        assert "<script>" not in page.content.decode()
        assert not InvoiceRequest.objects.exists()

    def test_state_and_owner_are_not_sent_in(self, client, constancia, outsider, cxc):
        extra = {
            "uuid": cfdis.UUID,
            "requested_by": str(cxc.pk),
            "constancia": "1",
            "issued_at": "x",
        }
        client.post(address(constancia), GOOD | extra)
        request = InvoiceRequest.objects.get()
        assert (request.is_issued, request.constancia) == (False, constancia)
        assert request.requested_by != cxc

    def test_a_closed_constancia_leads_back_with_the_reason(self, client, constancia, user):
        cancel_constancia(constancia=constancia, by=user)
        for ask in (client.get, client.post):
            page = ask(address(constancia), GOOD, follow=True)
            assert page.redirect_chain == [(f"/constancias/{constancia.reference}/", 302)]
            assert "está cancelada, así que no hay qué facturar" in text_of(page)

    def test_a_constancia_that_closes_meanwhile(self, client, constancia, user, monkeypatch):
        def too_late(**data):
            cancel_constancia(constancia=constancia, by=user)
            return ask(**data)

        ask = invoice_views.request_invoice
        monkeypatch.setattr(invoice_views, "request_invoice", too_late)
        page = client.post(address(constancia), GOOD, follow=True)
        assert "no hay qué facturar" in text_of(page)
        assert not InvoiceRequest.objects.exists()


@given(
    st.fixed_dictionaries(
        {name: st.text(st.characters(codec="utf-8"), max_size=30) for name in GOOD}
    )
)
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_form_gets_a_page(client, constancia, data):
    assert client.post(address(constancia), data).status_code in (200, 302)


class TestTaking:
    """The issued invoice."""

    def test_the_page_tells_it_and_leads_to_the_files(self, client, issued):
        page = client.get(address(issued.constancia))
        assert f"Folio fiscal (UUID) {str(issued.uuid).upper()}" in text_of(page)
        for kind in ("pdf", "xml"):
            assert f'href="{address(issued.constancia, kind)}"' in page.content.decode()
        assert (
            "<form method"
            not in page.content.decode().partition("<main")[2].partition("</main>")[0]
        )

    @pytest.mark.parametrize(
        ("kind", "content_type"), [("pdf", "application/pdf"), ("xml", "application/xml")]
    )
    def test_each_file_is_a_download_that_nothing_keeps(self, client, issued, kind, content_type):
        page = client.get(address(issued.constancia, kind))
        with getattr(issued, kind).open("rb") as file:
            assert page.content == file.read()
        name = f"factura-{issued.constancia.reference}.{kind}"
        for header, value in {
            "Content-Type": content_type,
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        }.items():
            assert page.headers[header] == value
        assert client.head(address(issued.constancia, kind)).status_code == 200
        assert client.post(address(issued.constancia, kind)).status_code == 405

    def test_it_cannot_be_corrected_any_more(self, client, issued):
        page = client.post(address(issued.constancia), GOOD | {"postal_code": "32500"}, follow=True)
        assert "Emitida el" in text_of(page)
        issued.refresh_from_db()
        assert issued.postal_code == "32000"

    @pytest.mark.parametrize("kind", ["pdf", "xml"])
    def test_there_is_nothing_to_take_before(self, client, constancia, kind):
        assert client.get(address(constancia, kind)).status_code == 404
        factories.make_invoice_request(constancia)
        assert client.get(address(constancia, kind)).status_code == 404

    def test_a_lost_file_is_told(self, client, issued):
        issued.pdf.storage.delete(issued.pdf.name)
        page = client.get(address(issued.constancia, "pdf"))
        assert page.status_code == 503
        assert "La factura no está disponible" in text_of(page)


class TestStrangers:
    """Anybody else finds nothing."""

    @pytest.mark.parametrize("kind", ["", "pdf", "xml"])
    @pytest.mark.parametrize("method", ["get", "head", "post"])
    def test_another_customer(self, outsider, issued, signed_in, method, kind):
        ask = getattr(signed_in(outsider), method)
        wanted = 405 if (method, bool(kind)) == ("post", True) else 404
        assert ask(address(issued.constancia, kind), GOOD).status_code == wanted

    def test_another_customer_cannot_ask_for_it(self, outsider, constancia, signed_in):
        assert signed_in(outsider).post(address(constancia), GOOD).status_code == 404
        assert not InvoiceRequest.objects.exists()
        assert not FiscalProfile.objects.exists()

    @pytest.mark.parametrize("kind", ["", "pdf", "xml"])
    def test_nobody_signed_in(self, issued, kind):
        page = Client().get(address(issued.constancia, kind))
        assert (page.status_code, page.url.partition("?")[0]) == (302, "/ingresar/")

    @pytest.mark.parametrize("kind", ["", "pdf", "xml"])
    def test_a_reference_that_cannot_be(self, client, constancia, kind):
        for reference in ("x", "1234567", "0", "9" * 500, "%00"):
            path = f"/constancias/{reference}/factura/" + (f"{kind}/" if kind else "")
            assert client.get(path).status_code == 404


class TestTelling:
    """The constancia's page."""

    def page(self, client, constancia) -> str:
        return text_of(client.get(f"/constancias/{constancia.reference}/"))

    def test_it_follows_the_invoice(self, client, constancia, user, cxc):
        assert "Solicitar mi factura" in self.page(client, constancia)
        client.post(address(constancia), GOOD)
        assert "la emitiremos cuando confirmemos su pago" in self.page(client, constancia)
        pay(constancia, user, cxc)
        assert "la estamos preparando" in self.page(client, constancia)
        cfdis.issue(InvoiceRequest.objects.get(), cxc)
        assert "Descargar mi factura (PDF y XML)" in self.page(client, constancia)

    def test_a_closed_one_offers_none(self, client, constancia, user):
        cancel_constancia(constancia=constancia, by=user)
        assert "mi factura" not in self.page(client, constancia)

    @pytest.mark.parametrize("asked", [False, True])
    def test_the_pages_take_few_queries(self, client, constancia, django_assert_num_queries, asked):
        if asked:
            client.post(address(constancia), GOOD)
        with django_assert_num_queries(5 if asked else 6):
            client.get(address(constancia))
