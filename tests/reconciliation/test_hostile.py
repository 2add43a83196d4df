"""Files that are no statement, or mean harm: one sentence for each, in bounded time."""

import gzip
import io
import os
import random
import struct
import time
import zipfile

import pytest
from openpyxl import Workbook

from facturamos.tables import sheets
from facturamos.tables.source import MAX_BYTES, MAX_LINES
from facturamos.tables.values import parse_amount, parse_date
from reconciliation.movement import UnreadableStatementError
from reconciliation.parsers import read_statement
from reconciliation.references_in_text import find
from tests.reconciliation import writers
from tests.reconciliation.test_statements import content

pytestmark = pytest.mark.slow

HEADER = "Día\tConcepto / Referencia\tcargo\tAbono\tSaldo\n"
ROW = "03-08-2026\tPAGO\t\t5.00\t5.00\n"
CAMT = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>{}'
    "</Stmt></BkToCstmrStmt></Document>"
)
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
BILLION = f'<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a0 "ja">{LAUGHS}]>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE z [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
SS = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet"'


def zipped(members, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def bomb():
    """A few hundred kilobytes that inflate to more than we take."""
    return zipped(
        [("xl/workbook.xml", ""), ("xl/worksheets/sheet1.xml", b"\0" * (sheets.MAX_INFLATED + 1))]
    )


def lying_bomb():
    """The same, telling that it holds a hundred bytes."""
    data = bomb()
    size = struct.pack("<I", sheets.MAX_INFLATED + 1)
    assert data.count(size) >= 1
    return data.replace(size, struct.pack("<I", 100))


def corner_to_corner():
    """Two cells whose rectangle is sixteen thousand million cells."""
    book = Workbook()
    book.active["A1"] = book.active["XFD1048576"] = "x"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def too_many_rows():
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(writers.SHEET_HEADER)
    for _ in range(MAX_LINES + 1):
        sheet.append(["x"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def noise():
    return random.Random(7).randbytes(100_000)


HOSTILE = {
    "empty": (lambda: b"", "vacío"),
    "blanks": (lambda: b" \r\n\t \r\n", "vacío"),
    "mark alone": (lambda: b"\xef\xbb\xbf", "vacío"),
    "nothing but UTF-16's mark": (lambda: b"\xff\xfe", "vacío"),
    "more than 50 MB": (lambda: b"x" * (MAX_BYTES + 1), "50 MB"),
    "more than 200,000 lines": (lambda: (HEADER + ROW * (MAX_LINES + 1)).encode(), "200,000"),
    "one line of 10 MB": (lambda: b"1" * (10 << 20), "línea demasiado larga"),
    "one line of 10 MB of quotes": (lambda: b'"' * (10 << 20), "línea demasiado larga"),
    "one line of 10 MB of blanks and digits": (lambda: b"1 " * (5 << 20), "línea demasiado"),
    "random bytes": (noise, "no es un texto"),
    "zeros": (lambda: b"\0" * 5000, "no es un texto"),
    "PDF": (lambda: b"%PDF-1.7\n" + noise(), "Es un PDF"),
    "PNG": (lambda: b"\x89PNG\r\n\x1a\n" + noise(), "imagen"),
    "JPEG": (lambda: b"\xff\xd8\xff\xe0" + noise(), "imagen"),
    "gzip": (lambda: gzip.compress(content("bbva.exp")), "comprimido"),
    "program": (lambda: b"MZ" + noise(), "programa"),
    "HTML": (lambda: b"<html><body><table><tr><td>1</td></tr></table></body>", "no parece"),
    "prose": (lambda: "Estimado cliente: su estado no está.\n".encode() * 50, "no parece"),
    "JSON": (lambda: b'{"movimientos": [1, 2, 3]}', "no parece"),
    "XML of something else": (lambda: b"<?xml version='1.0'?><cfdi/>", "no parece"),
    "zip of something else": (lambda: zipped([("a.txt", "x")]), "no es una hoja"),
    "zip cut short": (lambda: writers.bbva_xlsx([])[:2000], "dañada"),
    "zip of 1,001 members": (
        lambda: zipped([("xl/workbook.xml", ""), *((f"{n}", "") for n in range(1000))]),
        "demasiado grande",
    ),
    "zip bomb": (bomb, "demasiado grande"),
    "zip bomb that lies": (lying_bomb, "demasiado grande|dañada"),
    "sheet of two far cells": (corner_to_corner, "dañada|demasiado grande"),
    "sheet without cells": (lambda: empty_sheet(), "vacía"),
    "old Excel, broken": (lambda: sheets.OLE + noise(), "dañada"),
    "billion laughs as camt": (
        lambda: (BILLION + CAMT.format("<Ntry>&a9;</Ntry>")).encode(),
        "dañado",
    ),
    "billion laughs as sheet": (
        lambda: f"{BILLION}<Workbook {SS}><Row>&a9;</Row></Workbook>".encode(),
        "dañada",
    ),
    "camt that reads our files": (
        lambda: (OUTSIDE + CAMT.format("<Ntry>&x;</Ntry>")).encode(),
        "dañado",
    ),
    "camt cut short": (lambda: content("camt053.xml")[:1500], "dañado"),
    "camt of two accounts": (
        lambda: CAMT.format(
            "<Acct><Id><IBAN>1</IBAN></Id></Acct><Acct><Id><IBAN>2</IBAN></Id></Acct>"
        ).encode(),
        "más de una cuenta",
    ),
    "sheet in XML cut short": (lambda: content("bbva_hoja.xls")[:2000], "dañada"),
    "sheet in XML with a far cell": (
        lambda: (
            f'<Workbook {SS} xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Row>'
            '<Cell ss:Index="999999999"/></Row></Workbook>'
        ).encode(),
        "dañada",
    ),
    "Cuaderno 43 cut short": (lambda: content("cuaderno43.txt")[:900], "incompleto"),
    "Cuaderno 43 of two accounts": (lambda: content("cuaderno43.txt") * 2, "más de una cuenta"),
    "MT940 cut short": (lambda: content("mt940.sta")[:200], "incompleto"),
    "MT940 of nothing": (
        lambda: b":20:X\n:25:1\n:60F:garbage\n:62F:garbage\n",
        "no se entiende",
    ),
}


def empty_sheet():
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gives_one_sentence(name):
    make, sentence = HOSTILE[name]
    data = make()
    start = time.monotonic()
    with pytest.raises(UnreadableStatementError, match=sentence) as raised:
        read_statement(data)
    assert time.monotonic() - start < 20
    message = str(raised.value)
    assert message[0].isupper()
    assert message.endswith(".")
    # No English and nothing of the machine's slips through.
    assert not {"Error", "Traceback", os.sep + "work"} & set(message.split())


@pytest.mark.slow
def test_a_sheet_of_too_many_rows():
    with pytest.raises(UnreadableStatementError, match="demasiado grande"):
        read_statement(too_many_rows())


def test_a_lone_quote_swallows_no_lines():
    rows = "Fecha,Referencia Alfanumérica y Concepto,Cargo,Abono\n"
    rows += "".join(
        f"0{n}/08/26,PAGO {'3' + chr(34) if n == 2 else n},,{n}.00\n" for n in range(1, 10)
    )
    reading = read_statement(rows.encode())
    assert [int(m.amount) for m in reading.movements] == list(range(1, 10))
    assert reading.movements[1].description == 'PAGO 3"'
    assert reading.problems == []


@pytest.mark.parametrize(
    "piece",
    [
        "1 ",
        "1-",
        "1,",
        "1.",
        "0",
        "ABC1",
        "123 4566 ",
        "REF ",
        "FOLIO ",
        "FOLIO  A",
        "*",
        "X",
        "(",
        "/",
        "$ ",
        "SPEI RECIBIDO ",
        "CVE RAST ",
        "RFC: ",
        "1ENE",
        "ENE",
        " ",
        "\n",
        "TEL:",
        "+1 ",
        "12/",
        "A",
        "Ñ",
    ],
)
def test_a_hostile_text_is_searched_in_bounded_time(piece):
    """As long as a text may be, beside a reference, so that everything is tried."""
    text = piece * (5000 // len(piece))
    start = time.process_time()
    for whole in (
        f"Q 1234566 Q {text}",
        f"{text} Q 1234566",
        f"{text}{text}1",
        f"FOLIO{text}1234566",
    ):
        find(whole, broken=True)
        find("", whole)
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    "cell", ["(" + " " * 9000 + ")", "$" + " " * 9000 + "-$", "1" * 9000, "1," * 4000]
)
def test_a_hostile_cell_is_read_in_bounded_time(cell):
    start = time.process_time()
    for parse in (parse_amount, parse_date):
        with pytest.raises(ValueError, match=r"importe|fecha"):
            parse(cell)
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize("number", ["1E999999999", "1E-999999999", "9" * 9000, "NaN", "Infinity"])
def test_a_hostile_number_in_a_sheet_is_a_line_with_a_problem(number):
    sheet = content("bbva_hoja.xls").decode()
    for cell in ("46237", "1305.00", "16525.00"):
        start = time.process_time()
        reading = read_statement(sheet.replace(f">{cell}", f">{number}", 1).encode())
        assert reading.counted == 9
        assert time.process_time() - start < 1


def test_endless_continuation_lines_are_no_endless_text():
    rows = "Fecha|Referencia Alfanumérica y Concepto|Cargo|Abono\n03/08/26|PAGO||5.00\n"
    reading = read_statement((rows + f"|{'X' * 90}||\n" * 20_000).encode())
    assert len(reading.movements) == 1
    assert len(reading.movements[0].description) < 11_000
    assert reading.problems[0].reason == "falta la fecha"
