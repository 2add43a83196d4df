"""Twice is once: whatever is imported, in whatever order and format, each movement counts once."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.fingerprints import fingerprints
from reconciliation.movement import Movement
from reconciliation.parsers import read_statement
from tests.reconciliation.test_statements import content

pytestmark = pytest.mark.slow

# Few days, amounts and texts, so that equal movements are common.
movements = st.builds(
    Movement,
    line=st.integers(1, 99),
    date=st.integers(0, 3).map(lambda days: date(2026, 8, 1) + timedelta(days)),
    amount=st.sampled_from([Decimal("1305.00"), Decimal("-5.00"), Decimal("100.00")]),
    description=st.sampled_from(["DEPÓSITO EN EFECTIVO", "COMISION", "SPEI/0000000001 X"]),
    balance=st.none() | st.just(Decimal("1.00")),
)


@given(st.lists(movements, max_size=14), st.data())
@settings(max_examples=150)
def test_overlaps_orders_and_repetitions_count_each_movement_once(history, data):
    """The history of an account, exported again and again: whole days, any order, any overlap."""
    imported = set()
    exports = data.draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=6))
    for first, last in [*exports, (0, 3)]:
        export = [m for m in history if first <= (m.date - date(2026, 8, 1)).days <= last]
        imported.update(fingerprints(data.draw(st.permutations(export))))
    assert len(imported) == len(history)
    assert imported == set(fingerprints(history))


@given(st.lists(movements, max_size=14), st.integers(0, 14))
def test_an_export_of_this_morning_and_one_of_tonight(history, cut):
    """The morning's is the beginning of the night's."""
    history = sorted(history, key=lambda movement: movement.date)
    morning = fingerprints(history[:cut])
    assert len(set(morning) | set(fingerprints(history[::-1]))) == len(history)


@given(st.lists(movements, max_size=10), st.data())
def test_the_order_changes_no_key(history, data):
    places = data.draw(st.permutations(range(len(history))))
    keys, shuffled = fingerprints(history), fingerprints([history[at] for at in places])
    told = sorted(zip((repr(replace(m, line=0)) for m in history), keys, strict=True))
    again = [repr(replace(history[at], line=0)) for at in places]
    assert told == sorted(zip(again, shuffled, strict=True))


@pytest.mark.parametrize(
    "name", ["bbva_damaged.txt", "bbva_hoja.csv", "bbva_hoja.xls", "cuaderno43.txt"]
)
def test_another_format_of_the_same_days_gives_the_same_keys(name):
    keys = fingerprints(read_statement(content("bbva.exp")).movements, "012000001000000172")
    again = fingerprints(read_statement(content(name)).movements, "012000001000000172")
    assert len(set(keys)) == 9
    assert sorted(keys) == sorted(again)


def movement(**changes):
    plain = Movement(
        line=2,
        date=date(2026, 8, 3),
        amount=Decimal("1305.00"),
        description="SPEI RECIBIDOBANORTE/0087654321  072 1234566RENOVACION",
    )
    return replace(plain, **changes)


def key(**changes):
    return fingerprints([movement(**changes)])[0]


@pytest.mark.parametrize(
    "same",
    [
        {"line": 99},
        {"balance": Decimal("5.00")},
        {"description": "SPEI RECIBIDOBANORTE/0087654321  072 12345"},
        {"tracking_key": "BNTE26080300001234567"},
        {"amount": Decimal("1305")},
    ],
)
def test_what_does_not_make_another_movement(same):
    assert key(**same) == key()


@pytest.mark.parametrize(
    "other",
    [
        {"date": date(2026, 8, 4)},
        {"amount": Decimal("-1305.00")},
        {"amount": Decimal("1305.01")},
        {"currency": "USD"},
        {"description": "SPEI RECIBIDOBANORTE/0087654322  072 1234566RENOVACION"},
    ],
)
def test_what_makes_another_movement(other):
    assert key(**other) != key()


def test_accents_lost_plain_or_whole_are_the_same():
    texts = [
        "DEPÓSITO AÑO NUEVO",
        "DEPOSITO ANO NUEVO",
        "DEP�SITO A�O NUEVO",
        "depósito  año-nuevo",
    ]
    assert len({key(description=text) for text in texts}) == 1


def test_the_account_belongs_to_the_key():
    assert fingerprints([movement()], "1") != fingerprints([movement()], "2")
