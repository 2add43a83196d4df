"""A table is loaded whole or not at all, and once; by its command, too."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.loading import apply_table, look_again
from accounts.models import AuditEvent, Customer, TableImport
from tests.accounts.loading.companies import HEADER
from tests.tables import as_csv, uploaded

pytestmark = pytest.mark.django_db
QUERIES_OF_A_LOAD = 11


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
