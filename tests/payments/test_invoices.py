"""The rules about invoices: asking, correcting, issuing, and what stays for ever."""

import os
import resource
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pikepdf
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from facturamos.models import OutboxMessage
from payments import invoices, mails
from payments.fiscal import Receiver
from payments.invoices import (
    FiscalDataError,
    InvoiceError,
    issue_invoice,
    receiver_of,
    request_invoice,
)
from payments.models import Constancia, FiscalProfile, InvoiceRequest
from payments.recording import record_payment
from payments.services import cancel_constancia, expire_due
from tests import factories
from tests.live import played
from tests.payments import cfdis
from tests.payments.ledger import DAY

pytestmark = pytest.mark.slow

DATA = Receiver("FDE150803AB1", "FERRETERIA DEMOSTRACION DEL NORTE", "32000", "601", "G03")


@pytest.fixture
def requested(constancia, cxc):
    """The request of a paid constancia of 1,305.00."""
    return factories.make_invoice_request(factories.pay(constancia, cxc))


def stored() -> list[str]:
    """Every file in the store."""
    root = Path(settings.MEDIA_ROOT)
    return sorted(str(file.relative_to(root)) for file in root.rglob("*") if file.is_file())


def refusal(request, by, **files) -> str:
    """Why it is not issued; nothing of it may be left behind."""
    before = stored()
    with pytest.raises(InvoiceError) as caught:
        issue_invoice(request=request, **(cfdis.files() | files), by=by)
    assert stored() == before
    return str(caught.value)


class TestAsking:
    """`request_invoice`."""

    def test_it_keeps_the_data_for_the_next_time(self, constancia, user):
        request = request_invoice(constancia=constancia, data=DATA, by=user)
        assert (request.rfc, request.requested_by, request.is_issued) == (DATA.rfc, user, False)
        profile = FiscalProfile.objects.get(customer=user.customer)
        assert (profile.rfc, profile.regime) == (DATA.rfc, "601")
        event = AuditEvent.objects.get(action="invoice.requested")
        assert (event.actor, event.data["postal_code"]) == (user.username, "32000")

    def test_the_data_are_tidied(self, constancia, user):
        typed = replace(DATA, rfc=" fde150803-ab1 ", name=" ferretería  peña ")
        request = request_invoice(constancia=constancia, data=typed, by=user)
        assert (request.rfc, request.name) == ("FDE150803AB1", "FERRETERÍA PEÑA")

    def test_data_that_do_not_fit_are_refused_field_by_field(self, constancia, user):
        with pytest.raises(FiscalDataError) as caught:
            request_invoice(
                constancia=constancia, data=replace(DATA, regime="612", postal_code="1"), by=user
            )
        assert set(caught.value.errors) == {"regime", "postal_code"}
        assert not InvoiceRequest.objects.exists()
        assert not FiscalProfile.objects.exists()

    def test_it_is_corrected_while_it_is_not_issued(self, constancia, user):
        first = request_invoice(constancia=constancia, data=DATA, by=user)
        again = request_invoice(
            constancia=constancia, data=replace(DATA, postal_code="32500"), by=user
        )
        assert (again.pk, again.postal_code) == (first.pk, "32500")
        assert FiscalProfile.objects.get().postal_code == "32500"
        event = AuditEvent.objects.get(action="invoice.corrected")
        assert (event.data["before"]["postal_code"], event.data["after"]["postal_code"]) == (
            "32000",
            "32500",
        )

    def test_the_same_again_changes_nothing(self, constancia, user):
        for _ in "ab":
            request_invoice(constancia=constancia, data=DATA, by=user)
        assert InvoiceRequest.objects.count() == 1
        actions = AuditEvent.objects.filter(action__startswith="invoice.")
        assert [event.action for event in actions] == ["invoice.requested"]

    def test_a_closed_constancia_is_not_invoiced(self, constancia, user):
        cancel_constancia(constancia=constancia, by=user)
        with pytest.raises(InvoiceError, match="está cancelada"):
            request_invoice(constancia=constancia, data=DATA, by=user)
        Constancia.objects.update(
            status="expired", expired_at=constancia.issued_at, cancelled_at=None, cancelled_by=None
        )
        with pytest.raises(InvoiceError, match="está vencida"):
            request_invoice(constancia=constancia, data=DATA, by=user)

    def test_an_issued_one_is_not_corrected(self, requested, user, cxc):
        cfdis.issue(requested, cxc)
        with pytest.raises(InvoiceError, match="ya se emitió"):
            request_invoice(
                constancia=requested.constancia, data=replace(DATA, postal_code="32500"), by=user
            )
        requested.refresh_from_db()
        assert requested.postal_code == "32000"


class TestKnowing:
    """`receiver_of`: what the form begins with."""

    def test_at_first_what_the_customer_is_called(self, constancia):
        constancia.customer.legal_name = "Ferretería Peña, S.A. de C.V."
        assert receiver_of(constancia) == Receiver(
            constancia.customer.rfc, "FERRETERÍA PEÑA", "", "", ""
        )

    def test_then_the_last_data(self, constancia, user):
        FiscalProfile.objects.create(customer=user.customer, **cfdis_profile(regime="626"))
        assert receiver_of(constancia).regime == "626"

    def test_and_first_of_all_what_was_asked_for_this_one(self, constancia, user):
        request_invoice(constancia=constancia, data=DATA, by=user)
        FiscalProfile.objects.update(regime="626")
        assert receiver_of(constancia) == DATA


def cfdis_profile(**changes) -> dict[str, str]:
    return {
        "rfc": DATA.rfc,
        "name": DATA.name,
        "postal_code": "32000",
        "regime": "601",
        "cfdi_use": "G03",
    } | changes


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
        second = factories.make_constancia(factories.make_consenting_user())
        second = factories.make_invoice_request(factories.pay(second, cxc))
        told = refusal(second, cxc)
        assert f"ya está en la factura de {requested.constancia.printed_reference}" in told

    def test_a_uuid_that_another_invoice_takes_meanwhile(self, requested, cxc, monkeypatch):
        issue_invoice(request=requested, **cfdis.files(), by=cxc)
        second = factories.make_constancia(factories.make_consenting_user())
        second = factories.make_invoice_request(factories.pay(second, cxc))
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
    """The system takes files of two million bytes at most, as a disk that fills up."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


class TestFullDisk:
    """Both files are stored, or none of them."""

    @pytest.mark.usefixtures("no_room_for_a_pdf")
    def test_it_is_told_and_half_a_file_does_not_stay(self, requested, cxc):
        large = ContentFile(cfdis.pdf(os.urandom(3_000_000)))
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


class TestState:
    """Whose turn it is, by the constancia's status."""

    def test_one_that_waits(self, constancia):
        request = factories.make_invoice_request(constancia)
        assert self.of(request) == ("en espera del pago", ["unpaid", "with_effect"])

    def test_the_companys_turn(self, requested):
        assert self.of(requested) == ("por emitir", ["pending", "with_effect"])

    def test_an_issued_one(self, requested, cxc):
        assert self.of(cfdis.issue(requested, cxc)) == ("emitida", ["issued", "with_effect"])

    def test_of_a_cancelled_one_nothing_comes(self, constancia, user):
        request = factories.make_invoice_request(constancia)
        cancel_constancia(constancia=constancia, by=user)
        assert self.of(request) == ("sin efecto", ["void"])

    def test_of_an_expired_one_nothing_comes_unless_its_deposit_does(self, constancia, cxc, clock):
        request = factories.make_invoice_request(constancia)
        clock(constancia.expires_on + DAY)
        assert expire_due() == 1
        assert self.of(request) == ("sin efecto", ["void"])
        in_time = factories.make_deposit(constancia, paid_on=constancia.expires_on)
        record_payment(deposit=in_time, by=cxc)
        assert self.of(request) == ("por emitir", ["pending", "with_effect"])

    def of(self, request: InvoiceRequest) -> tuple[str, list[str]]:
        """Its word, and the questions that find it."""
        questions = ("unpaid", "pending", "issued", "void", "with_effect")
        found = [name for name in questions if getattr(InvoiceRequest.objects, name)().exists()]
        return InvoiceRequest.objects.get(pk=request.pk).state, found


class TestForEver:
    """What is issued never changes, whoever tries."""

    @pytest.mark.parametrize(
        "write",
        [
            lambda rows: rows.update(uuid=None, issued_at=None, issued_by=None, pdf="", xml=""),
            lambda rows: rows.update(xml="facturas/otra.xml"),
            lambda rows: rows.update(rfc="MAB9307148T4"),
            lambda rows: rows._raw_delete("default"),
        ],
        ids=["taken back", "other file", "other data", "deleted"],
    )
    def test_the_database_refuses(self, requested, cxc, write):
        cfdis.issue(requested, cxc)
        with pytest.raises(IntegrityError, match="kept as they were"), transaction.atomic():
            write(InvoiceRequest.objects.filter(pk=requested.pk))

    def test_one_that_is_not_issued_may_change(self, requested):
        assert InvoiceRequest.objects.update(postal_code="32500") == 1


class TestAtOnce:
    """Several people of CxC, for real."""

    pytestmark = pytest.mark.slow

    PROGRAM = ("tests.payments.issuing_at_once", "4")

    def test_one_issues_it_and_the_others_are_told(self, tmp_path, ready):
        *told, files = played(tmp_path, ready, *self.PROGRAM)
        assert told.count("issued") == 4
        assert sum("ya se emitió con el UUID" in sentence for sentence in told) == 12
        assert files == "files: 8"

    def test_without_the_lock_the_race_is_there_and_the_row_decides(self, tmp_path, ready):
        *told, files = played(tmp_path, ready, *self.PROGRAM, "unlocked")
        assert told.count("issued") == 4
        late = sum("acaba de emitir" in sentence for sentence in told)
        if "postgres" in os.environ.get("DATABASE_URL", ""):
            assert late, told
        else:
            assert not late, "SQLite lets one writer in at a time, lock or no lock"
        assert files == "files: 8"
