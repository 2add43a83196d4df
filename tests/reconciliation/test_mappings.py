"""Tables of no known bank: explained once, read from then on."""

import csv
import io
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from reconciliation.mappings import explain, headers_key, remembered, unknown_table
from reconciliation.models import Movement, Statement, TableMapping
from reconciliation.movement import UnreadableStatementError
from reconciliation.parsers.table import Mapping
from reconciliation.statement_forms import MappingForm
from reconciliation.work import go_on_with_all
from tests import factories
from tests.reconciliation.bank import imported, spei, statement

pytestmark = pytest.mark.django_db

HEADERS = ["Día de operación", "Detalle", "Más detalle", "Entradas", "Salidas", "Queda"]
MAPPING = Mapping(
    date="Día de operación",
    description=("Detalle", "Más detalle"),
    deposit="Entradas",
    withdrawal="Salidas",
    balance="Queda",
)


def table(*rows: list[str], headers: list[str] = HEADERS) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([["Banco de Pruebas"], headers, *rows])
    return out.getvalue().encode()


def deposit(constancia) -> list[str]:
    day = f"{timezone.localdate():%d/%m/%Y}"
    more = f"REF {constancia.reference}"
    return [day, "SPEI RECIBIDO", more, f"{constancia.total:,.2f}", "", "9,000.00"]


@pytest.fixture
def constancia(user):
    return factories.make_constancia(user)


@pytest.fixture
def failed(constancia, cxc):
    return imported(table(deposit(constancia)), cxc, name="banco.csv")


def test_a_table_nobody_knows_waits_for_its_columns(failed):
    assert failed.state == Statement.State.FAILED
    found = unknown_table(failed)
    assert found.headers == HEADERS
    assert found.rows[0][1] == "SPEI RECIBIDO"
    assert not Movement.objects.exists()


def test_explained_it_is_read_by_whoever_goes_on(failed, constancia, cxc):
    again = explain(statement=failed, headers=HEADERS, mapping=MAPPING, by=cxc)
    assert (again, again.state) == (failed, Statement.State.READING)
    go_on_with_all()
    movement = Movement.objects.get()
    assert (movement.amount, movement.verdict) == (constancia.total, "exact")
    assert movement.description == f"SPEI RECIBIDO REF {constancia.reference}"
    assert movement.balance == Decimal("9000.00")
    assert AuditEvent.objects.filter(action="tablemapping.saved", actor=cxc.username).exists()


def test_the_next_file_with_these_headers_is_read_without_asking(failed, user, cxc):
    explain(statement=failed, headers=HEADERS, mapping=MAPPING, by=cxc)
    shouted = [header.upper() for header in HEADERS]
    other = factories.make_constancia(user)
    read = imported(table(deposit(other), headers=shouted), cxc)
    assert (read.state, read.failure) == (Statement.State.READY, "")
    assert read.mapping["date"] == MAPPING.date  # what it was read with stays with it
    assert read.movements.get().verdict == "exact"


def test_other_headers_are_asked_about(failed, constancia, cxc):
    explain(statement=failed, headers=HEADERS, mapping=MAPPING, by=cxc)
    headers = [*HEADERS[:-1], "Otra cosa"]
    assert headers_key(headers) != headers_key(HEADERS)
    assert imported(table(deposit(constancia), headers=headers), cxc).state == "failed"


def test_explained_again_the_last_word_counts(failed, cxc):
    explain(statement=failed, headers=HEADERS, mapping=MAPPING, by=cxc)
    Statement.objects.update(state="failed")
    other = Mapping(date="Día de operación", description=("Detalle",), deposit="Entradas")
    explain(statement=failed, headers=HEADERS, mapping=other, by=cxc)
    assert TableMapping.objects.count() == 1
    assert remembered(HEADERS) == other


def test_columns_that_read_nothing_are_not_remembered(failed, cxc):
    wrong = Mapping(date="Detalle", description=("Más detalle",), deposit="Entradas")
    with pytest.raises(UnreadableStatementError, match="no se pudo leer nada: en la línea 3"):
        explain(statement=failed, headers=HEADERS, mapping=wrong, by=cxc)
    assert not TableMapping.objects.exists()
    failed.refresh_from_db()
    assert failed.state == Statement.State.FAILED


def test_the_same_file_read_meanwhile_is_the_one(failed, constancia, cxc):
    copy = imported(table(deposit(constancia)), cxc)
    first = explain(statement=failed, headers=HEADERS, mapping=MAPPING, by=cxc)
    assert explain(statement=copy, headers=HEADERS, mapping=MAPPING, by=cxc) == first


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"nada", b"\x00\x01\x02" * 50])
def test_what_is_no_table_has_no_columns_to_explain(constancia, cxc, content):
    assert unknown_table(imported(content, cxc)) is None


def test_a_known_banks_file_has_none_either(constancia, cxc):
    read = imported(statement(spei(constancia)), cxc)
    Statement.objects.update(state="failed")
    read.refresh_from_db()
    assert unknown_table(read) is None


class TestForm:
    """What a person says of the columns."""

    DATA = {"date": "Fecha", "description": ["Concepto"], "deposit": "Abono", "decimal": "."}
    BANK = ["Fecha", "Concepto", "Cargo", "Abono", "Importe", "Saldo", "Clave de rastreo"]

    def form(self, **changes):
        return MappingForm(self.DATA | changes, headers=self.BANK)

    def test_the_likely_ones_are_chosen(self):
        chosen = MappingForm(headers=self.BANK).initial
        assert {name: value for name, value in chosen.items() if value} == {
            "date": "Fecha",
            "description": ["Concepto"],
            "withdrawal": "Cargo",
            "deposit": "Abono",
            "balance": "Saldo",
            "tracking_key": "Clave de rastreo",
        }

    def test_it_gives_the_mapping(self):
        form = self.form(withdrawal="Cargo")
        assert form.is_valid(), form.errors
        assert form.mapping() == Mapping(
            date="Fecha", description=("Concepto",), deposit="Abono", withdrawal="Cargo"
        )

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"date": ""}, "Indique qué columna es la fecha."),
            ({"description": []}, "Indique al menos una columna para la descripción."),
            ({"deposit": ""}, "Indique la columna de los depósitos"),
            ({"amount": "Importe"}, "pero no ambas"),
            ({"sign": "Cargo"}, "Solo va con un importe en una columna"),
            ({"balance": "Inventada"}, "Inventada"),
        ],
    )
    def test_it_says_what_is_wrong(self, changes, says):
        form = self.form(**changes)
        assert not form.is_valid()
        assert says in str(form.errors)
