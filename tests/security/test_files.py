"""What people upload and what they take with them (checklist U).

The many cases of each line are in tests/payments/test_proof_*.py; here each line stands once.
"""

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pikepdf
import pytest
from django.conf import settings as real_settings
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageFile

from facturamos import pdf as drawing
from facturamos.exports import to_csv, to_xlsx
from facturamos.tables import UnreadableFileError, sheets
from payments.models import ProofFile
from payments.proof_files import MAX_PIXELS, Problem, RefusedFileError, check_file
from tests import factories
from tests.payments import proof_samples as samples
from tests.payments.proof_samples import read, sent


@pytest.fixture(autouse=True)
def _as_in_its_own_process(monkeypatch):
    # WeasyPrint, which the portal's own process loads, makes Pillow take halves.
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)


@pytest.fixture
def send(user, constancia, signed_in):
    """Posts files as the customer; returns the page that follows."""
    client = signed_in(user)

    def post(*files, **fields):
        data = {"file": list(files), "paid_on": str(timezone.localdate()), **fields}
        address = f"/constancias/{constancia.reference}/comprobante/"
        return client.post(address, data, follow=True)

    post.client = client
    return post


def problem_of(name: str, content: bytes) -> Problem | None:
    try:
        check_file(name, content)
    except RefusedFileError as error:
        return error.problem
    return None


def test_U1_size_number_and_sum_have_a_limit(send, settings):
    assert (settings.PROOF_MAX_BYTES, settings.PROOF_MAX_FILES) == (10 * 1024**2, 5)
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE == 1024**2
    nginx = (real_settings.BASE_DIR / "deploy/nginx.conf").read_text()
    assert "client_max_body_size 56m;" in nginx
    small = samples.image("PNG")
    settings.PROOF_MAX_BYTES = len(small) - 1
    send(sent("a.png", small))
    settings.PROOF_MAX_BYTES = 10 * 1024**2
    send(*[sent(f"{n}.png", samples.another_image(n)) for n in range(6)])
    settings.PROOF_QUOTA_BYTES = len(small) - 1
    send(sent("a.png", small))
    assert not ProofFile.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jpg", samples.HTML),
        ("a.svg", samples.SVG),
        ("a.png", samples.image("GIF")),
        ("a.pdf", samples.zip_bomb()),
        ("a.pdf", samples.HTML + samples.pdf()),
        ("a.exe", b"MZ"),
        ("a", samples.image()),
        ("a.xml", samples.OUTSIDE_ENTITY),
    ],
)
def test_U2_a_file_is_what_its_name_says_or_nothing(name, content):
    assert problem_of(name, content) is not None


def test_U2_a_picture_is_drawn_anew_and_keeps_nothing_else():
    polyglot = samples.image("JPEG") + samples.HTML
    assert b"<script>" not in check_file("a.jpg", polyglot).content
    place = check_file("a.jpg", samples.photograph_with_a_place()).content
    assert not Image.open(io.BytesIO(place)).getexif()


def test_U3_a_picture_that_would_grow_is_refused_unopened():
    assert MAX_PIXELS == 40_000_000
    assert problem_of("a.png", samples.pixel_bomb()) == Problem.TOO_MANY_PIXELS


def test_U4_a_pdf_that_acts_is_refused_and_a_banks_receipt_passes():
    for kind in ("JavaScript", "Launch", "SubmitForm", "ImportData"):
        acting = samples.pdf(OpenAction=samples.action(kind, F="x", JS="1"))
        assert problem_of("a.pdf", acting) == Problem.ACTIVE, kind
    assert problem_of("a.pdf", samples.pdf_with_attachment()) == Problem.ACTIVE
    assert problem_of("a.pdf", samples.locked_pdf(user="secreta")) == Problem.PASSWORD
    view = pikepdf.Array([0, pikepdf.Name.Fit])
    for receipt in (samples.locked_pdf(), samples.signed_pdf(), samples.pdf(OpenAction=view)):
        assert problem_of("a.pdf", receipt) is None


@pytest.mark.parametrize(
    "name",
    [
        "../../x.png",
        "a%0D%0AX-Injected: 1.png",
        "recibo\u202egnp.png",
        "n" * 300 + ".png",
        "ñ€.png",
    ],
)
def test_U5_a_name_is_only_text(send, settings, name):
    send(sent(name, samples.image("PNG")))
    file = ProofFile.objects.get()
    (stored,) = Path(settings.MEDIA_ROOT).rglob("*.png")
    assert UUID(stored.stem)
    assert file.original_name.isprintable()
    assert len(file.original_name) <= 255
    answer = send.client.get(f"/comprobantes/{file.public_id}/")
    read(answer)
    assert "X-Injected" not in answer.headers
    assert answer.headers["Content-Disposition"].startswith("inline; filename")


def test_U6_files_are_served_to_their_owner_under_strict_headers(send, outsider, signed_in):
    send(sent("a.png", samples.image("PNG")))
    send(sent("a.pdf", samples.signed_pdf()))
    for file in ProofFile.objects.all():
        address = f"/comprobantes/{file.public_id}/"
        answer = send.client.get(address)
        read(answer)
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
        shown = "inline" if file.is_image else "attachment"
        assert answer.headers["Content-Disposition"].startswith(shown)
        assert signed_in(outsider).get(address).status_code == 404
        assert Client().get(address).status_code == 302
        for direct in (f"/media/{file.file.name}", f"/static/{file.file.name}"):
            assert send.client.get(direct).status_code == 404


def test_U7_the_same_file_for_another_constancia_is_pointed_out(constancia, cxc, signed_in):
    other = factories.make_constancia(factories.make_consenting_user())
    for each in (constancia, other):
        factories.send_proof(each)
    page = signed_in(cxc).get("/admin/payments/paymentproof/").content.decode()
    assert f"también en {other.printed_reference}" in page
    assert len(ProofFile.objects.first().sha256) == 64


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1", "\ufeff=1"])
def test_U8_no_cell_that_is_taken_out_acts(text):
    import openpyxl  # noqa: PLC0415

    csv = to_csv(["a"], [[text]])
    csv = csv if isinstance(csv, bytes) else b"".join(csv)
    assert b"'" in csv.splitlines()[1]
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(["a"], [[text]])))
    cell = book.active["A2"]
    assert cell.value.startswith("'")
    assert cell.data_type == "s"


def test_U9_a_table_is_read_within_limits():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (sheets.MAX_INFLATED + 1))
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(1_001):
            archive.writestr(f"{number}.xml", b"x")
    for hostile in (bomb, many):
        with pytest.raises(UnreadableFileError, match="demasiado grande"):
            sheets.read_workbook(hostile.getvalue())
    long = to_xlsx(["a"], [["x"], ["y"], ["z"]])
    with pytest.raises(UnreadableFileError, match="demasiado grande"):
        sheets.read_workbook(long, replace(sheets.DEFAULT, lines=2))
    with pytest.raises(UnreadableFileError):
        sheets.read_spreadsheet_xml(samples.BILLION_LAUGHS)


def test_U10_line_ends_in_a_name_reach_no_header(user, mailoutbox):
    user.first_name = "Ana\r\nBcc: evil@example.com"
    user.save()
    Client().post("/contrasena/olvidada/", {"email": user.email + "\r\nBcc: evil@example.com"})
    Client().post("/contrasena/olvidada/", {"email": user.email})
    for mail in mailoutbox:
        assert mail.recipients() == [user.email]
        assert mail.message()["Bcc"] is None


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "http://127.0.0.1/", "https://example.com/x.png", "ftp://x/y"]
)
def test_U11_the_pdf_reaches_nothing_outside(address):
    with pytest.raises(ValueError, match=r"(?i)protocol|scheme|not allowed|disallowed|support"):
        drawing._fetcher().fetch(address)
