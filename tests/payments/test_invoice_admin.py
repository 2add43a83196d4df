"""CxC's side of an invoice: the list, the data for another program, issuing."""

import csv
import io

import openpyxl
import pytest
from django.contrib.auth.models import Permission

from accounts.models import AuditEvent
from facturamos.models import OutboxMessage
from payments.models import InvoiceRequest
from payments.services import cancel_constancia
from tests import factories
from tests.payments import cfdis

pytestmark = pytest.mark.slow

LIST = "/admin/payments/invoicerequest/"


@pytest.fixture
def client(cxc, signed_in):
    return signed_in(cxc)


def make_request(cxc=None, **fields) -> InvoiceRequest:
    """Of another customer; paid when somebody confirms it."""
    constancia = factories.make_constancia(factories.make_consenting_user())
    if cxc:
        factories.pay(constancia, cxc)
    return factories.make_invoice_request(constancia, **fields)


def make_void(**fields) -> InvoiceRequest:
    """Of a constancia that was cancelled."""
    request = make_request(**fields)
    cancel_constancia(constancia=request.constancia, by=request.requested_by)
    return InvoiceRequest.objects.get(pk=request.pk)


def export(client, kind: str, *requests: InvoiceRequest):
    chosen = [request.pk for request in requests]
    return client.post(LIST, {"action": f"export_{kind}", "_selected_action": chosen})


def shown(page) -> list[str]:
    return [row.constancia.printed_reference for row in page.context["cl"].result_list]


class TestList:
    """What there is to do."""

    def test_the_companys_turn_comes_first_and_the_oldest_of_it(self, client, cxc):
        unpaid, issued, first, second = (
            make_request(),
            make_request(cxc),
            make_request(cxc),
            make_request(cxc),
        )
        cfdis.issue(issued, cxc)
        wanted = [row.constancia.printed_reference for row in (first, second, unpaid, issued)]
        assert shown(client.get(LIST)) == wanted[:3]
        assert shown(client.get(LIST, {"estado": "with_effect"})) == wanted

    def test_what_came_to_nothing_is_last_and_only_where_it_is_looked_for(self, client, cxc):
        void = make_void(name="NADIE")
        unpaid, issued = make_request(), cfdis.issue(make_request(cxc), cxc)
        page = client.get(LIST)
        wanted = [row.constancia.printed_reference for row in (unpaid, issued, void)]
        assert shown(page) == wanted[:1]
        assert "por hacer" in page.content.decode()
        assert shown(client.get(LIST, {"estado": "all"})) == wanted
        for term in (wanted[2], "NADIE"):
            assert shown(client.get(LIST, {"q": term})) == wanted[2:]

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            *(("pending", "por emitir"), ("unpaid", "en espera del pago"), ("issued", "emitida")),
            ("void", "sin efecto"),
        ],
    )
    def test_it_is_narrowed_by_state(self, client, cxc, state, words):
        rows = {
            "unpaid": make_request(),
            "issued": cfdis.issue(make_request(cxc), cxc),
            "pending": make_request(cxc),
            "void": make_void(),
        }
        page = client.get(LIST, {"estado": state})
        assert shown(page) == [rows[state].constancia.printed_reference]
        assert f'<td class="field-state">{words}</td>' in page.content.decode()

    def test_an_invented_state_narrows_nothing(self, client, requested):
        assert len(shown(client.get(LIST, {"estado": "otro"}))) == 1

    def test_it_is_found_by_reference_name_and_rfc(self, client, requested):
        for term in (requested.constancia.printed_reference, "FERRETERIA", requested.rfc):
            assert len(shown(client.get(LIST, {"q": term}))) == 1
        assert shown(client.get(LIST, {"q": "nadie"})) == []

    @pytest.mark.parametrize("count", [1, 3])
    def test_it_takes_a_fixed_number_of_queries(
        self, client, cxc, django_assert_num_queries, count
    ):
        for _ in range(count):
            make_request(cxc)
        with django_assert_num_queries(6):
            client.get(LIST)

    def test_nothing_is_changed_by_hand(self, requested, signed_in):
        administrator = signed_in(factories.make_user(is_staff=True, is_superuser=True))
        assert administrator.get(f"{LIST}add/").status_code == 403
        assert administrator.post(f"{LIST}{requested.pk}/change/", {}).status_code == 403
        assert administrator.post(f"{LIST}{requested.pk}/delete/", {}).status_code == 403


class TestExport:
    """The data for the invoicing program."""

    WANTED = {
        "RFC": "FDE150803AB1",
        "Nombre": "FERRETERIA DEMOSTRACION DEL NORTE",
        "Código postal": "32000",
        "Régimen fiscal": "601",
        "Uso del CFDI": "G03",
        "Subtotal": "1125.00",
        "Tasa de IVA": "0.16",
        "IVA": "180.00",
        "Total": "1305.00",
        "Estado": "por emitir",
    }

    def test_a_csv(self, client, requested, user):
        page = export(client, "csv", requested)
        assert page.headers["Content-Type"].startswith("text/csv")
        assert page.headers["Content-Disposition"].startswith("attachment; filename=")
        assert page.headers["Cache-Control"] == "no-store"
        (row,) = csv.DictReader(io.StringIO(page.getvalue().decode("utf-8-sig"), newline=""))
        assert row.items() >= self.WANTED.items()
        assert (row["Referencia"], row["Correo"]) == (requested.constancia.reference, user.email)
        assert "1 × SP0800 Actualizacion 3.3 NIVEL A.; 1 × 105077" in row["Productos"]

    def test_the_list_says_which_is_for_what(self, client, requested):
        page = client.get(LIST).content.decode()
        assert ">Descargar CSV (para su programa de facturación)<" in page
        assert ">Descargar XLSX (para abrir en Excel)<" in page

    def test_what_came_to_nothing_does_not_go_out(self, client, requested):
        page = export(client, "csv", requested, make_void(name="NADIE"))
        (row,) = csv.DictReader(io.StringIO(page.getvalue().decode("utf-8-sig"), newline=""))
        assert row["Referencia"] == requested.constancia.reference

    def test_an_xlsx_with_numbers(self, client, requested):
        page = export(client, "xlsx", requested)
        header, row = openpyxl.load_workbook(io.BytesIO(page.content)).active.values
        told = dict(zip(header, row, strict=True))
        assert (told["Total"], told["IVA"], told["Tasa de IVA"]) == (1305, 180, 0.16)
        assert told["Código postal"] == "32000"
        assert told["Pagada el"] is not None

    def test_a_name_that_would_act_is_text(self, client, cxc):
        request = make_request(cxc, name="=CMD()")
        assert b",'=CMD()," in export(client, "csv", request).getvalue()
        sheet = openpyxl.load_workbook(io.BytesIO(export(client, "xlsx", request).content)).active
        assert [cell.value for cell in sheet[2] if cell.data_type == "f"] == []

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_who_took_which_is_audited(self, client, cxc, requested, kind):
        export(client, kind, requested)
        event = AuditEvent.objects.get(action="invoice_requests.exported")
        assert (event.actor, event.data) == (
            cxc.username,
            {"format": kind, "references": [requested.constancia.reference]},
        )

    @pytest.mark.parametrize("count", [1, 3])
    def test_it_takes_a_fixed_number_of_queries(
        self, client, cxc, django_assert_num_queries, count
    ):
        requests = [make_request(cxc) for _ in range(count)]
        with django_assert_num_queries(10):
            export(client, "csv", *requests)

    def test_only_those_who_may(self, requested, user, signed_in):
        clerk = factories.make_user(is_staff=True)
        clerk.user_permissions.add(Permission.objects.get(codename="view_invoicerequest"))
        page = export(signed_in(clerk), "csv", requested)
        assert "attachment" not in page.headers.get("Content-Disposition", "")
        assert export(signed_in(user), "csv", requested).status_code in (302, 403)
        assert not AuditEvent.objects.filter(action="invoice_requests.exported").exists()


class TestIssuing:
    """The page "Emitir"."""

    def issue(self, client, request, **changes):
        return client.post(f"{LIST}{request.pk}/emitir/", cfdis.files() | changes, follow=True)

    def test_the_page_tells_what_to_stamp(self, client, requested):
        page = client.get(f"{LIST}{requested.pk}/emitir/").content.decode()
        for text in (
            requested.constancia.printed_reference, "FDE150803AB1", "32000", "$1,305.00",
            "601 · General de Ley Personas Morales", "G03 · Gastos en general",
        ):  # fmt: skip
            assert text in page
        page = client.get(f"{LIST}{requested.pk}/change/").content.decode()
        assert f'href="{LIST}{requested.pk}/emitir/"' in page

    def test_it_is_issued_with_the_uuid_of_the_xml(self, client, cxc, requested):
        page = self.issue(client, requested)
        assert page.redirect_chain == [(f"{LIST}{requested.pk}/change/", 302)]
        assert "El cliente ya la puede descargar" in page.content.decode()
        assert "Descargar el PDF" in page.content.decode()
        requested.refresh_from_db()
        assert (str(requested.uuid), requested.issued_by) == (cfdis.UUID, cxc)

    def test_it_says_whether_anybody_was_written(self, client, requested, user):
        told = self.issue(client, requested).content.decode()
        assert "y le avisamos por correo" in told
        assert OutboxMessage.objects.filter(subject__contains="factura").count() == 1

    @pytest.mark.parametrize("change", [{"email": ""}, {"is_active": False}])
    def test_a_customer_without_a_reader_is_to_be_told_by_hand(
        self, client, requested, user, change
    ):
        type(user).objects.filter(pk=user.pk).update(**change)
        told = self.issue(client, requested).content.decode()
        assert "avisamos por correo" not in told
        assert "avísele usted" in told

    def test_each_difference_is_told(self, client, requested):
        xml = cfdis.files(cfdis.cfdi(rfc="MAB9307148T4", total="1.00"))["xml"]
        page = self.issue(client, requested, xml=xml).content.decode()
        assert "es para el RFC MAB9307148T4" in page
        assert "El total del CFDI es $1.00" in page
        requested.refresh_from_db()
        assert not requested.is_issued

    @pytest.mark.parametrize("missing", ["xml", "pdf"])
    def test_both_files_are_needed(self, client, requested, missing):
        page = self.issue(client, requested, **{missing: ""}).content.decode()
        assert f"Adjunte el {missing.upper()}." in page

    def test_the_second_of_two_gets_a_sentence(self, client, requested):
        self.issue(client, requested)
        assert "ya se emitió con el UUID" in self.issue(client, requested).content.decode()

    def test_one_that_is_not_paid_is_told(self, client):
        request = make_request()
        assert "está vigente: su factura" in self.issue(client, request).content.decode()
        page = client.get(f"{LIST}{request.pk}/change/").content.decode()
        assert f"{LIST}{request.pk}/emitir/" not in page

    def test_only_those_who_may(self, requested, user, signed_in):
        clerk = factories.make_user(is_staff=True)
        clerk.user_permissions.add(Permission.objects.get(codename="view_invoicerequest"))
        path = f"{LIST}{requested.pk}/emitir/"
        assert signed_in(clerk).get(path).status_code == 403
        assert signed_in(clerk).post(path, cfdis.files()).status_code == 403
        assert signed_in(user).post(path, cfdis.files()).status_code == 302
        page = signed_in(clerk).get(f"{LIST}{requested.pk}/change/").content.decode()
        assert path not in page
        requested.refresh_from_db()
        assert not requested.is_issued

    def test_an_invented_one_is_not_found(self, client, db):
        assert client.get(f"{LIST}999999/emitir/").status_code == 404


class TestTaking:
    """The files, for the staff."""

    @pytest.mark.parametrize("kind", ["pdf", "xml"])
    def test_it_is_the_customers_and_taking_it_is_audited(self, client, cxc, requested, kind):
        issued = cfdis.issue(requested, cxc)
        page = client.get(f"{LIST}{issued.pk}/{kind}/")
        with getattr(issued, kind).open("rb") as file:
            assert page.content == file.read()
        assert page.headers["Content-Disposition"].startswith("attachment;")
        event = AuditEvent.objects.get(action="invoice.downloaded")
        assert (event.actor, event.data) == (cxc.username, {"file": kind})

    @pytest.mark.parametrize("kind", ["pdf", "xml"])
    def test_not_before_it_is_issued_and_not_by_others(self, client, requested, signed_in, kind):
        path = f"{LIST}{requested.pk}/{kind}/"
        assert client.get(path).status_code == 404
        assert signed_in(factories.make_user(is_staff=True)).get(path).status_code == 403
        assert not AuditEvent.objects.filter(action="invoice.downloaded").exists()


def test_the_constancias_page_leads_to_its_request(client, requested):
    path = f"/admin/payments/constancia/{requested.constancia_id}/change/"
    assert f'href="{LIST}{requested.pk}/change/"' in client.get(path).content.decode()
    other = factories.make_constancia(factories.make_consenting_user())
    path = f"/admin/payments/constancia/{other.pk}/change/"
    assert "solicitud de factura" not in client.get(path).content.decode()
