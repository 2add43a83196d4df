"""The mails that carry files: the proof for CxC, and the constancia with its PDF."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from facturamos.mail import send_due
from facturamos.models import OutboxMessage
from payments import documents, mails
from payments.documents import draw_missing, stored_pdf
from payments.models import ProofFile
from payments.services import cancel_constancia
from tests import factories
from tests.payments.mailbox import (
    NAME,
    make_sent_proof,
    only_reader,
    seen,
    the_mail,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def user():
    return only_reader()


@pytest.fixture
def _site(settings):
    settings.SITE_URL = "https://portal.example.com"
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"


@pytest.mark.usefixtures("_site")
class TestProofForCxc:
    """CxC finds the files in the mail, and answers to the person who sent them."""

    def test_it_carries_the_files_and_answers_to_the_sender(self, constancia, user):
        proof = make_sent_proof(constancia, tracking_key="MBAN01002611220000000001")
        mails.proof_received(proof=proof)
        row = the_mail(f"proof-for-cxc:{proof.pk}")
        assert (row.to, row.reply_to) == (["cxc@sistemasperseo.com"], [user.email])
        assert row.subject == f"Comprobante de la constancia {constancia.printed_reference}"
        path = f"/admin/payments/paymentproof/{proof.pk}/change/"
        for text in (row.text, seen(row.html)):
            assert NAME in text
            assert constancia.customer_rfc in text
            assert "MBAN01002611220000000001" in text
            assert "confirme solo lo que vea en el banco" in text
        assert f"https://portal.example.com{path}" in row.text
        send_due()
        (sent,) = [message for message in mail.outbox if message.to == row.to]
        assert [tuple(file) for file in sent.attachments] == [
            ("recibo del banco.jpg", b"<jpeg/>", "image/jpeg"),
            ("cep.xml", b"<cep/>", "application/xml"),
        ]

    def test_files_that_weigh_too_much_stay_in_the_portal(self, constancia, monkeypatch):
        monkeypatch.setattr("payments.mails.MOST_ATTACHED", 10)
        proof = make_sent_proof(constancia)
        mails.proof_received(proof=proof)
        row = the_mail(f"proof-for-cxc:{proof.pk}")
        assert row.attachments == []
        assert "pesan demasiado para un correo" in row.text
        assert f"/admin/payments/paymentproof/{proof.pk}/change/" in row.text

    def test_an_attachment_ends_as_its_kind_asks(self, constancia):
        proof = make_sent_proof(constancia)
        ProofFile.objects.bulk_create(
            [
                ProofFile(
                    proof=proof,
                    kind="jpeg",
                    original_name="captura.png",
                    file=proof.files.get(kind="jpeg").file.name,
                    sha256="c" * 64,
                    size=3,
                )
            ]
        )
        mails.proof_received(proof=proof)
        names = [name for _, name, _ in the_mail(f"proof-for-cxc:{proof.pk}").attachments]
        assert names == ["recibo del banco.jpg", "cep.xml", "captura.jpg"]

    def test_it_leaves_out_what_the_customer_did_not_say(self, constancia):
        proof = make_sent_proof(constancia)
        mails.proof_received(proof=proof)
        row = the_mail(f"proof-for-cxc:{proof.pk}")
        assert "Clave de rastreo" not in row.text + row.html

    def test_a_sender_without_an_address_has_no_reply_to(self, constancia):
        sender = factories.make_user(constancia.customer, email="")
        proof = make_sent_proof(constancia, sent_by=sender)
        mails.proof_received(proof=proof)
        assert the_mail(f"proof-for-cxc:{proof.pk}").reply_to == []


class TestConstanciaWithItsPdf:
    """The mail is written in the transaction that stores the PDF's name."""

    def rows(self):
        return OutboxMessage.objects.filter(key__startswith="constancia-issued:")

    def test_not_before_there_is_a_pdf(self, constancia):
        assert not self.rows().exists()

    @pytest.mark.usefixtures("_site")
    def test_it_carries_the_stored_pdf(self, constancia):
        draw_missing()
        send_due()
        (file,) = mail.outbox[0].attachments
        name = f"constancia-{constancia.reference}.pdf"
        constancia.refresh_from_db()
        assert tuple(file) == (name, stored_pdf(constancia), "application/pdf")

    def test_the_first_download_writes_it_and_the_worker_does_not_again(self, constancia):
        stored_pdf(constancia)
        assert self.rows().count() == 1
        draw_missing()
        stored_pdf(constancia)
        assert self.rows().count() == 1

    def test_without_the_mail_there_is_no_pdf_either(self, constancia, monkeypatch):
        def broken(**_):
            raise RuntimeError("the disk is full")

        monkeypatch.setattr(mails, "constancia_issued", broken)
        assert draw_missing() == 0
        constancia.refresh_from_db()
        assert not constancia.pdf
        assert not self.rows().exists()

    def test_one_that_was_cancelled_meanwhile_is_drawn_without_a_mail(self, constancia, user):
        cancel_constancia(constancia=constancia, by=user)
        assert draw_missing() == 1
        assert not self.rows().exists()

    def test_one_whose_last_day_is_over_is_drawn_without_a_mail(self, constancia, clock):
        clock(constancia.expires_on + timedelta(days=1))
        assert draw_missing() == 1
        assert not self.rows().exists()


class TestUndrawable:
    """One that cannot be drawn is left alone for a while, and holds up nobody."""

    @pytest.fixture
    def attempts(self, monkeypatch):
        """The references that were tried; the first of them cannot be drawn."""
        tried = []

        def draw(slip):
            tried.append(slip.reference)
            if slip.reference == tried[0]:
                raise ValueError("a glyph is missing")
            return b"%PDF-1.7"

        monkeypatch.setattr(documents, "draw_constancia", draw)
        return tried

    def test_it_rests_ten_minutes(self, constancia, user, attempts, clock):
        today = timezone.localdate()
        clock(today, 23, 0)
        assert draw_missing() == 0
        other = factories.make_constancia(user)
        clock(today, 23, 9, 59)
        assert draw_missing() == 1
        assert attempts == [constancia.reference, other.reference]
        clock(today, 23, 10)
        assert draw_missing() == 0
        assert attempts[2:] == [constancia.reference]

    def test_many_that_cannot_be_drawn_leave_room_for_the_others(
        self, constancia, user, attempts, monkeypatch
    ):
        monkeypatch.setattr(documents, "BATCH", 1)
        factories.make_constancia(user)
        assert [draw_missing(), draw_missing()] == [0, 1]
