"""The constancia's PDF as PDF/UA-1 asks: tagged, described, in one language and whole."""

import re
from io import BytesIO

import pikepdf
import pytest

from tests.payments.slips import MANUAL, draw
from tests.pdfs import elements, fonts_of


@pytest.fixture
def pdf():
    """The manual's slip, opened to look inside."""
    with pikepdf.open(BytesIO(draw(MANUAL))) as opened:
        yield opened


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
