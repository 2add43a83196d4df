"""Tables that people fill in: headers as they write them, and every problem with its line."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facturamos.tables import UnreadableFileError
from facturamos.tables.layout import Column, day, price, read_table, text, whole, yes_or_no
from facturamos.tables.source import Limits
from tests.tables import as_csv, as_xlsx

COLUMNS = (
    Column("code", "Código", "A1", text(5), required=True),
    Column("price", "Precio", "1.00", price, also=("Precio unitario",)),
    Column("until", "Vigente hasta", "31/12/2026", day),
    Column("pieces", "Cantidad", "1", whole(1, 1000)),
    Column("needed", "Obligatorio", "Sí", yes_or_no),
)
PRINTED = st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs", "Cf"))
LIMITS = Limits(content=100_000, inflated=1_000_000, lines=50)
HEADER = ["Código", "Precio", "Vigente hasta", "Cantidad", "Obligatorio"]
FULL = {
    "code": "SP08",
    "price": Decimal("1234.00"),
    "until": date(2026, 12, 31),
    "pieces": 2,
    "needed": True,
}


def read(content: bytes):
    return read_table(content, COLUMNS, LIMITS)


def said(content: bytes) -> list[tuple[int, str]]:
    return [(problem.line, problem.text) for problem in read(content).problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_encoding_and_separator(encoding, separator):
    row = ["SP08", "$1,234.00", "31/12/2026", "2", "Sí"]
    table = read(as_csv(HEADER, row, separator=separator, encoding=encoding))
    assert [(line.number, line.values) for line in table.lines] == [(2, FULL)]
    assert (table.problems, table.unknown) == ([], [])


def test_a_sheet_with_its_own_kinds_of_cells():
    row = ["SP08", 1234.0, date(2026, 12, 31), 2, True]
    (line,) = read(as_xlsx(["Precios de diciembre"], [], HEADER, row)).lines
    assert (line.number, line.values) == (4, FULL)


def test_a_code_that_the_sheet_took_for_a_number():
    (line,) = read(as_xlsx(["CODIGO"], [10507])).lines
    assert line.values == {"code": "10507"}


def test_a_formula_is_not_run():
    (line,) = read(as_csv(["Código"], ["=1+1"])).lines
    assert line.values == {"code": "=1+1"}
    with pytest.raises(UnreadableFileError, match="ninguna línea"):
        read(as_xlsx(["Código"], ["=1+1"]))  # it was never calculated, so it shows nothing


@pytest.mark.parametrize("header", ["CODIGO", "código", " Código: ", "codigo", "Co\u0301digo"])
def test_headers_as_people_write_them(header):
    assert read(as_csv([header, "PRECIO UNITARIO"], ["A1", "5"])).lines[0].values["price"] == 5


def test_unknown_headers_are_said_and_blank_lines_skipped():
    table = read(as_csv(["Teléfono", "Código", ""], [], ["1", "A1", ""], ["", "", ""]))
    assert table.unknown == ["Teléfono"]
    assert [line.number for line in table.lines] == [3]


def test_every_problem_is_listed_with_its_line():
    content = as_csv(
        HEADER,
        ["", "abc", "ayer", "0", "quizá"],
        ["A1", "-1", "31/02/2026", "1.5", "no"],
        ["A\u200b1", "1.234,00", "", "", ""],
        ["LARGUISIMO", "", "", "", ""],
    )
    assert said(content) == [
        (2, "Falta «Código»."),
        (2, "«Precio»: el importe «abc» no se entiende."),
        (2, "«Vigente hasta»: la fecha «ayer» no se entiende."),
        (2, "«Cantidad»: «0» no es un número entero de 1 a 1,000."),
        (2, "«Obligatorio»: «quizá» no es Sí ni No."),
        (3, "«Precio»: el precio es un importe en pesos, y no puede ser negativo."),
        (3, "«Vigente hasta»: la fecha 31/2/2026 no existe o no es posible."),
        (3, "«Cantidad»: «1.5» no es un número entero de 1 a 1,000."),
        (4, "«Código»: lleva un carácter dañado o que no se ve; escríbalo otra vez."),
        (4, "«Precio»: el importe «1.234,00» puede leerse de más de una manera."),
        (5, "«Código»: pasa de 5 caracteres (tiene 10)."),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "vacío"),
        (as_csv(["Precio"], ["1"]), "le falta la columna «Código»"),
        (as_csv(["Código", "codigo"], ["1", "2"]), "más de una vez"),
        (as_csv(["Código"]), "ninguna línea"),
        (b"<?xml version='1.0'?><a/>", "no es una tabla"),
        (b"%PDF-1.7", "Es un PDF"),
        (as_csv(["Código"], *[["A1"]] * 60), "pasa de 50 líneas"),
        (as_xlsx(["Código"], *[["A1"]] * 60), "demasiado grande"),
        (as_csv(["Código"], ["x" * 100_001]), "pasa de 0 MB"),
        (as_csv(["Código"], ["x" * 20_000]), "línea demasiado larga"),
    ],
)
def test_what_is_no_such_table_gets_a_sentence(content, sentence):
    with pytest.raises(UnreadableFileError, match=sentence):
        read(content)


def test_a_sheet_that_inflates_beyond_the_limit():
    few = Limits(content=100_000, inflated=2000, lines=50)
    with pytest.raises(UnreadableFileError, match="demasiado grande"):
        read_table(as_xlsx(["Código"], ["A1"]), COLUMNS, few)


@given(st.binary(max_size=400))
def test_noise_is_refused_or_read_and_never_anything_else(noise):
    with suppress(UnreadableFileError):
        for line in read(b"C\xf3digo,Precio\n" + noise).lines:
            assert set(line.values) <= {"code", "price"}


@given(st.lists(st.text(PRINTED, min_size=1, max_size=5).filter(str.strip), min_size=1, max_size=5))
def test_each_line_is_read_or_has_a_problem(codes):
    table = read(as_csv(["Código", "Precio"], *[[code, "1"] for code in codes]))
    found = {line.number for line in table.lines if "code" in line.values}
    found |= {problem.line for problem in table.problems}
    assert found == {line.number for line in table.lines}
