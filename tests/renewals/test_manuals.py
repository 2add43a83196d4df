"""The manuals: stored once for what they say, served from the store, readable by everybody."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import cache
from io import BytesIO
from itertools import pairwise

import pikepdf
import pypdfium2
import pytest
from django.conf import settings
from django.core.management import call_command

from facturamos.texts.in_force import as_if
from facturamos.texts.words import DEFAULTS
from renewals import manuals
from renewals.manuals import MANUALS, PAYMENT
from tests.live import ROOT
from tests.payments.test_pdf import elements, fonts_of

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
    with closing(pypdfium2.PdfDocument(drawn(manual))) as document:
        pages = [document.get_page(i).get_textpage().get_text_range() for i in range(len(document))]
    return [" ".join(page.split()) for page in pages]


def html_of(manual) -> str:
    return manuals._html(manual, DEFAULTS, {name: name for name in manuals._pictures()})


def source_of(manual) -> str:
    return (ROOT / f"templates/manuals/{manual.template}.html").read_text("utf-8")


@pytest.fixture
def cheap(monkeypatch):
    """Drawing takes no time; what was drawn, in turn."""
    made = []

    def draw(edition):
        made.append(edition.manual.template)
        return f"%PDF- {edition.key}".encode()

    monkeypatch.setattr(manuals, "draw", draw)
    return made


def stored() -> list[str]:
    folder = edition(PAYMENT).path.parent
    return sorted(path.name for path in folder.iterdir())


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
        later = DEFAULTS.but("contacts.promise_hours", "48")
        page = manuals._html(PAYMENT, later, {})
        assert "48 horas" in page
        assert "24 horas" not in page


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


class TestStore:
    def test_what_is_stored_is_never_drawn_again(self, db, cheap):
        first = manuals.pdf_of(manuals.edition_of(PAYMENT))
        assert manuals.pdf_of(manuals.edition_of(PAYMENT)) == first
        assert cheap == ["pago"]

    @pytest.mark.parametrize("change", ["words", "stylesheet", "pictures", "weasyprint"])
    def test_what_changes_a_page_changes_the_key(self, change, monkeypatch, tmp_path):
        before = edition(PAYMENT)
        if change == "stylesheet":
            other = tmp_path / "manual.css"
            other.write_text("p { color: red }", "utf-8")
            monkeypatch.setattr(manuals, "STYLESHEET", other)
        if change == "pictures":
            others = dict.fromkeys(manuals._pictures(), b"another")
            monkeypatch.setattr(manuals, "_pictures", lambda: others)
        if change == "weasyprint":
            monkeypatch.setattr("weasyprint.__version__", "1000")
        words = DEFAULTS.but("contacts.promise_hours", "48") if change == "words" else DEFAULTS
        with as_if(words):
            assert manuals.edition_of(PAYMENT).key != before.key

    def test_the_command_draws_what_is_missing_and_removes_what_is_old(self, db, cheap, capsys):
        old = edition(PAYMENT).path.with_name("pago-0123.pdf")
        old.parent.mkdir(parents=True)
        old.write_bytes(b"%PDF-")
        being_written = old.with_name("somebody.part")
        being_written.touch()
        call_command("draw_manuals")
        call_command("draw_manuals")
        assert cheap == ["pago", "version_4_0"]
        names = [edition(manual).path.name for manual in MANUALS]
        assert stored() == sorted([*names, "somebody.part"])
        said = capsys.readouterr().out
        assert said.count("was drawn already") == 2
        assert "1 of before removed" in said

    def test_the_worker_draws_again_what_says_something_else_now(self, db, cheap):
        assert manuals.redraw() == 0
        assert cheap == []  # nobody asked for one yet
        manuals.pdf_of(edition(PAYMENT))
        with as_if(DEFAULTS.but("contacts.promise_hours", "48")):
            later = manuals.edition_of(PAYMENT)
            assert (manuals.redraw(), manuals.redraw()) == (1, 0)
        assert cheap == ["pago", "pago"]
        assert stored() == [later.path.name]
        assert "renewals.manuals.redraw" in settings.DUE_JOBS

    def test_one_that_cannot_be_drawn_is_not_tried_in_every_round(self, db, cheap, monkeypatch):
        manuals.pdf_of(edition(PAYMENT))
        monkeypatch.setattr(manuals, "draw", lambda _: 1 / 0)
        with as_if(DEFAULTS.but("contacts.promise_hours", "48")):
            with pytest.raises(ZeroDivisionError):
                manuals.redraw()
            assert manuals.redraw() == 0

    def test_without_room_on_the_disk_it_is_served_all_the_same(self, db, cheap, monkeypatch):
        def full(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(manuals, "_store", full)
        assert manuals.pdf_of(manuals.edition_of(PAYMENT)).startswith(b"%PDF-")

    def test_of_many_who_come_at_once_one_draws(self, db, monkeypatch):
        made, another = [], threading.Barrier(2)

        def draw_pdf(*_):
            made.append(1)
            with suppress(threading.BrokenBarrierError):
                another.wait(timeout=0.3)
            return b"%PDF-"

        monkeypatch.setattr(manuals, "draw_pdf", draw_pdf)
        monkeypatch.setattr(manuals, "_html", lambda *_: "")
        ours = edition(PAYMENT)
        manuals.draw.cache_clear()
        with ThreadPoolExecutor(4) as pool:
            assert [*pool.map(manuals.pdf_of, [ours] * 4)] == [b"%PDF-"] * 4
        assert made == [1]
        manuals.draw.cache_clear()

    def test_nothing_half_written_is_left_behind(self, db, cheap):
        manuals.pdf_of(manuals.edition_of(PAYMENT))
        assert stored() == [edition(PAYMENT).path.name]


class TestPage:
    def test_it_opens_in_the_browser_under_a_name_that_says_what_it_is(
        self, user, signed_in, cheap
    ):
        answer = signed_in(user).get("/manuales/pago/")
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Content-Disposition"] == (
            'inline; filename="manual-para-realizar-el-pago.pdf"'
        )
        assert answer.content.startswith(b"%PDF-")

    def test_a_browser_that_has_it_asks_and_is_sent_nothing(self, user, signed_in, cheap):
        client = signed_in(user)
        first = client.get("/manuales/pago/")
        assert first.headers["Cache-Control"] == "private, no-cache"
        again = client.get("/manuales/pago/", headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["Cache-Control"] == "private, no-cache"

    def test_only_drawing_counts_against_the_limit(self, user, signed_in, cheap, settings):
        settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "pdf": "1/h/user"}
        client = signed_in(user)
        assert [client.get("/manuales/pago/").status_code for _ in range(3)] == [200] * 3
        manuals.edition_of(PAYMENT).path.unlink()
        assert client.get("/manuales/pago/").status_code == 429

    def test_one_that_cannot_be_drawn_says_so(self, user, signed_in, monkeypatch, caplog):
        def broken(_):
            raise RuntimeError("no fonts")

        monkeypatch.setattr(manuals, "draw", broken)
        answer = signed_in(user).get("/manuales/pago/")
        assert answer.status_code == 503
        assert "No pudimos abrir el manual" in answer.content.decode()
        assert answer.headers["Cache-Control"] == "no-store"
        assert "The manual pago could not be drawn" in caplog.text

    def test_the_one_of_version_4_waits_for_the_payment(self, user, signed_in, cheap):
        answer = signed_in(user).get("/manuales/version-4.0/")
        assert answer.headers["Location"] == "/panel/"
        assert cheap == []
