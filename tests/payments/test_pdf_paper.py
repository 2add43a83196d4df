"""The constancia as paper: what a scanner, a fax and a printer make of it."""

import random
import re
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageChops

from facturamos.money import Totals
from facturamos.pdf import InaccessiblePdfError, draw_pdf
from payments.codes import qr_code
from payments.pdf import STYLESHEET, draw_constancia
from payments.slip import Slip
from tests.payments.slips import LEVEL, MANUAL, draw, pages_of, text_of

pytestmark = pytest.mark.slow

LINES = tuple(replace(LEVEL, code=f"XX{number:04}") for number in range(40))


@cache
def picture_of(slip: Slip, dpi: int, page: int = 0) -> Image.Image:
    """A page of the slip in shades of grey."""
    with closing(pypdfium2.PdfDocument(draw(slip))) as document:
        return document[page].render(scale=dpi / 72, grayscale=True).to_pil()


def black_and_white(picture: Image.Image) -> Image.Image:
    return picture.convert("1", dither=Image.Dither.NONE)


def faxed(slip: Slip) -> Image.Image:
    """As a fax machine sends it in its coarse mode: 204 × 98 dots an inch, black or white."""
    fine = picture_of(slip, 204)
    return black_and_white(fine.resize((fine.width, round(fine.height * 98 / 204))))


def with_noise(picture: Image.Image) -> Image.Image:
    """With one dot in 256 turned over, as a bad line does."""
    dots = random.Random(1).randbytes(picture.width * picture.height)
    noise = Image.frombytes("L", picture.size, dots).point(lambda dot: 255 * (dot < 1))
    return ImageChops.logical_xor(picture, noise.convert("1"))


def codes_on(picture: Image.Image) -> dict[str, str]:
    """What a decoder reads on the picture, by kind of code."""
    found = zxingcpp.read_barcodes(picture.convert("L"))
    assert len(found) == 2
    return {code.format.name: code.text for code in found}


@pytest.mark.parametrize(
    "picture",
    [
        lambda: picture_of(MANUAL, 150),
        lambda: picture_of(MANUAL, 100),
        lambda: black_and_white(picture_of(MANUAL, 150)),
        lambda: black_and_white(picture_of(MANUAL, 100)),
        lambda: faxed(MANUAL),
        lambda: with_noise(faxed(MANUAL)),
    ],
    ids=["150 dpi", "100 dpi", "150 dpi 1 bit", "100 dpi 1 bit", "fax", "fax on a bad line"],
)
def test_both_codes_are_read_back_from_the_page(picture):
    assert codes_on(picture()) == {"Code128": MANUAL.reference, "QRCode": MANUAL.verify_url}


@pytest.mark.parametrize("seed", range(3))
def test_other_references_and_addresses_are_read_after_a_fax_too(seed):
    chance = random.Random(seed)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    token = "".join(chance.choices(letters, k=22))
    slip = replace(
        MANUAL,
        reference=str(chance.randrange(1_000_000, 10_000_000)),
        verify_url=f"https://portal.example.com/verificar/{token}/",
    )
    assert codes_on(faxed(slip)) == {"Code128": slip.reference, "QRCode": slip.verify_url}


def test_the_qr_code_s_path_is_the_code_and_its_quiet_zone():
    drawing = qr_code(MANUAL.verify_url)
    picture = Image.new("L", (drawing.width, drawing.height), 255)
    commands = re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)h-(\d+)", drawing.d)
    assert "".join("M{} {}h{}v{}h-{}".format(*command) for command in commands) == drawing.d
    for x, y, width, height, back in commands:
        assert width == back
        picture.paste(0, (int(x), int(y), int(x) + int(width), int(y) + int(height)))
    assert picture.point(lambda dot: 255 - dot).getbbox() == (4, 4, 37, 37)
    (code,) = zxingcpp.read_barcodes(picture.resize((164, 164), Image.Resampling.NEAREST))
    assert (code.text, code.ec_level) == (MANUAL.verify_url, "M")


@pytest.mark.parametrize("number", [1, 4])
def test_up_to_four_lines_stay_on_one_page(number):
    assert len(pages_of(replace(MANUAL, lines=LINES[:number]))) == 1


@pytest.mark.parametrize(("number", "count"), [(15, 2), (40, 3)])
def test_more_lines_run_on_and_what_is_needed_to_pay_stays_together(number, count):
    pages = pages_of(replace(MANUAL, lines=LINES[:number]))
    assert len(pages) == count
    text = " ".join(pages)
    for line in LINES[:number]:
        assert text.count(line.code) == 1
    assert len(re.findall(r"\bTOTAL \$1,305\.00", text)) == 1
    assert all("Incluir en pago" in page for page in pages if "XX00" in page)
    assert any(page.startswith("Facturamos") and "Referencia 123 4566" in page for page in pages)
    (paying,) = [page for page in pages if "Monto total" in page]
    for phrase in ["0121 6400 1016 4463 74", "123 4566", "$1,305.00 Pesos", "Verifique esta"]:
        assert phrase in paying


@pytest.mark.slow
def test_the_sums_never_stand_on_a_page_without_a_line():
    for number in range(26, 30):
        pages = pages_of(replace(MANUAL, lines=LINES[:number]))
        (summing,) = [page for page in pages if "SUBTOTAL" in page]
        assert "XX00" in summing
        assert "IVA 16% $180.00 TOTAL $1,305.00" in summing


def test_the_longest_texts_stay_on_the_paper():
    longest = replace(
        MANUAL,
        customer_name="Ñ" * 254,
        beneficiary="Sociedad " * 13,
        lines=(
            replace(
                LEVEL,
                code="W" * 20,
                description="Descripción" * 18,
                quantity=32767,
                unit_price=Decimal("9999999999.99"),
                amount=Decimal("9999999999.99"),
            ),
        ),
        totals=Totals(
            Decimal("9999999999.99"), Decimal("0.16"), Decimal("0.00"), Decimal("9999999999.99")
        ),
    )
    text = text_of(longest).replace(" ", "")
    for phrase in ["Ñ" * 254, "W" * 20, "Descripción" * 18, "Sociedad" * 13, "$9,999,999,999.99"]:
        assert phrase in text
    for number in range(len(pages_of(longest))):
        picture = picture_of(longest, 50, number)
        left, _, right, _ = picture.point(lambda dot: 255 * (dot < 128)).getbbox()
        assert left >= 15 / 25.4 * 50
        assert right <= picture.width - 15 / 25.4 * 50


def test_a_name_brings_no_file_and_no_address_into_it():
    name = '<img src=file:///etc/passwd><link rel=attachment href="file:///etc/passwd"> & Cía.'
    slip = replace(MANUAL, customer_name=name)
    assert name in text_of(slip)
    with pikepdf.open(BytesIO(draw(slip))) as pdf:
        assert not pdf.attachments
        assert not any(page.get_images() for page in pdf.pages)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://127.0.0.1:9/", "ftp://x.test/"])
def test_nothing_is_fetched_but_data_in_the_page(address, caplog):
    html = (
        "<html lang=es-MX><title>x</title>"
        f'<link rel=attachment href="{address}"><link rel=stylesheet href="{address}">'
        f'<p><img alt="x" src="{address}"></p>'
    )
    with pikepdf.open(BytesIO(draw_pdf(html, STYLESHEET))) as pdf:
        assert not pdf.attachments
        assert not any(page.get_images() for page in pdf.pages)
    assert sum("disallowed protocol" in record.message for record in caplog.records) == 3


@pytest.mark.parametrize(
    "html",
    [
        "<html><title>x</title><p>x",
        "<html lang=es-MX><p>x",
        "<html lang=es-MX><title>x</title><img src='data:image/svg+xml,<svg/>'>",
        "<html lang=es-MX><title>x</title><svg width=9 height=9></svg>",
    ],
    ids=["no language", "no title", "no description", "no description of a drawing"],
)
@pytest.mark.filterwarnings("ignore")
def test_a_page_that_not_everybody_can_read_is_refused(html):
    with pytest.raises(InaccessiblePdfError):
        draw_pdf(html, STYLESHEET)


def test_weasyprint_has_nothing_to_complain_of(caplog):
    draw_constancia(replace(MANUAL, issued_on=date(2026, 2, 3)))
    assert [record for record in caplog.records if record.name.startswith("weasyprint")] == []
