from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renewals.pricing import (
    GENERAL,
    NORTHERN_BORDER,
    UNKNOWN_LINE,
    SelectionError,
    iva_rate,
    select,
    totals,
)

IVA = Decimal("0.16")


@dataclass(frozen=True)
class Line:
    """A line of a quote that is in no database."""

    pk: int
    amount: Decimal
    is_required: bool = False
    description: str = "Anualidad NIVEL 1."


LEVEL = Line(1, Decimal("900.00"), is_required=True, description="Actualizacion 3.3 NIVEL 1")
ISSUER = Line(2, Decimal("0.00"), description="Emisor")
DESIGNS = Line(3, Decimal("3600.00"), description="Diseños especiales de factura")
QUOTE = [LEVEL, ISSUER, DESIGNS]


@pytest.mark.parametrize(
    ("day", "zone", "rate"),
    [
        (date(2026, 11, 22), GENERAL, "0.16"),
        (date(2010, 1, 1), GENERAL, "0.16"),
        (date(2026, 11, 22), NORTHERN_BORDER, "0.08"),
        (date(2019, 1, 1), NORTHERN_BORDER, "0.08"),
    ],
)
def test_the_rate_is_the_zone_s_on_that_day(day, zone, rate):
    assert iva_rate(day, zone) == Decimal(rate)


def test_the_general_rate_is_the_one_nobody_has_to_ask_for():
    assert iva_rate(date(2026, 11, 22)) == Decimal("0.16")


@pytest.mark.parametrize(
    ("day", "zone"),
    [
        (date(2009, 12, 31), GENERAL),
        (date(2018, 12, 31), NORTHERN_BORDER),
        (date(2026, 11, 22), "ciudad juárez"),
    ],
)
def test_there_is_no_rate_before_the_table_begins_or_in_another_zone(day, zone):
    with pytest.raises(LookupError, match="no IVA rate"):
        iva_rate(day, zone)


def test_the_whole_quote_of_the_manual_costs_5220():
    selection = select(QUOTE, {1, 2, 3}, IVA)
    assert selection.picked == {1, 2, 3}
    assert selection.totals.subtotal == Decimal("4500.00")
    assert selection.totals.iva == Decimal("720.00")
    assert selection.totals.total == Decimal("5220.00")


def test_a_line_left_out_adds_nothing():
    assert select(QUOTE, {1, 2}, IVA).totals.total == Decimal("1044.00")


def test_totals_adds_up_even_a_pick_that_could_not_be_paid():
    assert totals(QUOTE, {3}, IVA).total == Decimal("4176.00")


def test_an_empty_pick_is_refused():
    with pytest.raises(SelectionError) as refusal:
        select(QUOTE, set(), IVA)
    assert str(refusal.value) == ("Marque al menos un producto para generar su constancia de pago.")


@pytest.mark.parametrize("picked", [{99}, {1, 2, 3, 99}, {1, -1}])
def test_a_line_of_another_quote_is_refused(picked):
    with pytest.raises(SelectionError) as refusal:
        select(QUOTE, picked, IVA)
    assert str(refusal.value) == UNKNOWN_LINE


def test_a_required_line_cannot_be_left_out():
    with pytest.raises(SelectionError) as refusal:
        select(QUOTE, {2, 3}, IVA)
    assert str(refusal.value) == (
        "«Actualizacion 3.3 NIVEL 1» es necesario para su renovación y no puede quitarse."
    )


def test_a_pick_that_costs_nothing_is_refused():
    with pytest.raises(SelectionError) as refusal:
        select([ISSUER, DESIGNS], {2}, IVA)
    assert str(refusal.value) == (
        "Los productos marcados no tienen costo, así que no hay nada que pagar. "
        "Marque al menos uno con costo."
    )


def test_a_quote_without_any_cost_asks_for_nothing_that_cannot_be_done():
    with pytest.raises(SelectionError, match="Escriba a ventas"):
        select([ISSUER], {2}, IVA)


@st.composite
def quotes_with_picks(draw):
    """Lines, and the ids of some of them with all that are required."""
    amounts = draw(st.lists(st.decimals(0, 50_000, places=2), min_size=1, max_size=8))
    required = draw(st.sets(st.sampled_from(range(len(amounts)))))
    picked = draw(st.sets(st.sampled_from(range(len(amounts)))))
    lines = [Line(pk, amount, is_required=pk in required) for pk, amount in enumerate(amounts)]
    return lines, picked | required


@given(quotes_with_picks())
def test_any_pick_costs_its_lines_with_iva_rounded_once(quote_with_pick):
    lines, picked = quote_with_pick
    subtotal = sum((line.amount for line in lines if line.pk in picked), Decimal(0))
    if not subtotal:
        with pytest.raises(SelectionError):
            select(lines, picked, IVA)
        return
    selection = select(lines, picked, IVA)
    expected = (subtotal * Decimal("1.16")).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert selection.totals.total == expected
    assert selection.picked == picked
