from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facturamos.money import (
    LARGEST,
    NotMoneyError,
    add_up,
    format_money,
    format_rate,
    in_words,
    parse_money,
    to_cents,
)

IVA = Decimal("0.16")
amounts = st.decimals(min_value=0, max_value=LARGEST, places=2)
prices = st.decimals(min_value=0, max_value=100_000, places=2)


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [
        ("0.005", "0.01"),
        ("0.004999", "0.00"),
        ("0.015", "0.02"),
        ("0.025", "0.03"),
        ("2.675", "2.68"),
        ("-0.005", "-0.01"),
        ("-0.025", "-0.03"),
        ("1305", "1305.00"),
    ],
)
def test_half_a_cent_rounds_away_from_zero(exact, rounded):
    assert str(to_cents(Decimal(exact))) == rounded


@pytest.mark.parametrize(
    ("lines", "subtotal", "iva", "total"),
    [
        (["575.00", "550.00"], "1125.00", "180.00", "1305.00"),
        (["900.00", "0.00", "3600.00"], "4500.00", "720.00", "5220.00"),
        ([], "0.00", "0.00", "0.00"),
    ],
    ids=["the manual's constancia", "the manual's quote", "nothing"],
)
def test_the_lines_add_up_with_iva_on_top(lines, subtotal, iva, total):
    totals = add_up([Decimal(line) for line in lines], IVA)
    assert (str(totals.subtotal), str(totals.iva), str(totals.total)) == (subtotal, iva, total)
    assert totals.rate == IVA


def test_iva_is_taken_once_on_the_subtotal_and_not_line_by_line():
    # Line by line it would be 3 × round(0.0048) = 0.00.
    totals = add_up([Decimal("0.03")] * 3, IVA)
    assert (totals.iva, totals.total) == (Decimal("0.01"), Decimal("0.10"))


@given(st.lists(prices, max_size=8))
def test_the_total_is_the_subtotal_with_its_iva_rounded_half_up(lines):
    totals = add_up(lines, IVA)
    # In whole ten-thousandths, so that no decimal rounding takes part in the expectation.
    exact = int(totals.subtotal * 100) * 116
    assert totals.total * 100 == (exact + 50) // 100


@given(st.lists(prices, max_size=8), st.sampled_from([Decimal("0.16"), Decimal("0.08")]))
def test_the_total_is_always_subtotal_plus_iva(lines, rate):
    totals = add_up(lines, rate)
    assert totals.subtotal == sum(lines)
    assert totals.total == totals.subtotal + totals.iva


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "$0.00"),
        ("5", "$5.00"),
        ("1305", "$1,305.00"),
        ("1234567.891", "$1,234,567.89"),
        ("999.995", "$1,000.00"),
        ("-5", "-$5.00"),
        ("-0.005", "-$0.01"),
    ],
)
def test_money_is_written_as_in_mexico(amount, text):
    assert format_money(Decimal(amount)) == text


def test_what_rounds_to_nothing_has_no_sign():
    assert format_money(Decimal("-0.004")) == "$0.00"


@pytest.mark.parametrize(
    ("rate", "text"),
    [("0.16", "16%"), ("0.1600", "16%"), ("0.08", "8%"), ("0.085", "8.5%"), ("0.10", "10%")],
)
def test_a_rate_is_a_percentage_without_needless_zeros(rate, text):
    assert format_rate(Decimal(rate)) == text


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0.01", "cero pesos 01/100 M.N."),
        ("1", "un peso 00/100 M.N."),
        ("21", "veintiún pesos 00/100 M.N."),
        ("1305.00", "mil trescientos cinco pesos 00/100 M.N."),
        ("5220.50", "cinco mil doscientos veinte pesos 50/100 M.N."),
        ("31000", "treinta y un mil pesos 00/100 M.N."),
        ("1000000", "un millón de pesos 00/100 M.N."),
        ("1000001", "un millón un pesos 00/100 M.N."),
        ("2000000", "dos millones de pesos 00/100 M.N."),
        ("0.995", "un peso 00/100 M.N."),
    ],
)
def test_an_amount_is_written_out_as_in_mexico(amount, words):
    assert in_words(Decimal(amount)) == words


@given(amounts)
def test_what_the_portal_writes_it_can_read(amount):
    assert parse_money(format_money(amount)) == amount


@given(amounts)
def test_a_plain_number_is_read_as_it_stands(amount):
    assert parse_money(f"{amount:f}") == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1305", "1305.00"),
        ("1,305", "1305.00"),
        ("$1,305.00", "1305.00"),
        ("$ 1,305.5", "1305.50"),
        ("  1305.00\n", "1305.00"),
        ("1,234,567.89", "1234567.89"),
        ("0", "0.00"),
        ("9,999,999,999.99", "9999999999.99"),
    ],
)
def test_an_amount_is_read_however_people_write_it(text, amount):
    assert str(parse_money(text)) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "$",
        "$$5",
        "abc",
        "1.305,00",
        "12,34",
        "1305,00",
        "1,305,00",
        ",305",
        "1,,305",
        "1.234",
        "1.",
        ".5",
        "1.2.3",
        "-5",
        "(500.00)",
        "+5",
        "1e5",
        "0x10",
        "NaN",
        "Infinity",
        "1 305",
        "5 MXN",
        "٣",
        "１２",
        "½",
        "1\n305",
    ],
)
def test_what_is_no_amount_is_refused_with_a_way_out(text):
    with pytest.raises(NotMoneyError, match=r"por ejemplo 1,305\.00"):
        parse_money(text)


@pytest.mark.parametrize(
    "text",
    ["99999999999", "10,000,000,000", pytest.param("9" * 1_000_000, id="a million digits")],
)
def test_an_amount_too_large_to_keep_is_refused(text):
    with pytest.raises(NotMoneyError, match="demasiado grande"):
        parse_money(text)


@pytest.mark.parametrize(
    "text",
    ["1," * 500_000, "$" + " " * 1_000_000, "1" * 1_000_000 + "x"],
    ids=["commas", "blanks", "a letter at the end"],
)
def test_a_million_characters_are_refused_like_any_other_text(text):
    with pytest.raises(NotMoneyError):
        parse_money(text)
