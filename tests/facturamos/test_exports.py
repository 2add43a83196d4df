"""Tables for other programs: nothing in them acts, and what went in comes out."""

import csv
import io
import unicodedata
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facturamos.exports import Sheet, csv_parts, harmless, to_book, to_csv, to_xlsx

pytestmark = pytest.mark.slow

FORMULAS = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\tx", "\rx"),
    *(
        "  =1",
        "\u00a0=1",
        "\ufeff=1",
        "\ufeff\ufeff@x",
        "\u200b=1",
        "\u202e=1",
        "\x00=1",
        "\x01\x02=1",
    ),
    *("＝1+1", "＋1", "－1", "＠x", "﹢1", "﹣1", "﹦1", "﹫x", "\ufeff＝1", "=cmd|' /C calc'!A0"),
]
numbers = st.integers(-(10**9), 10**9) | st.decimals(-(10**6), 10**6, places=2)
cells = st.text(max_size=30) | numbers | st.dates(date(1901, 1, 1)) | st.none()
# What the rules look for is rare in random text.
hostile = st.text(st.sampled_from("=+-@\t\r\n \ufeff\u200b＝＋－＠a1'"), max_size=8)


def from_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def from_xlsx(content: bytes) -> list:
    return list(openpyxl.load_workbook(io.BytesIO(content))["Datos"].iter_rows())


def acts(text: str) -> bool:
    """Whether a spreadsheet could take the text for a formula."""
    bare = unicodedata.normalize("NFKC", text).lstrip("\ufeff\u200b \u00a0")
    return text[:1] in ("\t", "\r", "\n") or bare[:1] in tuple("=+-@")


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_text(text):
    assert harmless(text).startswith("'")
    assert from_csv(to_csv(["a"], [[text]]))[1][0].startswith("'")
    assert from_xlsx(to_xlsx(["a"], [[text]]))[1][0].value.startswith("'")


@pytest.mark.parametrize(
    "text",
    ["", "Peña", "01000", "a=b", "1-2", "'=1", "Ana\nPérez", "x@example.com", "#N/A", "TRUE"],
)
def test_other_text_stays_as_it_is(text):
    assert harmless(text) == text
    assert from_csv(to_csv(["a", "b"], [[text, "x"]]))[1] == [text, "x"]
    cell = from_xlsx(to_xlsx(["a"], [[text]]))[1][0]
    assert (cell.value or "") == text
    assert cell.data_type in ("s", "inlineStr")


def test_a_header_is_text_too():
    assert from_csv(to_csv(["=1"], []))[0] == ["'=1"]
    assert from_xlsx(to_xlsx(["=1"], []))[0][0].value == "'=1"


def test_numbers_and_dates_stay_what_they_are():
    row = [7, Decimal("-1305.50"), date(2026, 11, 22), None]
    assert from_csv(to_csv(list("abcd"), [row]))[1] == ["7", "-1305.50", "2026-11-22", ""]
    seven, amount, day, nothing = from_xlsx(to_xlsx(list("abcd"), [row]))[1]
    assert (seven.value, seven.data_type) == (7, "n")
    assert (amount.value, amount.data_type) == (-1305.5, "n")
    assert day.value.date() == date(2026, 11, 22)
    assert nothing.value is None


def test_excel_knows_the_csv_by_its_mark():
    assert to_csv(["Código"], []).startswith(b"\xef\xbb\xbf")


def test_what_cannot_be_written_is_left_out():
    assert harmless("a\0b\ud800c\x1fd\uffffe") == "abcde"
    assert len(harmless("a" * 100_000)) == 32_767


@given(st.lists(st.lists(cells | hostile, min_size=3, max_size=3), max_size=4))
def test_what_is_written_is_read_back_and_nothing_acts(rows):
    header = ["número", "uno", "dos", "tres"]
    rows = [[number, *row] for number, row in enumerate(rows)]  # an empty row is not read back
    in_csv, in_xlsx = from_csv(to_csv(header, rows)), from_xlsx(to_xlsx(header, rows))
    assert len(in_csv) == len(in_xlsx) == len(rows) + 1
    for row, texts, written in zip(rows, in_csv[1:], in_xlsx[1:], strict=True):
        for value, text, cell in zip(row, texts, written, strict=True):
            assert cell.data_type != "f"
            if isinstance(value, str):
                assert text == (cell.value or "") == harmless(value)
                assert not acts(text)
            elif isinstance(value, int | Decimal):
                assert Decimal(text) == value
                assert (cell.data_type, float(cell.value)) == ("n", float(value))


def test_a_long_csv_comes_in_parts_and_asks_for_rows_as_it_goes():
    asked = []

    def rows():
        for number in range(2000):
            asked.append(number)
            yield [number, "=x"]

    parts = csv_parts(["número", "texto"], rows())
    assert next(parts) == b"\xef\xbb\xbf"
    assert next(parts).startswith("número".encode())
    assert len(asked) < 1000
    written = from_csv(b"".join(csv_parts(["n", "t"], rows())))
    assert len(written) == 2001
    assert written[-1] == ["1999", "'=x"]


def test_a_book_keeps_its_sheets_apart():
    sheets = [Sheet("Uno", ["a"], [["=1"]]), Sheet("Dos", ["b"], [[Decimal("2.50")]])]
    book = openpyxl.load_workbook(io.BytesIO(to_book(sheets)))
    assert book.sheetnames == ["Uno", "Dos"]
    assert list(book["Uno"].values) == [("a",), ("'=1",)]
    assert book["Dos"]["A2"].value == 2.5
    assert book["Dos"]["A2"].number_format == "#,##0.00"
    assert book["Dos"].freeze_panes == "A2"


@given(st.text() | hostile)
def test_nothing_but_an_apostrophe_is_added(text):
    plain = harmless(f"a{text}")[1:]
    assert harmless(text) in (plain, f"'{plain}")
    assert not acts(harmless(text))
    assert harmless(harmless(text)) == harmless(text)
