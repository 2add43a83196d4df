"""Where the company loads its tables."""

from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.loading import LIMITS
from accounts.models import Customer, TableImport
from tests import factories
from tests.accounts.loading.companies import HEADER, NORTE
from tests.tables import as_csv, loaded, uploaded

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/tableimport/"
QUERIES_OF_THE_LIST = 5


class TestAdmin:
    """Where the company loads its tables."""

    @pytest.fixture
    def client(self, boss, signed_in):
        return signed_in(boss)

    def upload(self, client, content: bytes, kind: str = "customers"):
        file = SimpleUploadedFile("clientes.csv", content)
        return client.post(f"{LIST}cargar/", {"kind": kind, "file": file}, follow=True)

    def test_the_road(self, client, table):
        page = self.upload(client, table)
        row = TableImport.objects.get()
        assert page.redirect_chain == [(f"{LIST}{row.pk}/change/", 302)]
        assert "Cargar 2" in page.content.decode()
        assert not Customer.objects.exists()
        page = client.post(f"{LIST}{row.pk}/cargar/", follow=True).content.decode()
        assert "La tabla se cargó: 2 entre nuevos y cambiados." in page
        assert "Cargar 2" not in page
        assert Customer.objects.count() == 2
        page = client.post(f"{LIST}{row.pk}/cargar/", follow=True).content.decode()
        assert "ya estaba cargada" in page

    def test_looking_is_by_get_and_loading_by_post(self, client, table):
        self.upload(client, table)
        client.get(f"{LIST}{TableImport.objects.get().pk}/cargar/")
        assert not Customer.objects.exists()

    def test_problems_are_listed_page_by_page(self, client):
        lines = [["X", f"Empresa {n}", "", ""] for n in range(201)]
        self.upload(client, as_csv(HEADER, *lines))
        row = TableImport.objects.get()
        first = client.get(f"{LIST}{row.pk}/change/").content.decode()
        assert "hay 201 problemas" in first
        assert "Cargar 0" not in first
        last = client.get(f"{LIST}{row.pk}/change/?p=2").content.decode()
        assert '<td class="number">202</td>' in last
        page = client.post(f"{LIST}{row.pk}/cargar/", follow=True).content.decode()
        assert "no se cargó nada" in page

    def test_nothing_to_load_has_no_button(self, client, table, boss):
        loaded("customers", table, boss)
        page = self.upload(client, table).content.decode()
        assert "No hay nada que cargar" in page
        assert 'value="Cargar' not in page

    def test_looking_again(self, client):
        self.upload(client, as_csv(HEADER, NORTE))
        row = TableImport.objects.get()
        factories.make_distributor(name="Distribuidora Uno")
        page = client.post(f"{LIST}{row.pk}/revisar/", follow=True).content.decode()
        assert "Cargar 1" in page

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "El archivo está vacío"),
            (b"PK\x03\x04" + b"\0" * 300, "dañada"),
            (b"Nombre\nAna\n", "le falta la columna «RFC»"),
        ],
    )
    def test_what_is_no_table_gets_a_sentence(self, client, content, sentence):
        page = self.upload(client, content)
        assert page.status_code == 200
        assert sentence in page.content.decode()
        assert not TableImport.objects.exists()

    def test_too_big_unknown_kind_or_no_file(self, client, table, monkeypatch):
        assert (
            "Elija de la lista qué trae la tabla."
            in self.upload(client, table, "staff").content.decode()
        )
        assert "Elija el archivo." in client.post(f"{LIST}cargar/", {}).content.decode()
        monkeypatch.setattr("accounts.loading_forms.LIMITS", replace(LIMITS, content=10))
        assert "pesa más de" in self.upload(client, table).content.decode()

    @pytest.mark.parametrize("kind", ["customers", "users", "products", "quotes"])
    def test_each_template_is_a_table_of_its_kind(self, client, kind, boss, distributor):
        answer = client.get(f"{LIST}plantilla/{kind}/")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        table = uploaded(kind, answer.content, boss)
        assert table.result["unknown"] == []
        assert not [text for _, text in table.result["problems"] if text.startswith("«")]

    def test_there_is_no_template_of_staff(self, client):
        assert client.get(f"{LIST}plantilla/staff/").status_code == 404

    def test_cxc_cannot(self, signed_in, cxc, table, boss):
        row = uploaded("customers", table, boss)
        client = signed_in(cxc)
        pages = ("", "cargar/", "plantilla/customers/", f"{row.pk}/change/", f"{row.pk}/revisar/")
        assert [client.get(LIST + page).status_code for page in pages] == [403] * 5
        assert client.post(f"{LIST}{row.pk}/cargar/").status_code == 403
        assert self.upload(client, table).status_code == 403
        assert not Customer.objects.exists()

    @pytest.mark.parametrize("of", ["accounts/customer", "accounts/user", "renewals/product"])
    def test_the_lists_lead_there(self, client, of):
        assert "Cargar una tabla" in client.get(f"/admin/{of}/").content.decode()

    def test_the_list_asks_as_often_for_one_as_for_three(
        self, client, table, boss, django_assert_num_queries
    ):
        uploaded("customers", table, boss)
        client.get(LIST)
        with django_assert_num_queries(QUERIES_OF_THE_LIST):
            client.get(LIST)
        for _ in "ab":
            uploaded("customers", table, boss)
        with django_assert_num_queries(QUERIES_OF_THE_LIST):
            assert client.get(LIST).content.decode().count("customers.csv") == 3
