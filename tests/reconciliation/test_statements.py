"""One statement of each layout, as a bank would give it, with all that is in it."""

import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from facturamos.tables.source import Source
from reconciliation.movement import Movement, UnknownLayoutError, UnreadableStatementError
from reconciliation.order import Direction, direction, gaps
from reconciliation.parsers import LAYOUTS, read_statement
from reconciliation.parsers.generic import read_table
from reconciliation.parsers.table import Mapping
from reconciliation.references_in_text import find
from tests.reconciliation import writers

STATEMENTS = Path(__file__).with_name("statements")


def content(name: str) -> bytes:
    return (STATEMENTS / name).read_bytes()


def day(number: int) -> date:
    return date(2026, 8, number)


# What every file of BBVA's says, oldest first: day, amount, text, balance.
BBVA = [
    (3, "1305.00", "SPEI RECIBIDOBANORTE/0087654321  072 1234566RENOVACION FACTURAMOS", "11305.00"),
    (3, "5220.00", "PAGO CUENTA DE TERCERO/ 0055512345 BNET 0100000099 FACT 100 0002", "16525.00"),
    (4, "1305.00", "DEPOSITO EN EFECTIVO/0009999990", "17830.00"),
    (4, "400.00", "DEPOSITO EFECTIVO PRACTIC/******4321 PAGO DE TIMBRES FOLIO:9876", "18230.00"),
    (5, "-5.00", "COMISIÓN POR TRANSFERENCIA", "18225.00"),
    (5, "-0.80", "IVA COMISIÓN TRANSFERENCIA", "18224.20"),
    (6, "-2000.00", 'SPEI ENVIADO SANTANDER/0011122233  014 0000123PAGO "PROVEEDOR', "16224.20"),
    (7, "100.00", "DEPOSITO EN EFECTIVO/0000000", "16324.20"),
    (7, "100.00", "DEPOSITO EN EFECTIVO/0000000", "16424.20"),
]


@pytest.mark.parametrize(
    ("name", "layout", "account"),
    [
        ("bbva.exp", "BBVA, texto con tabuladores", ""),
        ("bbva_damaged.txt", "BBVA, texto con tabuladores", ""),
        ("bbva_hoja.csv", "BBVA, hoja de cálculo", "0100000017"),
        ("bbva_hoja.xls", "BBVA, hoja de cálculo", "0100000017"),
    ],
)
def test_bbva_newest_first(name, layout, account):
    reading = read_statement(content(name))
    assert (reading.layout, reading.account) == (layout, account)
    assert reading.problems == []
    assert reading.counted == 9
    assert direction(reading.movements) is Direction.NEWEST_FIRST
    assert gaps(reading) == []
    read = [
        (m.date, m.amount, " ".join(m.description.split()), m.balance) for m in reading.movements
    ]
    damage = (lambda text: text.replace("Ó", "�")) if "damaged" in name else str
    # The sheet keeps concept and folio in two cells, so the blank after the slash is not there.
    squeeze = (lambda text: text.replace("/ ", "/")) if "hoja" in name else str
    assert read[::-1] == [
        (day(at), Decimal(amount), " ".join(squeeze(damage(text)).split()), Decimal(balance))
        for at, amount, text, balance in BBVA
    ]


def test_the_text_of_bbva_is_kept_whole():
    reading = read_statement(content("bbva.exp"))
    assert [m.description for m in reading.movements[::-1]] == [text for _, _, text, _ in BBVA]
    # A blank line counts as a line of the file and as nothing else.
    assert [m.line for m in reading.movements] == [2, 3, 4, 5, 6, 8, 9, 10, 11]


def test_the_sheet_of_bbva_as_xlsx():
    movements = [
        Movement(line=at, date=day(at), amount=Decimal("100.10"), description="PAGO", balance=None)
        for at in (3, 4)
    ]
    reading = read_statement(writers.bbva_xlsx(movements))
    assert reading.account == writers.ACCOUNT
    assert reading.movements == movements


def test_a_sheet_whose_days_are_days_and_whose_folios_are_numbers():
    """As Excel keeps them: the folio loses its zeros, and must not pass for a reference."""
    book = Workbook()
    book.active.append(["Movimientos de la cuenta 0100000017"])
    book.active.append(writers.SHEET_HEADER)
    more = "BNET 0100000099 FACT"
    book.active.append([day(3), "PAGO CUENTA DE TERCERO", 1234566, more, None, 1305, 11305.5])
    out = io.BytesIO()
    book.save(out)
    reading = read_statement(out.getvalue())
    (movement,) = reading.movements
    assert reading.account == "0100000017"
    assert (movement.date, movement.amount) == (day(3), Decimal("1305.00"))
    assert movement.description == f"PAGO CUENTA DE TERCERO/0001234566 {more}"
    assert find(movement.description) == []


def test_an_open_document_sheet():
    names = {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    }
    rows = [writers.SHEET_HEADER, ["03/08/2026", "PAGO", "", "", "", "5.00", "5.00"]]
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    body = "".join(
        f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in rows
    )
    spaces = " ".join(f'xmlns:{short}="{name}"' for short, name in names.items())
    content_xml = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="Hoja1">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content_xml)
    (movement,) = read_statement(out.getvalue()).movements
    assert (movement.date, movement.amount) == (day(3), Decimal("5.00"))


def test_cuaderno_43():
    reading = read_statement(content("cuaderno43.txt"))
    assert (reading.layout, reading.account) == ("Cuaderno 43", "0100000017")
    assert (reading.opening_balance, reading.closing_balance) == (
        Decimal("10000.00"),
        Decimal("16424.20"),
    )
    assert reading.problems == gaps(reading) == []
    read = [(m.date, m.amount, m.description) for m in reading.movements]
    assert read == [
        (day(at), Decimal(amount), text.replace("Ó", "O")) for at, amount, text, _ in BBVA
    ]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        # One deposit altered by a peso, one record lost, an unknown record, an amount of letters.
        ("0000000130500", "0000000130600", "abonos por $8,430.00 y se leyeron 6 por $8,431.00"),
        ("2301IVA COMISION TRANSFERENCIA".ljust(80) + "\r\n", "", "20 registros"),
        ("2301IVA", "9901IVA", "no es de los que trae un Cuaderno 43"),
        ("0000000130500", "00000001305OO", "el importe no se entiende"),
    ],
)
def test_cuaderno_43_checks_itself(old, new, reason):
    altered = content("cuaderno43.txt").decode().replace(old, new, 1)
    problems = read_statement(altered.encode()).problems
    assert any(reason in problem.reason for problem in problems), problems


def test_banorte():
    reading = read_statement(content("banorte.csv"))
    first, fee, tax, legacy = reading.movements
    assert (reading.layout, reading.account) == ("Banorte", "0100000017")
    assert (first.amount, first.balance) == (Decimal("1305.00"), Decimal("11305.00"))
    assert (first.reference, first.folio) == ("0001234566", "41")
    assert first.tracking_key == "BNTE26080300001234567"
    assert first.payer_account == "000000000000000017"
    assert (fee.amount, fee.description) == (Decimal("-5.00"), 'COMISION COMISION "SPEI"')
    assert (tax.amount, tax.reference) == (Decimal("-0.80"), "")
    assert legacy.reference == "935447"
    assert [gap.text for gap in gaps(reading)] == [
        "Faltan 2 movimientos entre el folio 43 y el 46."
    ]


def test_santander():
    reading = read_statement(content("santander.csv"))
    deposit, fee = reading.movements
    assert (reading.layout, reading.account) == ("Santander", "00100000017")
    assert (deposit.date, deposit.amount) == (day(3), Decimal("1305.00"))
    assert deposit.description == "ABONO TRANSFERENCIA SPEI RENOVACION FACTURAMOS"
    assert (deposit.reference, deposit.tracking_key) == ("1234566", "BNTE26080300001234567")
    assert (deposit.payer_name, deposit.payer_bank) == ("ABARROTES INVENTADOS", "BANORTE")
    assert deposit.payer_account == "000000000000000022"
    assert (fee.amount, fee.reference) == (Decimal("-5.00"), "")
    assert [(p.line, p.reason) for p in reading.problems] == [(4, "no dice si es cargo o abono")]


def test_banamex_lists_what_it_cannot_read():
    reading = read_statement(content("banamex.txt"))
    deposit, fee = reading.movements
    assert deposit.amount == Decimal("1305.00")
    # The line without a date goes on with the text of the one before.
    assert deposit.description.endswith("INVENTADOS\nREF 123 4566 RENOVACION")
    assert (fee.date, fee.amount) == (day(4), Decimal("-5.00"))
    assert [(p.line, p.reason) for p in reading.problems] == [
        (8, "no trae importe, o es cero"),
        (9, "la fecha 31/2/2026 no existe o no es posible"),
        (10, "el importe «1.500» puede leerse de más de una manera"),
    ]
    # The totals and the last words are nobody's movements.
    assert reading.counted == 5


def test_mt940():
    reading = read_statement(content("mt940.sta"))
    deposit, fee, returned = reading.movements
    assert (reading.layout, reading.account) == ("MT940", "012000001000000172")
    assert (reading.opening_balance, reading.closing_balance) == (10_000, 11_400)
    assert (deposit.line, deposit.amount, deposit.reference) == (5, Decimal("1305.00"), "1234566")
    assert deposit.description == "SPEI RECIBIDO BANORTE RENOVACION\nFACTURAMOS"
    assert (fee.amount, fee.reference) == (Decimal("-5.00"), "")
    assert returned.amount == Decimal("-10.00")
    assert [(p.line, p.text[:16]) for p in reading.problems] == [
        (10, ":61:2613990805C7"),
        (12, ":61:2608060806C1"),
    ]


def test_camt053():
    reading = read_statement(content("camt053.xml"))
    deposit, first_half, second_half, fee = reading.movements
    assert (reading.layout, reading.account) == ("CAMT.053", "012000001000000172")
    assert deposit.reference == "1234566"
    assert (deposit.payer_name, deposit.payer_account) == (
        "Abarrotes Inventados",
        "000000000000000022",
    )
    # An entry of two transactions is two movements.
    assert (first_half.amount, second_half.amount) == (Decimal("5220.00"), Decimal("1300.00"))
    assert (first_half.line, second_half.line) == (2, 2)
    assert (fee.amount, fee.description) == (Decimal("-5.00"), "COMISION")
    assert [p.reason for p in reading.problems] == ["el banco todavía no lo tiene en firme"]
    assert gaps(reading) == []


def test_a_table_nobody_knows_asks_for_its_columns():
    with pytest.raises(UnknownLayoutError, match="Indique qué columna") as raised:
        read_statement(content("generica.csv"))
    assert raised.value.headers == writers.GENERIC_HEADER


def test_a_table_through_a_mapping():
    mapping = Mapping(
        date="Fecha valor",
        description=("Detalle",),
        reference="Su referencia",
        amount="Importe",
        balance="Disponible",
        decimal=",",
    )
    reading = read_table(content("generica.csv"), mapping)
    deposit, fee, advance = reading.movements
    assert (deposit.amount, deposit.reference) == (Decimal("1305.00"), "1234566")
    assert (fee.amount, fee.balance) == (Decimal("-5.00"), Decimal("11300.00"))
    assert advance.amount == Decimal("1.50")
    assert [(p.line, p.reason) for p in reading.problems] == [
        (6, "el importe «1,500» puede leerse de más de una manera")
    ]


def test_a_mapping_to_columns_that_are_not_there():
    mapping = Mapping(date="Día", description=("Detalle",), amount="Importe")
    with pytest.raises(UnreadableStatementError, match="no tiene las columnas"):
        read_table(content("generica.csv"), mapping)


@pytest.mark.parametrize(
    "wrong",
    [
        {"date": "", "description": ("Detalle",), "amount": "Importe"},
        {"date": "Día", "description": (), "amount": "Importe"},
        {"date": "Día", "description": ("Detalle",)},
        {"date": "Día", "description": ("Detalle",), "amount": "Importe", "deposit": "Abono"},
    ],
)
def test_a_mapping_that_describes_no_statement(wrong):
    with pytest.raises(ValueError, match="Indique"):
        Mapping(**wrong)


def test_each_statement_is_recognized_by_one_layout_only():
    for path in STATEMENTS.iterdir():
        source = Source(path.read_bytes())
        takers = [layout.name for layout in LAYOUTS if layout.recognizes(source)]
        assert len(takers) == (path.name != "generica.csv"), (path.name, takers)
