import hashlib
import re
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from os import environ

import pikepdf
import pypdfium2
import pytest
from barcode.charsets import code128 as tables
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from facturamos.money import Totals, in_words
from payments.codes import code_128
from payments.pdf import draw_constancia
from payments.slip import Slip, SlipLine

LEVEL = SlipLine(
    code="SP0800",
    quantity=1,
    description="Actualizacion 3.3 NIVEL A.",
    included=True,
    unit_price=Decimal("575.00"),
    amount=Decimal("575.00"),
)
ANNUITY = SlipLine(
    code="105077",
    quantity=1,
    description="Anualidad NIVEL 1.",
    included=True,
    unit_price=Decimal("550.00"),
    amount=Decimal("550.00"),
)
LEFT_OUT = SlipLine(
    code="SP0300",
    quantity=2,
    description="Diseños especiales de factura",
    included=False,
    unit_price=Decimal("1800.00"),
    amount=Decimal("0.00"),
)
MANUAL = Slip(
    reference="1234566",
    customer_name="Ferretería Demostración del Norte",
    customer_rfc="FDE150803AB1",
    issued_on=date(2026, 11, 22),
    expires_on=date(2026, 12, 22),
    lines=(LEVEL, ANNUITY),
    totals=Totals(
        subtotal=Decimal("1125.00"),
        rate=Decimal("0.16"),
        iva=Decimal("180.00"),
        total=Decimal("1305.00"),
    ),
    beneficiary="Sistemas Perseo S.A. de C.V.",
    bank_name="BBVA",
    account_number="0101644637",
    clabe="012164001016446374",
    verify_url="https://portal.example.com/verificar/AAAAAAAAAAAAAAAAAAAAAA/",
)

# Everything that is unusual in one slip: drawing takes most of the time here.
UNUSUAL = replace(
    MANUAL,
    customer_name='Peña <b>&"ñ</b> &amp; Hijos {{ x }}',
    lines=(LEVEL, ANNUITY, LEFT_OUT),
    totals=Totals(Decimal("1125.00"), Decimal("0.08"), Decimal("90.00"), Decimal("1215.00")),
)

draw = cache(draw_constancia)


@pytest.fixture
def pdf():
    """The manual's slip, opened to look inside."""
    with pikepdf.open(BytesIO(draw(MANUAL))) as opened:
        yield opened


def pages_of(slip: Slip) -> list[str]:
    """What a reader copies from each page, with every run of blanks as one."""
    with closing(pypdfium2.PdfDocument(draw(slip))) as document:
        pages = [document.get_page(i).get_textpage().get_text_range() for i in range(len(document))]
    return [" ".join(page.split()) for page in pages]


def text_of(slip: Slip) -> str:
    return " ".join(pages_of(slip))


def elements(node, *kinds: str) -> list:
    """The elements of these kinds in the structure tree below the node, in reading order."""
    if isinstance(node, list | pikepdf.Array):
        return [found for child in node for found in elements(child, *kinds)]
    if not isinstance(node, pikepdf.Dictionary):
        return []
    own = [node] if node.get("/S") in [f"/{kind}" for kind in kinds] else []
    return own + elements(node.get("/K"), *kinds)


def fonts_of(pdf: pikepdf.Pdf) -> list:
    return [font for page in pdf.pages for font in page.Resources.Font.values()]


def test_it_declares_pdf_ua_1(pdf):
    with pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"


def test_it_speaks_mexican_spanish(pdf):
    assert pdf.Root.Lang == "es-MX"


def test_it_is_tagged(pdf):
    assert pdf.Root.MarkInfo.Marked is True


def test_its_title_names_the_reference_and_is_what_the_window_shows(pdf):
    assert pdf.Root.ViewerPreferences.DisplayDocTitle is True
    assert pdf.docinfo.Title == "Constancia de pago 123 4566"
    with pdf.open_metadata() as metadata:
        assert metadata["dc:title"] == "Constancia de pago 123 4566"


def test_it_is_dated_on_the_day_it_was_issued(pdf):
    assert str(pdf.docinfo.CreationDate) == "D:20261122"
    assert str(pdf.docinfo.ModDate) == "D:20261122"


def test_every_font_is_lato_and_travels_with_it(pdf):
    fonts = fonts_of(pdf)
    assert fonts
    for font in fonts:
        assert re.fullmatch(r"/[A-Z]{6}\+Lato(-\w+)?", str(font.BaseFont))
        assert "/FontFile2" in font.DescendantFonts[0].FontDescriptor


def test_the_usual_slip_is_one_letter_page(pdf):
    assert [list(page.mediabox) for page in pdf.pages] == [[0, 0, 612, 792]]


def test_every_cell_of_its_tables_names_its_heading(pdf):
    tree = pdf.Root.StructTreeRoot.K
    headings = {str(heading.ID) for heading in elements(tree, "TH")}
    cells = elements(tree, "TD")
    assert headings
    assert cells
    for cell in cells:
        assert {str(name) for name in cell.A.Headers} <= headings


def test_the_table_of_products_has_a_heading_for_each_column(pdf):
    products = elements(pdf.Root.StructTreeRoot.K, "Table")[0]
    first, *others = elements(products, "TR")
    assert len(elements(first, "TH")) == 6
    assert [len(elements(row, "TD")) for row in others] == [6, 6, 1, 1, 1]


def test_every_heading_of_a_table_says_what_it_heads(pdf):
    tree = pdf.Root.StructTreeRoot.K
    at_the_top = elements(elements(tree, "THead"), "TH")
    at_the_side = elements(elements(tree, "TBody"), "TH")
    assert [str(heading.A.Scope) for heading in at_the_top] == ["/Column"] * 8
    assert [str(heading.A.Scope) for heading in at_the_side] == ["/Row"] * 3
    assert len(elements(tree, "TH")) == 11


def test_its_headings_skip_no_level(pdf):
    headings = elements(pdf.Root.StructTreeRoot.K, "H1", "H2", "H3", "H4", "H5", "H6")
    assert [str(heading.S) for heading in headings] == ["/H1", "/H2", "/H2", "/H2"]


def test_its_pictures_are_described_in_words(pdf):
    pictures = elements(pdf.Root.StructTreeRoot.K, "Figure")
    assert {str(picture.Alt) for picture in pictures} == {
        "Código de barras de la referencia 123 4566",
        "Código QR que abre https://portal.example.com/verificar/AAAAAAAAAAAAAAAAAAAAAA/",
    }
    assert len(pictures) == 2


def test_its_pictures_are_where_their_tags_say(pdf):
    qr, barcode = elements(pdf.Root.StructTreeRoot.K, "Figure")
    millimetre = 72 / 25.4
    for figure, width, height in [(qr, 27, 27), (barcode, 62, 15)]:
        left, bottom, right, top = (float(side) for side in figure.A.BBox)
        assert right - left == pytest.approx(width * millimetre)
        assert top - bottom == pytest.approx(height * millimetre)
    # The QR code to the right of the page's middle, the barcode to the left and further down.
    assert qr.A.BBox[0] > 306 > barcode.A.BBox[2]
    assert qr.A.BBox[1] > barcode.A.BBox[3] > 0


def test_what_is_copied_from_it_is_what_the_slip_says():
    text = text_of(MANUAL)
    assert set(re.findall(r"\b\d{3} \d{4}\b", text)) == {"123 4566"}
    assert re.findall(r"(\S+) Pesos", text) == ["$1,305.00"]
    assert re.findall(r"TOTAL (\$\S+)", text) == ["$1,125.00", "$1,305.00"]  # SUBTOTAL too
    assert re.findall(r"Monto total .*? Pesos (.*? M\.N\.)", text) == [in_words(Decimal(1305))]
    (clabe,) = re.findall(r"\(CLABE\) ((?:\d+ )+)", text)
    assert clabe.replace(" ", "") == MANUAL.clabe


def test_everything_is_read_in_the_order_of_the_manual():
    text = text_of(MANUAL)
    place = 0
    for phrase in [
        "Constancia de pago",
        "Ferretería Demostración del Norte",
        "FDE150803AB1",
        "22 de noviembre de 2026",
        "Incluir en pago",
        "SP0800 1 Actualizacion 3.3 NIVEL A. Sí $575.00 $575.00",
        "105077 1 Anualidad NIVEL 1. Sí $550.00 $550.00",
        "SUBTOTAL $1,125.00",
        "IVA 16% $180.00",
        "TOTAL $1,305.00",
        "Sistemas Perseo S.A. de C.V.",
        "BBVA",
        "0101644637",
        "0121 6400 1016 4463 74",
        "Referencia",
        "123 4566",
        "mil trescientos cinco pesos 00/100 M.N.",
        "El monto ya incluye IVA",
        "NÚMERO DE REFERENCIA",
        "cxc@sistemasperseo.com",
    ]:
        assert phrase in text[place:]
        place = text.index(phrase, place) + len(phrase)


def test_it_says_until_when_it_can_be_paid():
    assert "Pague a más tardar el 22 de diciembre de 2026" in text_of(MANUAL)


def test_it_says_where_to_pay_and_both_ways_to_send_the_proof():
    text = text_of(MANUAL)
    assert "Puede pagar en cualquier banco, por ejemplo BBVA, BanBajío" in text
    assert "al correo cxc@sistemasperseo.com" in text
    assert "El comprobante también puede subirlo en su panel del portal." in text


def test_a_line_left_out_stays_on_the_table_with_no_and_adds_nothing():
    assert "SP0300 2 Diseños especiales de factura No $1,800.00 $0.00" in text_of(UNUSUAL)


def test_the_rate_is_the_slip_s_own():
    assert "SUBTOTAL $1,125.00 IVA 8% $90.00 TOTAL $1,215.00" in text_of(UNUSUAL)


def test_a_name_is_text_and_never_markup():
    assert 'Peña <b>&"ñ</b> &amp; Hijos {{ x }}' in text_of(UNUSUAL)


def test_a_large_slip_warns_of_the_ceiling_that_banks_set():
    warning = "Es probable que este importe supere el tope de transferencias"
    large = Totals(Decimal("20000.00"), Decimal("0.16"), Decimal("3200.00"), Decimal("23200.00"))
    assert warning not in text_of(MANUAL)
    pages = pages_of(replace(MANUAL, totals=large))
    assert len(pages) == 1
    assert warning in pages[0]


def test_many_lines_run_on_to_a_second_page_and_lose_nothing():
    lines = tuple(replace(LEVEL, code=f"XX{number:04}") for number in range(15))
    pages = pages_of(replace(MANUAL, lines=lines))
    assert len(pages) == 2
    text = " ".join(pages)
    for phrase in [*(line.code for line in lines), "SUBTOTAL $1,125.00", "TOTAL $1,305.00"]:
        assert text.count(phrase) == 1
    assert "123 4566" in text


def test_a_table_that_goes_on_has_its_headings_again():
    pages = pages_of(replace(MANUAL, lines=(LEVEL,) * 30))
    assert all("Incluir en pago" in page for page in pages if "SP0800" in page)
    assert sum("SP0800" in page for page in pages) == 2


def test_the_same_slip_gives_the_same_bytes():
    assert draw_constancia(replace(MANUAL)) == draw(MANUAL)


@pytest.mark.slow
def test_another_process_draws_the_same_bytes():
    program = f"""
import datetime, django, hashlib
django.setup()
from decimal import Decimal
from facturamos.money import Totals
from payments.pdf import draw_constancia
from payments.slip import Slip, SlipLine
print(hashlib.sha256(draw_constancia({MANUAL!r})).hexdigest())
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        env=environ | {"DJANGO_SETTINGS_MODULE": "facturamos.settings", "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == hashlib.sha256(draw(MANUAL)).hexdigest()


def test_another_slip_gives_other_bytes():
    assert draw(MANUAL) != draw(UNUSUAL)


def modules_of(path: str, width: int) -> str:
    """The drawing as a row of modules, 1 for black."""
    row = ["0"] * width
    for x, bar, height, back in re.findall(r"M(\d+) 0h(\d+)v(\d+)h-(\d+)", path):
        assert (bar, height) == (back, "30")
        row[int(x) : int(x) + int(bar)] = "1" * int(bar)
    return "".join(row)


def decode(modules: str) -> str:
    """What a scanner reads: Code 128, digits in pairs (set C), characters in set B."""
    quiet, stop = "0" * 10, "1100011101011"
    assert modules.startswith(quiet)
    assert modules.endswith(stop + quiet)
    symbols = re.findall(".{11}", modules[10 : -10 - len(stop)])
    first, *values, check = [tables.CODES.index(symbol) for symbol in symbols]
    assert check == (first + sum(i * value for i, value in enumerate(values, start=1))) % 103
    charset, text = {104: "B", 105: "C"}[first], ""
    for value in values:
        if (charset, value) in (("C", 100), ("B", 99)):
            charset = {100: "B", 99: "C"}[value]
        else:
            text += f"{value:02}" if charset == "C" else chr(value + 32)
    return text


@pytest.mark.parametrize("reference", ["1234566", "1000002", "9900002", "9999990", "935447"])
def test_a_scanner_reads_the_reference_from_the_bars(reference):
    barcode = code_128(reference)
    assert decode(modules_of(barcode.d, barcode.width)) == reference


@given(st.integers(1_000_000, 9_999_999))
def test_a_scanner_reads_any_seven_digits(number):
    barcode = code_128(str(number))
    assert decode(modules_of(barcode.d, barcode.width)) == str(number)


def test_the_bars_of_seven_digits_are_110_modules_wide_with_their_quiet_zones():
    # Start, three pairs, change of set, one digit, check: 7 × 11; stop: 13; quiet: 2 × 10.
    assert (code_128("1234566").width, code_128("1234566").height) == (110, 30)
