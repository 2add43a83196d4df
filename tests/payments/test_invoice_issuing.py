"""Issuing an invoice: the two files of one CFDI that says what was asked, or nothing at all."""

import os
import resource
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pikepdf
import pytest
from django.conf import settings
from django.core.files.base import ContentFile

from accounts.models import AuditEvent
from facturamos.models import OutboxMessage
from payments import invoices, mails
from payments.invoices import InvoiceError, issue_invoice, request_invoice
from payments.models import InvoiceRequest
from tests import factories
from tests.payments import cfdis
from tests.payments.cfdis import DATA

pytestmark = pytest.mark.slow


def stored() -> list[str]:
    """Every file in the store."""
    root = Path(settings.MEDIA_ROOT)
    return sorted(str(file.relative_to(root)) for file in root.rglob("*") if file.is_file())


def another(cxc) -> InvoiceRequest:
    """The request of another customer, paid."""
    constancia = factories.make_constancia(factories.make_consenting_user())
    return factories.make_invoice_request(factories.pay(constancia, cxc))


def refusal(request, by, **files) -> str:
    """Why it is not issued; nothing of it may be left behind."""
    before = stored()
    with pytest.raises(InvoiceError) as caught:
        issue_invoice(request=request, **(cfdis.files() | files), by=by)
    assert stored() == before
    return str(caught.value)


class TestIssuing:
    """`issue_invoice`."""

    def test_the_files_are_kept_and_the_customer_is_told(self, requested, user, cxc):
        files = cfdis.files()
        issued = issue_invoice(request=requested, **files, by=cxc)
        assert (issued.uuid, issued.issued_by) == (UUID(cfdis.UUID), cxc)
        for kind, sent in files.items():
            sent.seek(0)
            with getattr(issued, kind).open("rb") as kept:
                assert kept.read() == sent.read()
        event = AuditEvent.objects.get(action="invoice.issued")
        assert (event.actor, event.data["uuid"]) == (cxc.username, cfdis.UUID)
        assert len(event.data["xml_sha256"]) == len(event.data["pdf_sha256"]) == 64
        mail = OutboxMessage.objects.get(subject__contains="factura")
        assert mail.to == [user.email]
        assert {name for name, *_ in mail.attachments} == {issued.xml.name, issued.pdf.name}

    def test_names_in_the_store_cannot_be_guessed(self, requested, cxc):
        issued = cfdis.issue(requested, cxc)
        for file in (issued.xml, issued.pdf):
            folder, _, name = file.name.rpartition("/")
            assert folder.startswith("facturas/20")
            assert len(name.partition(".")[0]) == 32

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"rfc": "MAB9307148T4"}, "para el RFC MAB9307148T4"),
            ({"name": "OTRA"}, "para el nombre OTRA y la solicitud dice FERRETERIA"),
            ({"postal_code": "32500"}, "para el código postal 32500"),
            ({"regime": "626"}, "para el régimen fiscal 626"),
            ({"use": "S01"}, "para el uso S01"),
            ({"total": "1305.01"}, "El total del CFDI es $1,305.01"),
            ({"iva": "179.99"}, "El IVA del CFDI es $179.99"),
            ({"currency": "USD"}, "El CFDI está en USD"),
            ({"version": "3.3"}, "no es un CFDI versión 4.0"),
            ({"stamp": ""}, "no está timbrado"),
        ],
    )
    def test_a_cfdi_that_is_not_the_one(self, requested, cxc, changes, sentence):
        assert sentence in refusal(requested, cxc, xml=ContentFile(cfdis.cfdi(**changes)))
        requested.refresh_from_db()
        assert not requested.is_issued

    @pytest.mark.parametrize(
        ("xml", "sentence"),
        [
            pytest.param(b"no", "no se puede leer como XML", id="other"),
            pytest.param(b"<!DOCTYPE a []><a/>", "DTD o entidades", id="hostile"),
            pytest.param(b"", "El XML está vacío", id="empty"),
            pytest.param(b" " * (2 * 1024 * 1024 + 1), "El XML pasa de 2 MB", id="too big"),
        ],
    )
    def test_an_xml_that_is_no_cfdi(self, requested, cxc, xml, sentence):
        assert sentence in refusal(requested, cxc, xml=ContentFile(xml))

    @pytest.mark.parametrize(
        ("pdf", "sentence"),
        [
            pytest.param(b"", "El PDF está vacío", id="empty"),
            pytest.param(b"<html>", "no se puede abrir como PDF", id="other"),
            pytest.param(b"%PDF-1.7 no more", "no se puede abrir como PDF", id="broken"),
            pytest.param(b"%PDF-" + b" " * 10 * 1024 * 1024, "pasa de 10 MB", id="too big"),
            pytest.param(
                cfdis.pdf(encryption=pikepdf.Encryption(owner="a", user="b")),
                "pide contraseña",
                id="locked",
            ),
        ],
    )
    def test_a_pdf_that_is_none(self, requested, cxc, pdf, sentence):
        assert sentence in refusal(requested, cxc, pdf=ContentFile(pdf))

    def test_data_corrected_after_they_were_taken_for_the_program(self, requested, user, cxc):
        corrected = replace(DATA, postal_code="32500")
        request_invoice(constancia=requested.constancia, data=corrected, by=user)
        assert "32000 y la solicitud dice 32500" in refusal(requested, cxc)

    def test_every_difference_is_told_at_once(self, requested, cxc):
        xml = ContentFile(cfdis.cfdi(rfc="MAB9307148T4", total="1.00", iva="0.00"))
        with pytest.raises(InvoiceError) as caught:
            issue_invoice(request=requested, xml=xml, pdf=ContentFile(cfdis.pdf()), by=cxc)
        assert len(caught.value.sentences) == 3

    def test_a_constancia_that_is_not_paid(self, constancia, cxc):
        request = factories.make_invoice_request(constancia)
        assert "está vigente: su factura se emite" in refusal(request, cxc)

    def test_a_uuid_that_another_invoice_has(self, requested, cxc):
        issue_invoice(request=requested, **cfdis.files(), by=cxc)
        told = refusal(another(cxc), cxc)
        assert f"ya está en la factura de {requested.constancia.printed_reference}" in told

    def test_a_uuid_that_another_invoice_takes_meanwhile(self, requested, cxc, monkeypatch):
        issue_invoice(request=requested, **cfdis.files(), by=cxc)
        second = another(cxc)
        monkeypatch.setattr(invoices, "_check_issuable", lambda *_: None)
        assert "acaba de usarse en otra factura" in refusal(second, cxc)

    def test_the_second_of_two_people_gets_a_sentence(self, requested, cxc):
        stale = InvoiceRequest.objects.get(pk=requested.pk)
        issued = cfdis.issue(requested, cxc)
        assert f"ya se emitió con el UUID {issued.uuid}" in refusal(stale, cxc)

    def test_the_second_past_the_check_gets_one_too(self, requested, cxc, monkeypatch):
        stale = InvoiceRequest.objects.get(pk=requested.pk)
        cfdis.issue(requested, cxc)
        monkeypatch.setattr(invoices, "_check_issuable", lambda *_: None)
        assert "Otra persona acaba de emitir" in refusal(stale, cxc)

    def test_a_failure_at_the_end_leaves_no_file_and_no_row(self, requested, cxc, monkeypatch):
        def fail(**_) -> None:
            raise RuntimeError("no mail")

        before = stored()
        monkeypatch.setattr(mails, "invoice_ready", fail)
        with pytest.raises(RuntimeError):
            cfdis.issue(requested, cxc)
        assert stored() == before
        requested.refresh_from_db()
        assert not requested.is_issued
        assert not AuditEvent.objects.filter(action="invoice.issued").exists()


@pytest.fixture
def no_room_for_a_pdf():
    """The system takes files of a hundred thousand bytes at most, as a disk that fills up."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


class TestFullDisk:
    """Both files are stored, or none of them."""

    @pytest.mark.usefixtures("no_room_for_a_pdf")
    def test_it_is_told_and_half_a_file_does_not_stay(self, requested, cxc):
        large = ContentFile(cfdis.pdf(os.urandom(200_000)))
        told = refusal(requested, cxc, pdf=large)
        assert "No hay espacio" in told
        assert "no se guardó nada" in told
        requested.refresh_from_db()
        assert not requested.is_issued
        assert cfdis.issue(requested, cxc).is_issued

    def test_another_failure_of_the_store_is_no_lack_of_room(self, requested, cxc, settings):
        Path(settings.MEDIA_ROOT).mkdir(exist_ok=True)
        (Path(settings.MEDIA_ROOT) / "facturas").write_bytes(b"no folder")
        with pytest.raises(OSError, match="facturas"):
            cfdis.issue(requested, cxc)
        requested.refresh_from_db()
        assert not requested.is_issued
