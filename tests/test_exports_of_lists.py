"""Every list of the admin leaves as CSV and XLSX, with its filters, and is written down."""

import csv
import io
from datetime import datetime
from decimal import Decimal

import openpyxl
import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.company_texts import publish_text
from accounts.models import AuditEvent, PrivacyNotice, TableImport, WelcomeCampaign
from facturamos import admin_exports
from facturamos.admin_exports import ExportableAdmin
from payments.bank_accounts import propose_bank_account
from payments.models import BankAccount
from reconciliation.claims import claim_deposit
from reconciliation.models import TableMapping
from renewals.models import Product
from tests import factories
from tests.reconciliation.bank import imported, spei, statement

CUSTOMERS = "/admin/accounts/customer/"
CONSTANCIAS = "/admin/payments/constancia/"
# No list may take these along, whatever it shows.
SECRETS = {"password", "token", "text", "html", "draft", "secret", "key", "session_key", "pdf"}
# Session and user; the limit, twelve in the shared cache; how many rows; the audit; the rows.
QUERIES = 17
# What a filter offers: the staff, the groups, the statement; and the promise of hours.
MORE_QUERIES = {
    "accounts.AuditEvent": 1,
    "accounts.User": 1,
    "payments.PaymentProof": 1,
    "reconciliation.Movement": 1,
}


@pytest.fixture
def boss(db):
    return factories.make_user(is_staff=True, is_superuser=True)


@pytest.fixture
def client(boss, signed_in):
    return signed_in(boss)


def export_url(model) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_export")


def read_csv(page) -> list[dict[str, str]]:
    assert page.status_code == 200, (page.status_code, page.headers)
    return list(csv.DictReader(io.StringIO(page.getvalue().decode("utf-8-sig"), newline="")))


def read_xlsx(page) -> list[tuple]:
    assert page.status_code == 200
    (sheet,) = openpyxl.load_workbook(io.BytesIO(page.content))
    return list(sheet.values)


def one_of_everything(number: int, by) -> None:
    """A row more for each list."""
    user = factories.make_consenting_user(
        factories.make_customer(distributor=factories.make_distributor())
    )
    constancia = factories.make_constancia(user)
    assert user.customer
    waiting = factories.make_user(factories.make_customer())
    factories.send_proof(factories.make_constancia(waiting))
    factories.make_invoice_request(constancia)
    factories.pay(constancia, by)
    imported(statement(spei(None, folio=number), opening=f"{number}.00"), by, f"{number}.exp")
    claim_deposit(
        customer=user.customer,
        paid_on=timezone.localdate(),
        amount=Decimal("5.00"),
        tracking_key=f"CLAVE{number}",
        note="",
        by=user,
    )
    TableMapping.objects.create(
        headers=["a", "b"], headers_key=str(number), mapping={}, saved_by=by
    )
    PrivacyNotice.objects.create(version=f"borrador {number}")
    Group.objects.create(name=f"Grupo {number}")
    Product.objects.create(code=f"X{number}", name="Producto")
    propose_bank_account(
        account=BankAccount(
            beneficiary="X",
            bank_name="BBVA",
            account_number="0101644637",
            clabe="012164001016446374",
        ),
        by=by,
    )
    TableImport.objects.create(kind="customers", name="x.csv", sha256=str(number), uploaded_by=by)
    WelcomeCampaign.objects.create(started_by=by, total=1, finished_at=timezone.now())
    text = {"key": "contacts.hours", "body": f"De 9 a {12 + number}", "reason": "Horario."}
    publish_text(**text, seen=number - 1, by=by)


class TestEveryList:
    """What holds for all of them."""

    def test_every_list_can_leave_and_takes_no_secret(self):
        assert len(admin.site._registry) > 15
        for one in admin.site._registry.values():
            assert isinstance(one, ExportableAdmin), one
            kept = {field.name for field in one.model._meta.fields}
            columns = set(one.export_columns or one.list_display)
            assert not columns & kept & SECRETS, one

    @pytest.mark.slow
    def test_each_asks_no_more_for_three_rows_than_for_one(self, client, boss):
        """Over all lists: a literal number of queries, one row a line, on both formats."""
        lists = list(admin.site._registry)
        one_of_everything(1, boss)
        before = {model: self.measure(client, model) for model in lists}
        for number in (2, 3):
            one_of_everything(number, boss)
        client.get("/admin/")
        for model in lists:
            queries, rows = self.measure(client, model)
            assert before[model][1] < rows, model
            wanted = QUERIES + MORE_QUERIES.get(model._meta.label, 0)
            assert (model, queries, before[model][0]) == (model, wanted, wanted)

    def measure(self, client, model) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as asked:
            rows = read_csv(client.get(export_url(model), {"formato": "csv"}))
        return len(asked), len(rows)


@pytest.mark.django_db
class TestExport:
    """One list."""

    def test_the_list_offers_it_as_it_is_filtered(self, client, user):
        page = client.get(CUSTOMERS, {"q": "Empresa", "p": "1"}).content.decode()
        assert f'href="{CUSTOMERS}exportar/?q=Empresa&amp;formato=csv"' in page
        assert f'href="{CUSTOMERS}exportar/?q=Empresa&amp;formato=xlsx"' in page

    def test_filters_search_and_order_are_kept(self, client):
        for name, stamps in (("Beta", 5), ("Alfa", 9), ("Gama", 1)):
            factories.make_customer(legal_name=f"Ferretería {name}", stamps_available=stamps)
        factories.make_customer(legal_name="Otra")
        columns = client.get(CUSTOMERS).context["cl"].list_display
        order = f"-{columns.index('stamps_available')}"
        query = {"q": "Ferretería", "o": order, "cfdi_version__exact": "3.3"}
        rows = read_csv(client.get(f"{CUSTOMERS}exportar/", query))
        assert [row["Nombre o razón social"].split()[1] for row in rows] == ["Alfa", "Beta", "Gama"]
        query["cfdi_version__exact"] = "4.0"
        assert read_csv(client.get(f"{CUSTOMERS}exportar/", query)) == []

    def test_amounts_and_days_are_numbers_and_dates(self, client, user):
        constancia = factories.make_constancia(user)
        page = client.get(f"{CONSTANCIAS}exportar/", {"formato": "xlsx"})
        header, row = read_xlsx(page)
        told = dict(zip(header, row, strict=True))
        assert told["Referencia"] == constancia.printed_reference
        assert told["RFC"] == constancia.customer_rfc
        assert told["Estado"] == "vigente"
        assert told["Total"] == 1305
        assert told["Vence"] == datetime.combine(constancia.expires_on, datetime.min.time())
        (row,) = read_csv(client.get(f"{CONSTANCIAS}exportar/"))
        assert (row["Total"], row["IVA"]) == ("1305.00", "180.00")
        assert row["Vence"] == str(constancia.expires_on)

    def test_a_name_that_would_act_is_text(self, client):
        factories.make_customer(legal_name="=cmd|' /C calc'!A0")
        assert b",'=cmd" in b"," + client.get(f"{CUSTOMERS}exportar/").getvalue().replace(
            b"\n", b","
        )
        rows = read_xlsx(client.get(f"{CUSTOMERS}exportar/", {"formato": "xlsx"}))
        assert rows[1][0].startswith("'=")

    def test_it_is_written_down(self, client, boss, user):
        client.get(f"{CUSTOMERS}exportar/", {"formato": "xlsx", "q": "Empresa"})
        row = AuditEvent.objects.get(action="list.exported")
        assert row.actor_id == boss.pk
        assert row.data == {
            "list": "clientes",
            "format": "XLSX",
            "filters": {"q": ["Empresa"]},
            "rows": 1,
        }

    def test_only_who_may_see_and_take(self, signed_in, user):
        reader = factories.make_user(is_staff=True)
        reader.user_permissions.add(Permission.objects.get(codename="view_customer"))
        browser = signed_in(reader)
        assert "Exportar" not in browser.get(CUSTOMERS).content.decode()
        assert browser.get(f"{CUSTOMERS}exportar/").status_code == 403
        taker = factories.make_user(is_staff=True)
        taker.user_permissions.add(Permission.objects.get(codename="export_lists"))
        assert signed_in(taker).get(f"{CUSTOMERS}exportar/").status_code == 403
        assert signed_in(user).get(f"{CUSTOMERS}exportar/").status_code in (302, 403, 404)
        assert not AuditEvent.objects.filter(action="list.exported").exists()

    def test_what_the_list_refuses_the_export_refuses(self, client, user):
        page = client.get(f"{CUSTOMERS}exportar/", {"nada": "1"})
        assert page.headers["Location"] == f"{CUSTOMERS}?e=1"
        assert client.get(f"{CUSTOMERS}exportar/", {"users__password": "x"}).status_code == 400
        for nonsense in ({"formato": "exe"}, {"p": "x", "o": "9.x"}):
            assert len(read_csv(client.get(f"{CUSTOMERS}exportar/", nonsense))) == 1

    def test_a_long_list_leaves_as_csv(self, client, monkeypatch):
        monkeypatch.setattr(admin_exports, "MOST_XLSX_ROWS", 2)
        for _ in range(3):
            factories.make_customer()
        page = client.get(f"{CUSTOMERS}exportar/", {"formato": "xlsx", "q": "Empresa"}, follow=True)
        assert page.request["PATH_INFO"] == CUSTOMERS
        assert "expórtelas como CSV" in page.content.decode()
        assert len(read_csv(client.get(f"{CUSTOMERS}exportar/", {"q": "Empresa"}))) == 3
