"""Whatever a bank writes is read back equal, in every layout."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciliation.movement import Movement, Reading
from reconciliation.parsers import read_statement
from reconciliation.parsers.generic import read_table
from reconciliation.parsers.table import Mapping
from tests.reconciliation import writers

pytestmark = pytest.mark.slow

GENERIC = Mapping(
    date="Fecha valor",
    description=("Detalle",),
    reference="Su referencia",
    amount="Importe",
    balance="Disponible",
    decimal=",",
)

words = st.text("ABCDEFGHIJKLMNÑOPQRSTUVWXYZÁÉÍÓÚabcñ0123456789 .:*#&+", min_size=1, max_size=60)
cents = st.integers(-99_999_999_999, 99_999_999_999).filter(bool)
amounts = cents.map(lambda number: Decimal(number).scaleb(-2))


@st.composite
def descriptions(draw):
    """A word first, so that no layout takes it for an empty or a closing cell."""
    text = " ".join(f"PAGO {draw(words)}".split())
    if draw(st.booleans()):
        folio = draw(st.integers(0, 9_999_999_999))
        return f"SPEI RECIBIDOBANORTE/{folio:010} {text}"
    return text


movements = st.builds(
    Movement,
    line=st.just(0),
    date=st.integers(0, 3000).map(lambda days: date(2020, 1, 1) + timedelta(days)),
    amount=amounts,
    description=descriptions(),
    reference=st.from_regex(r"[1-9][0-9]{6}", fullmatch=True),
    balance=amounts,
    tracking_key=st.from_regex(r"[A-Z]{4}[0-9]{12}", fullmatch=True),
)

# What each layout has room for; the rest comes back empty.
FIELDS = {
    "bbva_tab": {"balance"},
    "bbva_csv": {"balance"},
    "bbva_xlsx": {"balance"},
    "bbva_xml": {"balance"},
    "norma43": {"reference"},
    "banorte": {"reference", "balance"},
    "santander": {"reference", "balance", "tracking_key"},
    "banamex": set(),
    "mt940": {"reference"},
    "camt053": {"reference", "tracking_key"},
    "generic": {"reference", "balance"},
}


def read(layout: str, content: bytes) -> Reading:
    if layout == "generic":
        return read_table(content, GENERIC)
    return read_statement(content)


def kept(movement: Movement, layout: str) -> Movement:
    """The movement with only what the layout has room for."""
    empty = {"reference": "", "balance": None, "tracking_key": ""}
    lost = {name: value for name, value in empty.items() if name not in FIELDS[layout]}
    return replace(movement, **lost)  # type: ignore[arg-type]


@pytest.mark.parametrize("layout", [name for name in FIELDS if name != "bbva_xlsx"])
@given(written=st.lists(movements, max_size=8))
@settings(max_examples=40, deadline=None)
def test_what_is_written_is_read_back(layout, written):
    check(layout, written)


# A sheet is read by a process of its own, so fewer examples.
@given(written=st.lists(movements, max_size=8))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_written_to_a_sheet_is_read_back(written):
    check("bbva_xlsx", written)


def check(layout, written):
    reading = read(layout, getattr(writers, layout)(written))
    assert reading.problems == []
    assert reading.counted == len(written)
    without_line = [replace(movement, line=0) for movement in reading.movements]
    assert without_line == [kept(movement, layout) for movement in written]
    assert len({movement.line for movement in reading.movements}) == len(written)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_encoding_gives_the_same(encoding):
    movement = Movement(
        line=2, date=date(2026, 8, 3), amount=Decimal("5.00"), description="DEPÓSITO AÑO NUEVO"
    )
    content = writers.bbva_tab([movement], encoding)
    assert read_statement(content).movements == [movement]
