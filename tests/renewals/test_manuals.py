"""The manuals: what they say is on the portal, and their PDF can be read by everybody."""

import re
from functools import cache
from io import BytesIO
from itertools import pairwise

import pikepdf
import pytest

from facturamos.texts.in_force import as_if
from facturamos.texts.words import DEFAULTS
from payments import fiscal
from payments.channels import USUAL_CEILING
from renewals import manuals
from renewals.manuals import MANUALS, PAYMENT, VERSION_4
from tests.live import ROOT
from tests.pdfs import elements, fonts_of, pages_in

PICTURES = ROOT / "renewals/manual_pictures"
BOTH = pytest.mark.parametrize("manual", MANUALS, ids=[manual.template for manual in MANUALS])
WORDS_OF_THE_PICTURES = " ".join(file.read_text("utf-8") for file in PICTURES.glob("*.txt"))


def edition(manual):
    with as_if(DEFAULTS):
        return manuals.edition_of(manual)


@cache
def drawn(manual) -> bytes:
    return manuals.draw(edition(manual))


@cache
def pages_of(manual) -> list[str]:
    return pages_in(drawn(manual))


def html_of(manual) -> str:
    sources = {name: name for name in manuals._pictures()}
    return manuals._html(manual, DEFAULTS.contacts, DEFAULTS.banks, sources)


def source_of(manual) -> str:
    return (ROOT / f"templates/manuals/{manual.template}.html").read_text("utf-8")


class TestWords:
    @BOTH
    def test_every_button_it_names_is_on_a_screen(self, manual):
        templates = ROOT.glob("templates/*/*.html")
        others = (path for path in templates if path.parent.name != "manuals")
        screens = " ".join(path.read_text("utf-8") for path in others) + WORDS_OF_THE_PICTURES
        screens = " ".join(screens.split())
        named = re.findall(r"<b>(.+?)</b>", html_of(manual))
        assert named
        assert [words for words in named if words not in screens] == []

    def test_the_eight_steps_name_the_buttons_of_the_road(self):
        page = html_of(PAYMENT)
        for words in (
            "Iniciar Sesión",
            "Leer aviso de privacidad",
            "Generar constancia de pago",
            "No deseo generar en este momento la constancia de pago",
            "Descargar manual para realizar el pago",
            "Aceptar",
            "Cancelar",
            "Consultar Constancia de Pago",
            "→ Manual para cambio de versión ←",
        ):
            assert f"<b>{words}</b>" in page

    @BOTH
    def test_each_picture_is_there_described_and_explained(self, manual):
        page = html_of(manual)
        pictures = re.findall(r'<figure><img src="(.*?)" alt="(.+?)"><figcaption>(.+?)</', page)
        assert len(pictures) == page.count("<img") > 0
        assert {source for source, _, _ in pictures} <= set(manuals._pictures())

    def test_no_picture_lies_there_unused(self):
        used = {
            name
            for manual in MANUALS
            for name in re.findall(r"source=pictures\.(\w+)", source_of(manual))
        }
        assert used == {path.stem for path in PICTURES.glob("*.png")}
        assert used == {path.stem for path in PICTURES.glob("*.txt")}

    @BOTH
    def test_the_contents_name_every_section_in_order(self, manual):
        page = html_of(manual)
        listed = re.findall(r'<li><a href="#(.+?)">(.+?)</a>', page)
        assert listed == re.findall(r'<h2 id="(.+?)">(.+?)</h2>', page)

    def test_the_company_s_words_are_those_in_force(self):
        later = DEFAULTS.but("contacts.promise_hours", "48").but("contacts.banks", "Banco Uno")
        page = manuals._html(PAYMENT, later.contacts, later.banks, {})
        assert "48 horas" in page
        assert "24 horas" not in page
        assert "por ejemplo Banco Uno." in page

    def test_what_the_portal_checks_reads_the_same_in_the_manuals(self):
        assert f"${USUAL_CEILING:,.0f} MXN" in html_of(PAYMENT)
        page = html_of(VERSION_4)
        for regimes in (fiscal.OF_COMPANIES, fiscal.OF_INDIVIDUALS, fiscal.OF_BOTH):
            assert f"<td>{', '.join(regimes)}</td>" in page
        for use, name in fiscal.USES.items():
            regimes = fiscal.REGIMES_WITH[use]
            all_or_some = "Todos" if regimes == set(fiscal.REGIMES) else ", ".join(sorted(regimes))
            assert f'">{use}</th><td>{name}</td><td>{all_or_some}</td>' in page
        assert f">{fiscal.GENERIC_RFCS[0]}<" in page


@pytest.mark.slow
@BOTH
class TestPdf:
    def test_it_declares_pdf_ua_1_its_language_and_its_title(self, manual):
        with pikepdf.open(BytesIO(drawn(manual))) as pdf:
            with pdf.open_metadata() as metadata:
                assert metadata["pdfuaid:part"] == "1"
                assert metadata["dc:title"] == manual.title
            assert pdf.Root.Lang == "es-MX"
            assert pdf.Root.MarkInfo.Marked is True
            assert pdf.Root.ViewerPreferences.DisplayDocTitle is True

    def test_the_keyboard_follows_the_order_of_the_tags(self, manual):
        with pikepdf.open(BytesIO(drawn(manual))) as pdf:
            assert {str(page.Tabs) for page in pdf.pages} == {"/S"}

    def test_its_headings_begin_at_one_and_skip_no_level(self, manual):
        with pikepdf.open(BytesIO(drawn(manual))) as pdf:
            found = elements(pdf.Root.StructTreeRoot, "H1", "H2", "H3", "H4")
            levels = [int(str(heading.S)[2:]) for heading in found]
        assert levels.count(1) == 1 == levels[0]
        assert all(after <= before + 1 for before, after in pairwise(levels))

    def test_every_picture_is_told_and_lies_whole_on_a_page(self, manual):
        with pikepdf.open(BytesIO(drawn(manual))) as pdf:
            figures = elements(pdf.Root.StructTreeRoot, "Figure")
            assert len(figures) == html_of(manual).count("<img")
            for figure in figures:
                assert len(str(figure.Alt)) > 30
                left, bottom, right, top = map(float, figure.A.BBox)
                _, _, width, height = map(float, figure.Pg.MediaBox)
                assert 50 < left < right < width - 50
                assert 50 < bottom < top < height - 50

    def test_every_heading_of_a_table_says_what_it_heads(self, manual):
        with pikepdf.open(BytesIO(drawn(manual))) as pdf:
            cells = elements(pdf.Root.StructTreeRoot, "TH")
            assert {str(cell.A.Scope) for cell in cells} == {"/Column", "/Row"}

    def test_its_fonts_travel_with_it(self, manual):
        with pikepdf.open(BytesIO(drawn(manual))) as pdf:
            for font in fonts_of(pdf):
                (descendant,) = font.DescendantFonts
                assert "Lato" in str(font.BaseFont)
                assert "/FontFile2" in descendant.FontDescriptor

    def test_the_contents_lead_to_the_pages_they_name(self, manual):
        sections = re.findall(r'<h2 id="(.+?)">(.+?)</h2>', html_of(manual))
        with pikepdf.open(BytesIO(drawn(manual))) as pdf:
            links = [
                note for page in pdf.pages for note in page.get("/Annots", []) if "/Dest" in note
            ]
            # The words and the number behind them are a link each.
            targets = list(dict.fromkeys(str(link.Dest) for link in links))
        assert targets == [anchor for anchor, _ in sections]
        first, *_ = pages = pages_of(manual)
        for _, title in sections:
            (number,) = re.findall(rf"{re.escape(title)} ?(\d+)", first)
            assert title in pages[int(number) - 1]

    def test_its_bookmarks_are_its_headings(self, manual):
        headings = re.findall(r"<h([12])\b[^>]*>(.+?)</h\1>", html_of(manual))
        with pikepdf.open(BytesIO(drawn(manual))) as pdf, pdf.open_outline() as outline:
            (top,) = outline.root
            titles = [top.title, *(item.title for item in top.children)]
        assert titles == [title for _, title in headings]

    def test_a_reader_copies_it_in_the_order_it_is_read(self, manual):
        text = " ".join(pages_of(manual))
        place = text.index("Contenido")
        for title in re.findall(r"<h[23]\b[^>]*>(.+?)</h", html_of(manual))[1:]:
            place = text.index(title, place) + len(title)

    def test_every_page_has_words_and_its_number(self, manual):
        pages = pages_of(manual)
        for number, page in enumerate(pages, start=1):
            assert f"Página {number} de {len(pages)}" in page

    def test_it_is_small(self, manual):
        assert len(drawn(manual)) < 2_000_000

    def test_the_same_edition_gives_the_same_bytes(self, manual):
        assert manuals.draw.__wrapped__(edition(manual)) == drawn(manual)
