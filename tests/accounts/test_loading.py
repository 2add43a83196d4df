"""Customers and users from tables: looked at, then all or nothing, and twice is once."""

import json
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.loading import LIMITS, apply_table, look_again
from accounts.models import AuditEvent, Customer, TableImport, User
from facturamos.models import OutboxMessage
from tests import factories
from tests.tables import as_csv, as_xlsx, loaded, problems, uploaded

pytestmark = pytest.mark.django_db

LIST = "/admin/accounts/tableimport/"
QUERIES_OF_THE_LIST = 5
QUERIES_OF_A_LOAD = 11
HEADER = ["RFC", "Nombre o razón social", "Distribuidor", "Timbres"]
NORTE = ["FDE150803AB1", "Ferretería del Norte", "Distribuidora Uno", "1,419"]
ANA = ["PEDA800101AB3", "Ana Pérez", "", ""]


@pytest.fixture
def boss():
    return factories.make_user(is_staff=True, is_superuser=True)


@pytest.fixture
def distributor():
    return factories.make_distributor(name="Distribuidora Uno")


@pytest.fixture
def table(distributor):
    return as_csv(HEADER, NORTE, ANA)


def rows() -> dict[str, tuple]:
    found = Customer.objects.values_list(
        "rfc", "legal_name", "distributor__name", "stamps_available", "cfdi_version"
    )
    return {rfc: tuple(rest) for rfc, *rest in found}


class TestCustomers:
    """Known by their RFC."""

    def test_new_ones(self, table, boss):
        assert loaded("customers", table, boss) == (2, 0, 0)
        assert rows() == {
            "FDE150803AB1": ("Ferretería del Norte", "Distribuidora Uno", 1419, "3.3"),
            "PEDA800101AB3": ("Ana Pérez", None, 0, "3.3"),
        }
        events = AuditEvent.objects.filter(action="customer.loaded").order_by("target")
        assert [(each.actor_id, each.target) for each in events] == [
            (boss.pk, "Ana Pérez (PEDA800101AB3)"),
            (boss.pk, "Ferretería del Norte (FDE150803AB1)"),
        ]
        assert events[1].data["after"]["distributor"] == "Distribuidora Uno"

    def test_the_same_again_changes_nothing(self, table, boss):
        loaded("customers", table, boss)
        before = rows()
        assert loaded("customers", table, boss) == (0, 0, 2)
        assert rows() == before
        assert AuditEvent.objects.filter(action="customer.loaded").count() == 2

    def test_a_change_is_told_before_and_after(self, table, boss):
        loaded("customers", table, boss)
        assert loaded("customers", as_csv(HEADER[:2], ["fde-150803-ab1", "Otro nombre"]), boss) == (
            *(0, 1, 0),
        )
        event = AuditEvent.objects.filter(action="customer.loaded").latest("pk")
        assert event.data["before"]["legal_name"] == "Ferretería del Norte"
        assert event.data["after"]["legal_name"] == "Otro nombre"

    def test_an_empty_cell_or_a_missing_column_leaves_what_there_is(self, table, boss):
        loaded("customers", table, boss)
        before = rows()
        loaded("customers", as_csv(HEADER, [*NORTE[:2], "", ""]), boss)
        loaded("customers", as_csv(HEADER[:2], NORTE[:2]), boss)
        assert rows() == before

    def test_a_sheet_does_as_well(self, distributor, boss):
        assert loaded("customers", as_xlsx(HEADER, [*NORTE[:3], 1419]), boss) == (1, 0, 0)
        assert rows()["FDE150803AB1"][2] == 1419

    def test_every_problem_and_nothing_loaded(self, distributor, boss):
        content = as_csv(
            HEADER,
            NORTE,
            ["XAXX", "", "Nadie", "-1"],
            ["FDE150803AB1", "Otra vez", "", ""],
            ["FDE٠١٥٠٨٠٣AB"[:12], "Dígitos de otra escritura", "", ""],
        )
        found = problems("customers", content, boss)
        assert found[:5] == [
            (3, "Falta «Nombre o razón social»."),
            (
                3,
                "No hay un distribuidor «Nadie». Dé de alta al distribuidor o corrija su nombre.",
            ),
            (
                3,
                "«RFC»: el RFC «XAXX» no está bien escrito; lleva 12 caracteres (empresas) o 13 "
                "(personas).",
            ),
            (3, "«Timbres»: «-1» no es un número entero de 0 a 2,147,483,647."),
            (4, "El RFC «FDE150803AB1» ya está en la línea 2."),
        ]
        assert [line for line, _ in found[5:]] == [5]
        assert not Customer.objects.exists()

    def test_an_unknown_distributor_is_told(self, boss):
        ((line, text),) = problems("customers", as_csv(HEADER, NORTE), boss)
        assert (line, text[:44]) == (2, "No hay un distribuidor «Distribuidora Uno». ")


def powers(person: User) -> tuple[bool, bool, bool]:
    return person.is_staff, person.is_superuser, person.has_usable_password()


class TestUsers:
    """Known by their user name; never of the staff."""

    HEADER = ("Usuario", "Correo", "RFC", "Distribuidor", "Nombre", "Apellidos")

    @pytest.fixture
    def customer(self):
        return factories.make_customer(rfc="FDE150803AB1")

    @pytest.fixture
    def content(self, customer, distributor):
        return as_csv(
            self.HEADER,
            ["ana", "ana@Example.com", customer.rfc, "", "Ana", "Peña"],
            ["luis", "luis@example.com", "", "distribuidora uno", "", ""],
        )

    def test_new_ones_have_no_password(self, content, customer, distributor, boss):
        assert loaded("users", content, boss) == (2, 0, 0)
        ana, luis = User.objects.filter(username__in=["ana", "luis"]).order_by("username")
        assert (ana.customer, ana.email, str(ana)) == (customer, "ana@example.com", "Ana Peña")
        assert (luis.customer, luis.distributor) == (None, distributor)
        assert powers(ana) == (False, False, False)
        assert ana.is_active
        assert ana.password != luis.password
        assert not OutboxMessage.objects.exists()

    def test_the_same_again_changes_nothing(self, content, boss):
        loaded("users", content, boss)
        assert loaded("users", content, boss) == (0, 0, 2)

    def test_an_address_is_corrected_until_they_chose_a_password(self, content, customer, boss):
        loaded("users", content, boss)
        other = as_csv(self.HEADER, ["ana", "otra@example.com", customer.rfc])
        assert loaded("users", other, boss) == (0, 1, 0)
        ana = User.objects.get(username="ana")
        assert (ana.email, ana.first_name) == ("otra@example.com", "Ana")
        ana.set_password("una frase de prueba")
        ana.save()
        ((_, text),) = problems("users", content, boss)
        assert text == (
            "El usuario «ana» ya eligió su contraseña; su correo se cambia en su página."
        )

    @pytest.mark.parametrize("fields", [{"is_staff": True}, {"is_superuser": True}])
    def test_staff_are_never_touched(self, customer, boss, fields):
        person = factories.make_user(username="jefa", email="jefa@example.com", **fields)
        content = as_csv(self.HEADER, ["jefa", "ladron@example.com", customer.rfc])
        ((_, text),) = problems("users", content, boss)
        assert "es del personal" in text
        person.refresh_from_db()
        assert (person.email, person.customer) == ("jefa@example.com", None)

    def test_nobody_is_moved_to_another_company(self, content, boss):
        loaded("users", content, boss)
        other = factories.make_customer()
        content = as_csv(self.HEADER, ["ana", "ana@example.com", other.rfc])
        ((_, text),) = problems("users", content, boss)
        assert "ya es de otro cliente o distribuidor" in text

    def test_every_problem(self, customer, distributor, boss):
        content = as_csv(
            self.HEADER,
            ["ana maría", "no es correo", "XAXX010101000", "", "", ""],
            ["luis", "luis@example.com", customer.rfc, "Distribuidora Uno", "", ""],
            ["eva", "eva@example.com", "", "", "", ""],
            ["EVA", "eva@example.com", customer.rfc, "", "", ""],
        )
        found = problems("users", content, boss)
        assert [(line, text.partition(".")[0]) for line, text in found] == [
            (2, "No hay un cliente con el RFC «XAXX010101000»"),
            (2, "«Correo»: «no es correo» no es un correo"),
            (2, "«Usuario»: «ana maría» solo puede llevar letras, números y @ "),
            (3, "Escriba el RFC de su cliente o el nombre de su distribuidor: uno de los dos"),
            (4, "Escriba el RFC de su cliente o el nombre de su distribuidor: uno de los dos"),
            (5, "El usuario «eva» ya está en la línea 4"),
        ]

    def test_a_name_that_differs_only_in_its_case_is_the_same_person(self, customer, boss):
        factories.make_user(customer, username="Ana")
        content = as_csv(self.HEADER, ["ana", "ana@example.com", customer.rfc])
        ((_, text),) = problems("users", content, boss)
        assert "ya existe como «Ana»" in text


class TestApplying:
    """All or nothing, once."""

    def test_a_second_time_is_refused(self, table, boss):
        row = uploaded("customers", table, boss)
        assert apply_table(table=row, by=boss)
        assert not apply_table(table=row, by=boss)
        assert AuditEvent.objects.filter(action="tableimport.applied").count() == 1

    def test_what_changed_since_it_was_looked_at_counts(self, distributor, table, boss):
        row = uploaded("customers", table, boss)
        distributor.name = "Otra"
        distributor.save()
        assert not apply_table(table=row, by=boss)
        row.refresh_from_db()
        assert len(row.result["problems"]) == 1
        assert not Customer.objects.exists()
        distributor.name = "Distribuidora Uno"
        distributor.save()
        look_again(table=row)
        row.refresh_from_db()
        assert row.result["problems"] == []
        assert apply_table(table=row, by=boss)

    def test_a_failure_half_way_leaves_nothing(self, table, boss, monkeypatch):
        row = uploaded("customers", table, boss)
        monkeypatch.setattr("accounts.loading_customers.audit.record_all", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            apply_table(table=row, by=boss)
        assert not Customer.objects.exists()
        row.refresh_from_db()
        assert row.applied_at is None

    def test_queries_do_not_grow_with_the_table(self, distributor, boss, django_assert_num_queries):
        def many(first: int, count: int) -> TableImport:
            names = range(first, first + count)
            content = as_csv(HEADER, *[[f"EMP{n:06}AB1", f"Empresa {n}", "", ""] for n in names])
            return uploaded("customers", content, boss)

        one, three = many(100, 1), many(200, 3)
        with django_assert_num_queries(QUERIES_OF_A_LOAD):
            apply_table(table=one, by=boss)
        with django_assert_num_queries(QUERIES_OF_A_LOAD):
            apply_table(table=three, by=boss)


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
        assert "Se cargaron 2." in page
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


class TestCommand:
    """`manage.py import_customers`."""

    @pytest.fixture
    def path(self, table, tmp_path):
        file = tmp_path / "clientes.csv"
        file.write_bytes(table)
        return file

    def run(self, capsys, *arguments) -> str:
        call_command("import_customers", *map(str, arguments))
        return capsys.readouterr().out

    def test_it_loads(self, path, capsys):
        said = self.run(capsys, path)
        assert said == ("clientes.csv: cargado. Líneas 2: nuevos 2, cambian 0, iguales 0.\n")
        assert Customer.objects.count() == 2
        assert TableImport.objects.get().applied_by.username == "importador"
        again = json.loads(self.run(capsys, path, "--json"))
        assert (again["applied"], again["new"], again["same"]) == (True, 0, 2)

    def test_a_dry_run_writes_nothing(self, path, capsys):
        told = json.loads(self.run(capsys, path, "--dry-run", "--json"))
        assert (told["applied"], told["new"]) == (False, 2)
        assert not Customer.objects.exists()
        assert not TableImport.objects.exists()

    def test_problems_are_printed_and_it_fails(self, path, capsys):
        path.write_bytes(as_csv(HEADER, ["X", "", "", ""]))
        with pytest.raises(CommandError, match="No se cargó nada"):
            self.run(capsys, path)
        said = capsys.readouterr().out
        assert "Línea 2: Falta «Nombre o razón social»." in said
        assert "Línea 2: «RFC»: el RFC «X» no está bien escrito" in said

    @pytest.mark.parametrize(("content", "why"), [(b"", "vacío"), (b"%PDF", "Es un PDF")])
    def test_no_table(self, path, capsys, content, why):
        path.write_bytes(content)
        with pytest.raises(CommandError, match=why):
            self.run(capsys, path, "--json")
        assert why in json.loads(capsys.readouterr().out)["error"]

    def test_no_file(self, path, capsys):
        with pytest.raises(CommandError, match="No se pudo leer"):
            self.run(capsys, path.with_name("otro.csv"))
