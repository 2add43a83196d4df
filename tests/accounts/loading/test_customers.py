"""Customers from a table: known by their RFC."""

import pytest

from accounts.models import AuditEvent, Customer
from tests.accounts.loading.companies import HEADER, NORTE
from tests.tables import as_csv, as_xlsx, loaded, problems

pytestmark = pytest.mark.django_db


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
