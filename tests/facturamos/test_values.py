from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facturamos.tables.source import decode
from facturamos.tables.values import parse_amount, parse_date

cents = st.integers(-999_999_999_999, 999_999_999_999).map(lambda n: Decimal(n).scaleb(-2))


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1,234.00", "1234.00"),
        ("$1,234.00", "1234.00"),
        ("$ 1,234.5", "1234.50"),
        ("1,500", "1500.00"),
        ("1,234,567", "1234567.00"),
        ("+500.00", "500.00"),
        ("'500.00'", "500.00"),
        ("(500.00)", "-500.00"),
        ("($500.00)", "-500.00"),
        ("500.00-", "-500.00"),
        ("-500", "-500.00"),
        ("-$500.00", "-500.00"),
        ("$-500.00", "-500.00"),
        ("\u2212500.00", "-500.00"),
        (" 5.00\u00a0", "5.00"),
        ("0.00", "0.00"),
        (1305, "1305.00"),
        (88661.03, "88661.03"),
        (88661.0300000001, "88661.03"),
        (-0.1, "-0.10"),
    ],
)
def test_amounts(cell, amount):
    assert parse_amount(cell) == Decimal(amount)
    assert parse_amount(cell).as_tuple().exponent == -2


@pytest.mark.parametrize("cell", ["", " ", "-", "–", "$-", "$ -", None])
def test_an_empty_cell_is_no_amount(cell):
    assert parse_amount(cell) is None


@pytest.mark.parametrize(
    "cell",
    [
        "1.500",
        "1,50",
        "12,34.00",
        "1.234,00",
        "1,2345",
        "5.001",
        "1,234.567",
        ".50",
        "5.",
        "1..2",
        "(-500.00)",
        "-500.00-",
        "--5",
        "(500",
        "500)",
        "5 000",
        "1e5",
        "5.00 CR",
        "N/A",
        "#REF!",
        "٥.٠٠",
        "1,000,000,000,000.00",
        0.125,
        float("nan"),
        float("inf"),
        True,
        date(2026, 8, 3),
    ],
)
def test_what_is_ambiguous_or_no_amount_is_refused(cell):
    with pytest.raises(ValueError, match="importe"):
        parse_amount(cell)


@pytest.mark.parametrize(
    ("cell", "amount"),
    [("1.234,00", "1234.00"), ("1.500", "1500.00"), ("1234,5", "1234.50"), ("-5,00", "-5.00")],
)
def test_european_amounts_where_a_layout_says_so(cell, amount):
    assert parse_amount(cell, decimal=",") == Decimal(amount)


@pytest.mark.parametrize("cell", ["1,234.00", "1,500", "1.50"])
def test_mexican_amounts_are_no_european_ones(cell):
    with pytest.raises(ValueError, match="más de una manera"):
        parse_amount(cell, decimal=",")


@given(cents)
def test_every_amount_survives_every_way_of_writing_it(amount):
    size, minus = f"{abs(amount):,.2f}", amount < 0
    ways = [f"{amount:,.2f}", f"{amount:.2f}", f"({size})" if minus else f"${size}"]
    ways += [f"{size}-" if minus else f"+{size}"]
    assert {parse_amount(way) for way in ways} == {amount}
    european = f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))
    assert parse_amount(european, decimal=",") == amount


@pytest.mark.parametrize(
    "cell",
    [
        "25-08-2026",
        "25/08/2026",
        "25/08/26",
        "25.08.2026",
        "25 08 2026",
        "2026-08-25",
        "2026/08/25",
        "20260825",
        "25082026",
        "'25082026'",
        "25/AGO/2026",
        "25-ago-26",
        "25 agosto 2026",
        "25/Aug/2026",
        "25/08/2026 13:45",
        "25/08/2026 13:45:59",
        "2026-08-25T13:45:00",
        "2026-08-25T10:00:00-06:00",
        "46259",
        "46259.5",
        46259,
        46259.573,
        date(2026, 8, 25),
        datetime(2026, 8, 25, 13, 45, tzinfo=UTC),
    ],
    ids=repr,
)
def test_dates(cell):
    assert parse_date(cell) == date(2026, 8, 25)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        None,
        "08/25/2026",
        "31/02/2026",
        "25-08/2026",
        "2026-13-01",
        "25/08/1999",
        "25/08/2100",
        "25/XYZ/2026",
        "25/08",
        "hoy",
        "1305.00",
        "0",
        "99999999",
        "٢٥/٠٨/٢٠٢٦",
        True,
        0,
        -5,
        1000000000.0,
        float("nan"),
        float("inf"),
        date(1999, 12, 31),
    ],
    ids=repr,
)
def test_what_is_no_day_is_refused(cell):
    with pytest.raises(ValueError, match=r"fecha|año"):
        parse_date(cell)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_day_survives_every_way_of_writing_it(day):
    months = ["ENE", "FEB", "MAR", "ABR", "MAY", "JUN", "JUL", "AGO", "SEP", "OCT", "NOV", "DIC"]
    ways = [f"{day:%d-%m-%Y}", f"{day:%d/%m/%y}", f"{day:%Y%m%d}", f"{day:%d%m%Y}", day.isoformat()]
    ways += [f"{day:%d}/{months[day.month - 1]}/{day:%Y}"]
    serial = (day - date(1899, 12, 30)) // timedelta(days=1)
    assert {parse_date(way) for way in [*ways, serial, str(serial), day]} == {day}


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_encodings(encoding):
    text = "Día\tDEPÓSITO EN VENTANILLA DE LA COMPAÑÍA\n" * 3
    assert decode(text.encode(encoding)) == text


def test_a_text_that_was_damaged_before_stays_damaged():
    assert decode("D�a\tCOMPA��A".encode()) == "D�a\tCOMPA��A"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_end_of_line(end):
    assert decode(f"a{end}b".encode()) == "a\nb"
