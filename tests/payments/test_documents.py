import hashlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings
from django.utils import timezone

from payments import documents
from payments.documents import DamagedPdfError, draw_missing, stored_pdf
from payments.models import Constancia
from payments.plain import slip_of
from tests import factories


@pytest.fixture
def constancia(user):
    return factories.make_constancia(user)


@pytest.fixture
def drawn(monkeypatch):
    """Drawing takes no time here; the references that were drawn, in their order."""
    references = []

    def draw(slip):
        references.append(slip.reference)
        return f"%PDF of {slip.reference}".encode()

    monkeypatch.setattr(documents, "draw_constancia", draw)
    return references


def stored_files() -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_the_slip_says_what_the_frozen_rows_say(constancia):
    slip = slip_of(constancia)
    assert slip.reference == constancia.reference
    assert slip.customer_name == constancia.customer_name
    assert slip.customer_rfc == constancia.customer_rfc
    assert slip.issued_on == timezone.localdate(constancia.issued_at)
    assert slip.expires_on == constancia.expires_on
    assert slip.totals == constancia.totals
    assert (slip.beneficiary, slip.bank_name) == ("Sistemas Perseo S.A. de C.V.", "BBVA")
    assert (slip.account_number, slip.clabe) == ("0101644637", "012164001016446374")


def test_the_slip_leads_to_the_page_that_tells_a_genuine_one(constancia, settings):
    settings.SITE_URL = "https://portal.example.com"
    address = f"https://portal.example.com/verificar/{constancia.token}/"
    assert slip_of(constancia).verify_url == address


def test_the_slip_s_lines_stand_in_the_quote_s_order(constancia):
    assert [(line.code, line.description) for line in slip_of(constancia).lines] == [
        ("SP0800", "Actualizacion 3.3 NIVEL A."),
        ("105077", "Anualidad NIVEL 1."),
    ]


def test_the_first_who_asks_has_it_drawn_and_stored_with_its_hash(constancia):
    assert constancia.pdf == ""
    content = stored_pdf(constancia)
    with pikepdf.open(BytesIO(content)) as pdf:
        assert pdf.docinfo.Title == f"Constancia de pago {constancia.printed_reference}"
    constancia.refresh_from_db()
    assert constancia.pdf_sha256 == hashlib.sha256(content).hexdigest()
    assert [path.read_bytes() for path in stored_files()] == [content]


def test_afterwards_the_stored_bytes_are_served_and_nothing_is_drawn(constancia, drawn):
    content = stored_pdf(constancia)
    assert stored_pdf(Constancia.objects.get()) == content
    assert drawn == [constancia.reference]


def test_its_file_name_cannot_be_guessed_from_the_reference(constancia, drawn):
    stored_pdf(constancia)
    assert constancia.pdf.name.startswith(f"constancias/{constancia.issued_at:%Y/%m}/")
    assert constancia.reference not in constancia.pdf.name


def test_a_file_that_was_changed_is_not_served(constancia, drawn):
    stored_pdf(constancia)
    (path,) = stored_files()
    path.write_bytes(path.read_bytes().replace(b"PDF", b"pdf"))
    with pytest.raises(DamagedPdfError, match=constancia.reference):
        stored_pdf(Constancia.objects.get())


def test_a_file_that_was_lost_is_told_as_damaged(constancia, drawn):
    stored_pdf(constancia)
    (path,) = stored_files()
    path.unlink()
    with pytest.raises(DamagedPdfError, match=constancia.reference):
        stored_pdf(Constancia.objects.get())


def test_the_worker_draws_what_is_missing(user, outsider, drawn):
    references = {factories.make_constancia(who).reference for who in (user, outsider)}
    assert draw_missing() == 2
    assert set(drawn) == references
    assert not Constancia.objects.filter(pdf="").exists()
    assert len(stored_files()) == 2


def test_the_worker_leaves_what_is_there_alone(constancia, outsider, drawn):
    stored_pdf(constancia)
    other = factories.make_constancia(outsider)
    assert draw_missing() == 1
    assert draw_missing() == 0
    assert drawn == [constancia.reference, other.reference]


def test_one_slip_that_cannot_be_drawn_does_not_hold_up_the_others(user, outsider, monkeypatch):
    constancias = [factories.make_constancia(who) for who in (user, outsider, user)]
    sick = constancias[1].reference

    def draw(slip):
        if slip.reference == sick:
            raise ValueError("this one cannot be drawn")
        return b"%PDF-drawn"

    monkeypatch.setattr(documents, "draw_constancia", draw)
    with suppress(ValueError):  # the job may well say that something failed
        draw_missing()
    assert list(Constancia.objects.filter(pdf="")) == [constancias[1]]


def test_who_comes_second_keeps_the_first_one_s_file(constancia, monkeypatch):
    def draw_while_somebody_is_faster(slip):
        monkeypatch.setattr(documents, "draw_constancia", lambda slip: b"%PDF-first")
        stored_pdf(Constancia.objects.get())
        return b"%PDF-second"

    monkeypatch.setattr(documents, "draw_constancia", draw_while_somebody_is_faster)
    assert stored_pdf(constancia) == b"%PDF-first"
    assert [path.read_bytes() for path in stored_files()] == [b"%PDF-first"]
    assert Constancia.objects.get().pdf_sha256 == hashlib.sha256(b"%PDF-first").hexdigest()
