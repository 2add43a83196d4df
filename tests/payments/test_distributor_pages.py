"""A distributor's people see where their own customers stand, and nothing else."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, PrivacyConsent, PrivacyNotice
from accounts.services import accept_notice
from payments.models import Constancia
from payments.proofs import refuse_proof
from payments.services import cancel_constancia
from renewals.models import Quote
from tests import factories

pytestmark = pytest.mark.django_db

PAGE = "/distribuidor/"
CSV = "/distribuidor/clientes.csv"
TODAY = timezone.localdate()
QUERIES_OF_THE_PAGE = 8


@pytest.fixture
def distributor():
    return factories.make_distributor(name="Distribuidora <Uno>", contact_name="Luis")


@pytest.fixture
def notice():
    return PrivacyNotice.objects.published().first() or factories.make_notice()


@pytest.fixture
def seller(distributor, notice):
    person = factories.make_user(distributor=distributor)
    accept_notice(user=person, notice_id=notice.pk)
    return person


@pytest.fixture
def client(seller, signed_in):
    return signed_in(seller)


def customer_of(distributor, name: str, **fields):
    return factories.make_customer(distributor=distributor, legal_name=name, **fields)


def constancia_of(distributor, name: str) -> Constancia:
    return factories.make_constancia(factories.make_consenting_user(customer_of(distributor, name)))


def standing_of(client, name: str) -> str:
    """What the CSV says of the customer."""
    (row,) = [row for row in rows_of(client) if row["Cliente"] == name]
    return " ".join(filter(None, (row["Renovación"], row["Vigente hasta"], row["Total"])))


def rows_of(client, query: str = "") -> list[dict[str, str]]:
    content = client.get(CSV + query).getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


class TestStandings:
    """Each renewal in words."""

    def test_from_nothing_to_paid(self, client, distributor, cxc):
        person = factories.make_consenting_user(customer_of(distributor, "Ana"))
        assert standing_of(client, "Ana") == "Sin cotización"
        quote = factories.make_quote(person.customer)
        assert standing_of(client, "Ana") == f"Cotizada {TODAY + timedelta(days=30)}"
        constancia = factories.make_constancia(person, quote)
        issued = f"Constancia vigente {constancia.expires_on} 1305.00"
        assert standing_of(client, "Ana") == issued
        proof = factories.make_proof(constancia)
        assert standing_of(client, "Ana") == "Comprobante en revisión 1305.00"
        refuse_proof(proof=proof, reason="No se lee.", by=cxc)
        assert standing_of(client, "Ana") == issued
        factories.pay(constancia, cxc)
        assert standing_of(client, "Ana") == "Pagada 1305.00"
        assert rows_of(client)[0]["Versión"] == "4.0"
        factories.make_quote(person.customer)
        assert standing_of(client, "Ana").startswith("Cotizada")

    def test_a_quote_that_lapsed(self, client, distributor):
        factories.make_quote(customer_of(distributor, "Eva"), days=-1)
        assert standing_of(client, "Eva") == f"Cotización vencida {TODAY - timedelta(days=1)}"

    def test_cancelled_is_quoted_again(self, client, distributor):
        constancia = constancia_of(distributor, "Eva")
        cancel_constancia(constancia=constancia, by=constancia.issued_by)
        assert standing_of(client, "Eva").startswith("Cotizada")

    def test_expired_with_and_without_the_sweep(
        self, client, distributor, clock, signed_in, seller
    ):
        constancia = constancia_of(distributor, "Eva")
        clock(constancia.expires_on + timedelta(days=1), 12)
        later = signed_in(seller)
        expired = f"Constancia vencida {constancia.expires_on} 1305.00"
        assert standing_of(later, "Eva") == expired
        Quote.objects.update(valid_until=constancia.expires_on + timedelta(days=90))
        Constancia.objects.update(status="expired", expired_at=timezone.now())
        Quote.objects.update(status="open")
        assert standing_of(later, "Eva") == expired


class TestPage:
    """Their customers, and how to find one."""

    def test_it_is_where_signing_in_leads(self, client):
        assert client.get("/inicio/").headers["Location"] == PAGE
        assert client.get("/", follow=True).redirect_chain[-1] == (PAGE, 302)

    def test_own_customers_only(self, client, distributor):
        customer_of(distributor, "Propia")
        customer_of(factories.make_distributor(), "Ajena")
        customer_of(None, "De nadie")
        page = client.get(PAGE).content.decode()
        assert "Distribuidora &lt;Uno&gt;" in page
        assert "Propia" in page
        assert "Ajena" not in page
        assert "De nadie" not in page
        assert [row["Cliente"] for row in rows_of(client)] == ["Propia"]
        assert "Ningún cliente suyo" in client.get(f"{PAGE}?q=Ajena").content.decode()

    def test_neither_reference_nor_proof_nor_bank(self, client, distributor):
        constancia = constancia_of(distributor, "Ana")
        proof = factories.make_proof(constancia, tracking_key="RASTREO123")
        page = client.get(PAGE).content.decode() + str(rows_of(client))
        assert "$1,305.00" in page
        for secret in (
            *(constancia.reference, constancia.printed_reference, constancia.token),
            *(constancia.clabe, str(proof.public_id), proof.tracking_key),
        ):
            assert secret not in page

    def test_search_filter_and_totals(self, client, distributor):
        factories.make_quote(customer_of(distributor, "Ñandú SA", rfc="NAN010101AA1"))
        constancia = constancia_of(distributor, "Ana")
        factories.make_proof(constancia_of(distributor, "En revisión"))
        customer_of(distributor, "Sin nada")
        page = client.get(PAGE).content.decode()
        for option in ("Todos (4)", "No han pagado (2)", "Sin cotización (1)", "Pagada (0)"):
            assert option in page

        def names(query: str) -> list[str]:
            return [row["Cliente"] for row in rows_of(client, query)]

        assert names("?estado=sin-pagar") == ["Ana", "Ñandú SA"]
        assert names("?estado=en-revision") == ["En revisión"]
        assert names("?q=nan01") == ["Ñandú SA"]
        assert names("?q=nada&estado=sin-cotizacion") == ["Sin nada"]
        assert names("?q=%E2%80%AEana") == ["Ana"]
        assert len(names("?estado=otra")) == 4
        assert constancia.customer.legal_name in client.get(f"{PAGE}?q=ANA").content.decode()

    def test_pages(self, client, distributor):
        for number in range(51):
            customer_of(distributor, f"Empresa {number:02}")
        first = client.get(PAGE).content.decode()
        assert "1 a 50 de <strong>51</strong>" in first
        assert 'href="?p=2"' in first
        assert "Empresa 50" not in first
        assert "Empresa 50" in client.get(f"{PAGE}?p=2").content.decode()
        assert client.get(f"{PAGE}?p=nada").status_code == 200

    def test_the_help_names_the_company_and_not_themselves(self, client):
        page = client.get(PAGE).content.decode()
        assert "Su distribuidor es" not in page
        assert "ventas@sistemasperseo.com" in page

    def test_it_asks_as_often_for_one_as_for_three(
        self, client, distributor, django_assert_num_queries
    ):
        constancia_of(distributor, "Ana")
        client.get(PAGE)
        with django_assert_num_queries(QUERIES_OF_THE_PAGE):
            client.get(PAGE)
        for name in ("Eva", "Luz"):
            factories.make_proof(constancia_of(distributor, name))
        with django_assert_num_queries(QUERIES_OF_THE_PAGE):
            assert client.get(PAGE).content.decode().count("$1,305.00") == 3


class TestCsv:
    """The list as a file."""

    def test_no_formula_leaves_and_it_is_audited(self, client, distributor, seller):
        customer_of(distributor, "=cmd|' /C calc'!A0")
        answer = client.get(f"{CSV}?estado=sin-cotizacion")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert "attachment" in answer.headers["Content-Disposition"]
        (row,) = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
        assert row["Cliente"] == "'=cmd|' /C calc'!A0"
        event = AuditEvent.objects.get(action="distributor.exported")
        assert (event.actor_id, event.target_id) == (seller.pk, str(distributor.pk))
        assert event.data == {"rows": 1, "filters": {"buscar": "", "estado": "sin-cotizacion"}}


class TestDoor:
    """Who comes in, and where they may not go."""

    def test_the_notice_comes_first(self, distributor, notice, signed_in):
        person = factories.make_user(distributor=distributor)
        client = signed_in(person)
        assert client.get(PAGE).headers["Location"] == "/privacidad/"
        page = client.get("/privacidad/").content.decode()
        assert "Aviso de privacidad" in page
        answer = client.post("/privacidad/", {"accept": "on", "notice": notice.pk})
        assert answer.headers["Location"] == PAGE
        assert PrivacyConsent.objects.filter(user=person).count() == 1

    @pytest.mark.parametrize(
        "path",
        ["/panel/", "/constancias/", "/renovacion/", "/renovacion/confirmar/", "/aviso-4.0/",
         "/manuales/pago/", "/reclamo/"],
    )  # fmt: skip
    def test_no_customer_s_page(self, client, path):
        answer = client.get(path)
        assert answer.status_code in (302, 404)
        assert answer.status_code == 404 or answer.headers["Location"] == PAGE

    def test_not_even_their_own_customer_s_slip_or_proof(self, client, distributor):
        constancia = constancia_of(distributor, "Ana")
        proof = factories.send_proof(constancia)
        public_id = proof.files.get().public_id
        for path in ("", "pdf/", "comprobante/", "factura/", "cancelar/"):
            answer = client.get(f"/constancias/{constancia.reference}/{path}")
            assert (answer.status_code, answer.headers.get("Location")) == (302, PAGE)
        assert client.get(f"/comprobantes/{public_id}/").status_code in (302, 403, 404)
        assert client.post(f"/constancias/{constancia.reference}/cancelar/").status_code == 302
        constancia.refresh_from_db()
        assert constancia.status == "open"

    def test_not_the_admin(self, client):
        assert client.get("/admin/").status_code in (302, 403)
        assert client.get("/admin/accounts/customer/").status_code in (302, 403)

    def test_others_do_not_come_in(self, user, cxc, signed_in):
        assert [signed_in(user).get(path).status_code for path in (PAGE, CSV)] == [403, 403]
        answer = signed_in(cxc).get(PAGE)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")

    def test_it_only_reads(self, client):
        assert client.post(PAGE).status_code == 405
        assert client.post(CSV).status_code == 405
