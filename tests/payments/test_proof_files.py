"""What is let in as a proof, and in what shape it is kept."""

import io
import threading

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFile

from payments import bounded, proof_texts
from payments.bounded import check_bounded
from payments.proof_files import (
    MAX_PIXELS,
    NAME_LENGTH,
    Problem,
    RefusedFileError,
    check_file,
    clean_name,
)
from tests.payments import proof_samples as samples

pytestmark = pytest.mark.slow

LINK = pikepdf.Dictionary(
    Subtype=pikepdf.Name.Link, A=samples.action("URI", URI="https://example.com/")
)


@pytest.fixture(autouse=True)
def _as_in_its_own_process(monkeypatch):
    # WeasyPrint, which the portal's own process loads, makes Pillow take halves.
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)


def problem_of(name: str, content: bytes) -> Problem | None:
    try:
        check_file(name, content)
    except RefusedFileError as error:
        return error.problem
    return None


REFUSED = {
    "nothing": ("a.jpg", b"", Problem.EMPTY),
    "a page named as a picture": ("a.jpg", samples.HTML, Problem.WRONG_TYPE),
    "a drawing with a script": ("a.svg", samples.SVG, Problem.WRONG_TYPE),
    "a drawing named as XML": ("a.xml", samples.SVG, Problem.NOT_A_CEP),
    "an animation": ("a.gif", samples.image("GIF"), Problem.WRONG_TYPE),
    "an animation named as a picture": ("a.png", samples.image("GIF"), Problem.WRONG_TYPE),
    "a film": ("a.mp4", samples.MP4, Problem.WRONG_TYPE),
    "a film named as a picture": ("a.jpg", samples.MP4, Problem.WRONG_TYPE),
    "an archive": ("a.zip", samples.zip_bomb(), Problem.WRONG_TYPE),
    "an archive that would grow, named as PDF": ("a.pdf", samples.zip_bomb(), Problem.WRONG_TYPE),
    "a picture named as PDF": ("a.pdf", samples.image(), Problem.WRONG_TYPE),
    "a PDF named as a picture": ("a.jpg", samples.pdf(), Problem.WRONG_TYPE),
    "a name without an ending": ("comprobante", samples.image(), Problem.WRONG_TYPE),
    "a page before the PDF": ("a.pdf", samples.HTML + samples.pdf(), Problem.WRONG_TYPE),
    "an iPhone's photograph": ("a.heic", samples.HEIC, Problem.HEIC),
    "an iPhone's photograph, renamed": ("a.jpg", samples.HEIC, Problem.HEIC),
    "30,000 × 30,000 points": ("a.png", samples.pixel_bomb(), Problem.TOO_MANY_PIXELS),
    "half a JPEG": ("a.jpg", samples.image(size=(400, 300))[:-2000], Problem.DAMAGED),
    "half a PNG": ("a.png", samples.noise((60, 60))[:-6000], Problem.DAMAGED),
    "only the beginning of a JPEG": ("a.jpg", b"\xff\xd8\xff\xe0", Problem.DAMAGED),
    "half a PDF": ("a.pdf", samples.pdf()[:-150], Problem.DAMAGED),
    "a PDF without pages": ("a.pdf", samples.saved(pikepdf.new()), Problem.DAMAGED),
    "a locked PDF": ("a.pdf", samples.locked_pdf(user="secreta"), Problem.PASSWORD),
    "laughs": ("a.xml", samples.BILLION_LAUGHS, Problem.NOT_A_CEP),
    "an entity outside": ("a.xml", samples.OUTSIDE_ENTITY, Problem.NOT_A_CEP),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_for_its_own_reason(case):
    name, content, problem = REFUSED[case]
    assert problem_of(name, content) == problem


ACTIVE = {
    "JavaScript on opening": samples.pdf(OpenAction=samples.action("JavaScript", JS="1")),
    "JavaScript by name": samples.pdf(
        Names=pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=pikepdf.Array([])))
    ),
    "JavaScript with its name escaped": samples.pdf_with_escaped_names(),
    "JavaScript of a form's field": samples.pdf_with_field_script(),
    "JavaScript after another action": samples.pdf(
        OpenAction=samples.action(
            "Named", N=pikepdf.Name.NextPage, Next=samples.action("JavaScript", JS="1")
        )
    ),
    "a program": samples.pdf(OpenAction=samples.action("Launch", F="calc.exe")),
    "a form that sends": samples.pdf_with_annotation(
        pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=samples.action("SubmitForm", F="x"))
    ),
    "data from outside": samples.pdf(OpenAction=samples.action("ImportData", F="x")),
    "another file": samples.pdf(OpenAction=samples.action("GoToR", F="x")),
    "an attachment": samples.pdf_with_attachment(),
    "an attachment on the page": samples.pdf_with_annotation(
        pikepdf.Dictionary(Subtype=pikepdf.Name.FileAttachment)
    ),
    "a film": samples.pdf_with_annotation(pikepdf.Dictionary(Subtype=pikepdf.Name.RichMedia)),
    "a programmed form": samples.pdf(AcroForm=pikepdf.Dictionary(XFA="x")),
}


@pytest.mark.parametrize("pack", [bytes, samples.packed], ids=["plain", "in an object stream"])
@pytest.mark.parametrize("case", ACTIVE)
def test_a_pdf_that_acts_is_refused_wherever_it_hides(case, pack):
    content = pack(ACTIVE[case])
    assert problem_of("a.pdf", content) == Problem.ACTIVE


def test_what_hides_in_an_object_stream_cannot_be_seen_in_the_bytes():
    packed = samples.packed(ACTIVE["a program"])
    assert b"Launch" in ACTIVE["a program"]
    assert b"Launch" not in packed


HONEST_PDFS = {
    "plain": samples.pdf(),
    "packed": samples.packed(samples.pdf()),
    "opens at a page": samples.pdf(OpenAction=pikepdf.Array([0, pikepdf.Name.XYZ, None, None, 0])),
    "opens by an action": samples.pdf(
        OpenAction=samples.action("GoTo", D=pikepdf.Array([0, pikepdf.Name.Fit]))
    ),
    "with a link": samples.pdf_with_annotation(LINK),
    "signed": samples.signed_pdf(),
    "locked only against changes": samples.locked_pdf(),
}


@pytest.mark.parametrize("case", HONEST_PDFS)
def test_a_receipt_of_a_bank_passes_as_it_came(case):
    content = HONEST_PDFS[case]
    assert check_file("recibo.PDF", content).content == content


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_passes(mode):
    content = samples.encoded(Image.new(mode, (9, 9)), "PNG")
    kept = check_file("a.png", content)
    assert (kept.kind, Image.open(io.BytesIO(kept.content)).size) == ("png", (9, 9))


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_kind_of_jpeg_passes(mode):
    kept = check_file("a.JPEG", samples.encoded(Image.new(mode, (9, 9)), "JPEG"))
    assert (kept.kind, Image.open(io.BytesIO(kept.content)).format) == ("jpeg", "JPEG")


def test_a_screenshot_saved_under_the_other_ending_passes():
    assert check_file("captura.jpg", samples.image("PNG")).kind == "png"


def test_the_largest_picture_has_forty_million_points():
    assert MAX_PIXELS == 40_000_000
    fits, over = Image.new("1", (8000, 5000)), Image.new("1", (8001, 5000))
    assert problem_of("a.png", samples.encoded(fits, "PNG")) is None
    assert problem_of("a.png", samples.encoded(over, "PNG")) == Problem.TOO_MANY_PIXELS


def test_where_a_photograph_was_taken_is_left_behind_and_it_stands_upright():
    sent = samples.photograph_with_a_place()
    assert b"TELEFONO-SECRETO" in sent
    assert b"COMENTARIO-SECRETO" in sent
    kept = check_file("foto.jpg", sent).content
    picture = Image.open(io.BytesIO(kept))
    assert not picture.getexif()
    assert b"SECRETO" not in kept
    assert picture.size == (30, 40)
    red, green, blue = picture.convert("RGB").getpixel((25, 5))  # the spot turned to the right
    assert red > 200 > max(green, blue) + 100


def test_text_in_a_png_is_left_behind():
    from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415

    info = PngInfo()
    info.add_text("Comment", "TEXTO-SECRETO")
    sent = samples.image("PNG", pnginfo=info)
    assert b"TEXTO-SECRETO" in sent
    assert b"SECRETO" not in check_file("a.png", sent).content


@given(st.sampled_from(["JPEG", "PNG"]), st.binary(min_size=12, max_size=200), st.booleans())
def test_nothing_that_follows_the_picture_is_kept(format_, appended, as_page):
    appended = b"<script>" + appended if as_page else appended
    kept = check_file("a.jpg", samples.image(format_) + appended).content
    assert appended not in kept
    assert kept == check_file("a.jpg", samples.image(format_)).content


SAMPLES = {
    "a.jpg": samples.photograph_with_a_place(),
    "a.png": samples.image("PNG"),
    "a.pdf": samples.signed_pdf(),
    "b.pdf": samples.packed(samples.pdf()),
    "a.xml": samples.cep(),
}


@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_a_cut_or_changed_file_is_taken_or_refused_and_nothing_else(name, data):
    content = bytearray(SAMPLES[name])
    for _ in range(data.draw(st.integers(0, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    problem_of(name, bytes(content[:cut]))  # raises nothing but a refusal


@given(st.binary(max_size=300), st.sampled_from(["a.jpg", "a.png", "a.pdf", "a.xml"]))
def test_any_bytes_after_the_right_beginning_are_no_trouble(tail, name):
    for start in (b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-1.4\n", b"<SPEI_Tercero "):
        problem_of(name, start + tail)


class TestNames:
    """A name is only text to show."""

    @given(st.text(max_size=400))
    def test_it_is_short_visible_and_of_no_folder(self, name):
        shown = clean_name(name)
        assert 1 <= len(shown) <= NAME_LENGTH
        assert shown.isprintable()
        assert "/" not in shown
        assert "\\" not in shown

    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("recibo de pago ñ.pdf", "recibo de pago ñ.pdf"),
            ("../../etc/passwd.jpg", "passwd.jpg"),
            ("C:\\Users\\yo\\recibo.png", "recibo.png"),
            ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie: x.jpg"),
            ("recibo\u202egpj.exe", "recibogpj.exe"),
            ("\x00\x07", "archivo"),
            ("/", "archivo"),
        ],
    )
    def test_what_is_left_of_it(self, name, shown):
        assert clean_name(name) == shown


class TestBounds:
    """The same in a process of its own."""

    def test_it_says_the_same(self):
        for name in SAMPLES:
            assert check_bounded(name, SAMPLES[name]) == check_file(name, SAMPLES[name])
        for case in ("a locked PDF", "half a JPEG"):
            name, content, problem = REFUSED[case]
            with pytest.raises(RefusedFileError) as caught:
                check_bounded(name, content)
            assert caught.value.problem == problem

    def test_what_takes_too_long_is_refused(self):
        with pytest.raises(RefusedFileError) as caught:
            check_bounded("a.png", samples.image("PNG"), seconds=0.001)
        assert caught.value.problem == Problem.TOO_COMPLEX

    def test_who_waits_in_line_too_long_is_told_to_come_back(self, monkeypatch):
        monkeypatch.setattr(bounded, "_at_once", threading.BoundedSemaphore(1))
        with bounded._at_once, pytest.raises(RefusedFileError) as caught:
            check_bounded("a.png", samples.image("PNG"), seconds=0.01)
        assert caught.value.problem == Problem.NO_TIME
        assert check_bounded("a.png", samples.image("PNG"))

    def test_every_problem_has_its_own_sentence(self):
        assert set(proof_texts.TEXTS) == set(Problem)
        assert len(set(proof_texts.TEXTS.values())) == len(Problem)

    @pytest.mark.slow
    def test_a_pdf_that_grows_to_gigabytes_is_refused(self):
        small = samples.pdf_bomb(10_000_000)
        assert problem_of("a.pdf", small) is None  # in itself it is a good PDF
        with pytest.raises(RefusedFileError) as caught:
            check_bounded("a.pdf", samples.pdf_bomb())
        assert caught.value.problem in (Problem.TOO_COMPLEX, Problem.DAMAGED)
