"""What customers and CxC are written about constancias, proofs, payments and invoices."""

import re
import uuid
from datetime import date, timedelta
from decimal import Decimal
from email import message_from_bytes, policy
from html import unescape

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.utils import timezone

from facturamos.dates import long_date
from facturamos.mail import _write_out, send_due
from facturamos.models import OutboxMessage
from payments import documents, mails
from payments.documents import draw_missing, stored_pdf
from payments.models import Constancia, PaymentProof, ProofFile
from payments.recording import record_payment
from payments.reminders import send_reminders
from payments.reverting import revert_payments
from payments.services import cancel_constancia
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

NAME = "Peña & D'Ángel"
ESCAPED = "Peña &amp; D&#x27;Ángel"


@pytest.fixture
def user():
    """The only one of the customer whom mail reaches, unless a test adds another."""
    customer = factories.make_customer(legal_name=NAME)
    user = factories.make_consenting_user(customer)
    factories.make_user(customer, is_active=False)
    factories.make_user(customer, email="")
    factories.make_user(factories.make_customer())
    return user


@pytest.fixture
def _site(settings):
    settings.SITE_URL = "https://portal.example.com"
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"


def the_mail(about: str) -> OutboxMessage:
    """The only mail about that."""
    return OutboxMessage.objects.get(key__startswith=about + ":")


def keys() -> list[str]:
    """What every mail is about, and to whom."""
    return [str(row.key) for row in OutboxMessage.objects.all()]


def seen(html: str) -> str:
    """What a reader sees of the HTML, in one line."""
    body = html.partition("<body")[2].partition(">")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", "", body)).split())


def make_sent_proof(constancia: Constancia, **fields) -> PaymentProof:
    proof = factories.make_proof(constancia, **fields)
    for kind, name in (("jpeg", "recibo del banco.jpg"), ("cep", "cep.xml")):
        file = ProofFile(proof=proof, kind=kind, original_name=name, sha256=f"{kind:0>64}", size=3)
        file.file.save(f"{uuid.uuid4().hex}.bin", ContentFile(f"<{kind}/>".encode()), save=False)
        file.save()
    return proof


def refuse(proof: PaymentProof, by) -> PaymentProof:
    proof.state, proof.reason = "refused", "El depósito es de otro beneficiario & banco."
    proof.answered_at, proof.answered_by = timezone.now(), by
    proof.save(update_fields=["state", "reason", "answered_at", "answered_by"])
    return proof


# --- Each mail: the text, the HTML, the readers --------------------------------------------


@pytest.mark.usefixtures("_site")
class TestEachMail:
    """Text and HTML say the same: reference, amounts, dates, what happens next."""

    def check(self, about: str, user, subject: str, *words: str, name: str = NAME) -> OutboxMessage:
        row = the_mail(about)
        _write_out(row)
        assert (row.to, row.subject) == ([user.email], subject)
        assert row.sender == "Facturamos <facturamos@sistemasperseo.com>"
        seen_html = seen(row.html)
        for word in (name, *words):
            assert word in row.text
            assert word in seen_html
        assert not re.search(r"&\w+;|&#", row.text)
        assert "<title>" in row.html
        assert "\n\n\n" not in row.text
        return row

    def test_the_constancia(self, constancia, user):
        draw_missing()
        row = self.check(
            f"constancia-issued:{constancia.pk}",
            user,
            f"Su constancia de pago {constancia.printed_reference}",
            constancia.printed_reference,
            "$1,305.00 MXN",
            "Después envíenos su comprobante; confirmamos su pago en 24 horas.",
        )
        link = f"https://portal.example.com/constancias/{constancia.reference}/"
        assert link in row.text
        assert f'href="{link}"' in row.html
        assert ESCAPED in row.html

    def test_the_reminder(self, constancia, user, clock):
        clock(constancia.expires_on - timedelta(days=2), 10)
        send_reminders()
        self.check(
            f"expiry-reminder:{constancia.pk}",
            user,
            f"Su constancia de pago {constancia.printed_reference} vence el "
            f"{long_date(constancia.expires_on)}",
            constancia.printed_reference,
            "$1,305.00 MXN",
            "Pague a más tardar ese día",
            "si ya lo envió, no tiene que hacer nada",
        )

    def test_the_proof_to_its_sender(self, constancia, user):
        proof = make_sent_proof(constancia, paid_on=date(2026, 12, 1))
        mails.proof_received(proof=proof)
        row = self.check(
            f"proof-received:{proof.pk}",
            user,
            f"Recibimos su comprobante de la constancia {constancia.printed_reference}",
            "$1,305.00 MXN",
            "1 de diciembre de 2026",
            "confirmamos su pago en 24 horas",
        )
        assert row.attachments == []

    def test_the_proof_refused(self, constancia, user, cxc):
        proof = refuse(make_sent_proof(constancia), cxc)
        mails.proof_refused(proof=proof)
        self.check(
            f"proof-refused:{proof.pk}",
            user,
            f"Su comprobante de la constancia {constancia.printed_reference} no corresponde",
            "Motivo: El depósito es de otro beneficiario & banco.",
            "cxc@sistemasperseo.com",
        )

    def test_a_part_of_the_payment(self, constancia, user, cxc):
        pay_part(constancia, cxc, "500.00")
        self.check(
            f"payment-short:{constancia.pk}:500.00",
            user,
            f"Falta una parte del pago de su constancia {constancia.printed_reference}",
            "Recibimos: $500.00 MXN",
            "Falta por depositar: $805.00 MXN",
            constancia.beneficiary,
            "0121 6400 1016 4463 74",
            f"{constancia.reference} FACTURAMOS",
        )

    def test_the_payment_confirmed(self, constancia, user, cxc):
        factories.pay(constancia, cxc)
        row = self.check(
            f"payment-confirmed:{constancia.pk}",
            user,
            f"Confirmamos el pago de su constancia {constancia.printed_reference}",
            "$1,305.00 MXN",
            "Ya puede emitir CFDI 4.0",
            "el manual de la versión 4.0",
        )
        assert "https://portal.example.com/aviso-4.0/" in row.text

    def test_the_invoice(self, constancia, user, cxc):
        request = factories.make_invoice_request(constancia, name="PEÑA & D'ÁNGEL")
        request.uuid = uuid.UUID("1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed")
        request.pdf.save("f.pdf", ContentFile(b"%PDF-1.7"), save=False)
        request.xml.save("f.xml", ContentFile(b"<cfdi/>"), save=False)
        mails.invoice_ready(request=request)
        row = self.check(
            f"invoice-ready:{request.pk}",
            user,
            f"Su factura de la constancia {constancia.printed_reference}",
            "1B9D6BCD-BBFD-4B2D-9B5D-AB8DFBBD4BED",
            "FDE150803AB1",
            name="PEÑA & D'ÁNGEL",
        )
        name = f"factura-{constancia.reference}"
        assert row.attachments == [
            [request.pdf.name, f"{name}.pdf", "application/pdf"],
            [request.xml.name, f"{name}.xml", "application/xml"],
        ]
        assert send_due() == 1
        assert [file[1] for file in mail.outbox[0].attachments] == [b"%PDF-1.7", b"<cfdi/>"]


@pytest.mark.usefixtures("_site")
def test_the_accents_arrive_as_they_are_in_utf_8(constancia, cxc):
    factories.pay(constancia, cxc)
    send_due()
    message = message_from_bytes(mail.outbox[0].message().as_bytes(), policy=policy.default)
    body = message.get_body(["plain"])
    assert body.get_content_charset() == "utf-8"
    assert f"Confirmamos el pago de {NAME}. Gracias." in body.get_content()
    assert ESCAPED in message.get_body(["html"]).get_content()


def test_every_active_user_of_the_customer_with_an_address_is_written_once(constancia, user, cxc):
    other = factories.make_user(user.customer)
    factories.make_user(user.customer, email=other.email)  # two people at one desk
    factories.pay(constancia, cxc)
    rows = OutboxMessage.objects.filter(key__startswith="payment-confirmed")
    assert sorted(row.to for row in rows) == sorted([[user.email], [other.email]])


def test_a_mail_takes_the_same_queries_for_one_reader_and_for_three(
    constancia, user, django_assert_num_queries
):
    proof = factories.make_proof(constancia)
    with django_assert_num_queries(4):  # the readers, and the rows
        mails.proof_refused(proof=proof)
    OutboxMessage.objects.all().delete()
    factories.make_user(user.customer)
    factories.make_user(user.customer)
    with django_assert_num_queries(4):
        mails.proof_refused(proof=proof)
    assert OutboxMessage.objects.count() == 3


def test_a_draft_says_the_same_at_every_attempt(constancia, cxc, monkeypatch):
    factories.pay(constancia, cxc)
    row = the_mail(f"payment-confirmed:{constancia.pk}")
    assert (row.text, row.html) == ("", "")
    _write_out(row)
    monkeypatch.setattr("facturamos.letters.render_to_string", lambda *_: "otra cosa")
    again = OutboxMessage.objects.get(pk=row.pk)
    _write_out(again)
    assert (again.text, again.html, again.draft) == (row.text, row.html, None)
    assert "otra cosa" not in again.text


def test_what_is_taken_back_is_told(constancia, user, cxc):
    factories.pay(constancia, cxc)
    revert_payments(payments=[constancia.payments.get().pk], reason="Interno.", by=cxc)
    row = the_mail(f"payment-reverted:{constancia.pk}")
    _write_out(row)
    assert row.to == [user.email]
    assert "Falta por depositar: $1,305.00 MXN" in row.text
    assert "no deposite otra vez" in seen(row.html)
    assert "Interno." not in row.text, "the reason is for the books"


def reverted_mail(constancia: Constancia) -> str:
    """The text of the only one, which the HTML repeats."""
    row = the_mail(f"payment-reverted:{constancia.pk}")
    _write_out(row)
    _, intro, _, what_next, *_ = row.text.split("\n\n")
    assert intro in seen(row.html)
    assert what_next in seen(row.html)
    return row.text


class TestTakenBack:
    """The mail says what is true now: what is missing, and whether version 4.0 waits."""

    WAITS = "la versión 4.0 queda en espera"
    MISSING = "Falta por depositar"

    def test_version_4_waits_with_what_is_missing(self, constancia, cxc):
        factories.pay(constancia, cxc)
        revert_payments(payments=[constancia.payments.get().pk], reason="Rebotó.", by=cxc)
        text = reverted_mail(constancia)
        assert "Falta por depositar: $1,305.00 MXN" in text
        assert f"Mientras falte una parte, {self.WAITS}." in text

    def test_version_4_stays_with_another_paid_one(self, constancia, user, cxc):
        factories.pay(constancia, cxc)
        factories.pay(factories.make_constancia(user), cxc)
        revert_payments(payments=[constancia.payments.get().pk], reason="Rebotó.", by=cxc)
        text = reverted_mail(constancia)
        assert "Falta por depositar: $1,305.00 MXN" in text
        assert self.WAITS not in text

    def test_version_4_stays_when_a_part_of_an_open_one_goes(self, constancia, user, cxc):
        factories.pay(factories.make_constancia(user), cxc)
        pay_part(constancia, cxc, "500.00")
        revert_payments(payments=[constancia.payments.get().pk], reason="Rebotó.", by=cxc)
        text = reverted_mail(constancia)
        assert self.MISSING in text
        assert self.WAITS not in text

    def test_nothing_is_missing_when_the_rest_covers_the_total(self, constancia, cxc):
        pay_part(constancia, cxc, "1000.00")
        rest = factories.make_deposit(constancia, "1500.00", seen_paid=Decimal("1000.00"))
        record_payment(deposit=rest, by=cxc)
        first = constancia.payments.get(amount="1000.00")
        revert_payments(payments=[first.pk], reason="Rebotó.", by=cxc)
        text = reverted_mail(constancia)
        assert "su constancia sigue pagada" in text
        assert self.MISSING not in text
        assert self.WAITS not in text

    @pytest.mark.parametrize("days", [0, 1])
    def test_one_whose_last_day_is_over_cannot_be_paid(self, constancia, cxc, clock, days):
        factories.pay(constancia, cxc)
        clock(constancia.expires_on + timedelta(days=days), 12)
        revert_payments(payments=[constancia.payments.get().pk], reason="Rebotó.", by=cxc)
        text = reverted_mail(constancia)
        assert ("ya venció y no se puede pagar con ella: genere otra" in text) is (days == 1)
        assert (self.MISSING in text) is (days == 0)
        assert self.WAITS in text

    def test_what_remains_paid_keeps_it_alive_after_its_last_day(self, constancia, cxc, clock):
        pay_part(constancia, cxc, "1000.00")
        rest = factories.make_deposit(constancia, "305.00", seen_paid=Decimal("1000.00"))
        record_payment(deposit=rest, by=cxc)
        clock(constancia.expires_on + timedelta(days=1), 12)
        last = constancia.payments.get(amount="305.00")
        revert_payments(payments=[last.pk], reason="Rebotó.", by=cxc)
        assert "Falta por depositar: $305.00 MXN" in reverted_mail(constancia)


def test_a_part_that_is_paid_again_after_it_was_taken_back_is_told_again(constancia, cxc):
    pay_part(constancia, cxc, "500.00")
    revert_payments(payments=[constancia.payments.get().pk], reason="Rebotó.", by=cxc)
    pay_part(constancia, cxc, "500.00")
    assert sum(key.startswith("payment-short:") for key in keys()) == 2


def test_what_was_paid_taken_back_and_paid_again_is_confirmed_again(constancia, cxc):
    factories.pay(constancia, cxc)
    revert_payments(payments=[constancia.payments.get().pk], reason="Rebotó.", by=cxc)
    factories.pay(constancia, cxc)
    assert sum(key.startswith("payment-confirmed:") for key in keys()) == 2


def test_what_was_taken_back_counts_no_more_and_paying_again_is_told(constancia, cxc):
    pay_part(constancia, cxc, "500.00")
    record_payment(
        deposit=factories.make_deposit(constancia, "805.00", seen_paid=Decimal("500.00")), by=cxc
    )
    revert_payments(payments=[constancia.payments.latest("pk").pk], reason="Rebotó.", by=cxc)
    record_payment(
        deposit=factories.make_deposit(constancia, "5.00", seen_paid=Decimal("500.00")), by=cxc
    )
    assert "$800.00 MXN" in the_mail(f"payment-short:{constancia.pk}:505.00").text
    assert sum(key.startswith("payment-confirmed:") for key in keys()) == 1


@pytest.mark.parametrize(
    "write",
    [
        lambda constancia: mails.proof_received(proof=constancia.proofs.get()),
        lambda constancia: mails.proof_refused(proof=constancia.proofs.get()),
    ],
    ids=["proof", "refused"],
)
def test_each_mail_is_written_once_however_often_it_is_asked_for(constancia, write):
    factories.make_proof(constancia)
    write(constancia)
    once = OutboxMessage.objects.count()
    write(constancia)
    assert OutboxMessage.objects.count() == once > 0


# --- The proof for CxC ---------------------------------------------------------------------


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


# --- The constancia with its PDF -----------------------------------------------------------


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


# --- The reminder --------------------------------------------------------------------------


class TestReminder:
    """From three days before the last day until it is over, once, whatever pause there was."""

    @pytest.fixture
    def at(self, constancia, clock):
        """Sets the clock to so many days before (or after) the last day."""

        def set_to(days: int, hour: int = 10, minute: int = 0) -> None:
            clock(constancia.expires_on - timedelta(days=days), hour, minute)

        return set_to

    @pytest.mark.parametrize(
        ("days", "written"), [(30, 0), (4, 0), (3, 1), (2, 1), (1, 1), (0, 1), (-1, 0), (-30, 0)]
    )
    def test_its_days(self, at, days, written):
        at(days)
        assert send_reminders() == written
        assert OutboxMessage.objects.count() == written

    def test_the_day_begins_and_ends_on_the_company_s_clock(self, at):
        at(4, 23, 59)
        assert send_reminders() == 0
        at(0, 23, 59)
        assert send_reminders() == 1

    def test_once_however_often_the_job_runs(self, at):
        for days in (3, 3, 2, 1, 0):
            at(days)
            send_reminders()
        assert OutboxMessage.objects.count() == 1

    def test_after_days_of_silence_it_is_made_up_for_while_it_helps(self, at):
        at(10)
        assert send_reminders() == 0
        at(1, 23, 59)
        assert send_reminders() == 1

    @pytest.mark.parametrize(
        ("issued", "silent", "speaks"),
        [
            (date(2027, 1, 29), date(2027, 2, 24), date(2027, 2, 25)),  # ends on 28 February
            (date(2028, 1, 30), date(2028, 2, 25), date(2028, 2, 26)),  # on 29 February
            (date(2026, 12, 1), date(2026, 12, 27), date(2026, 12, 28)),  # on the year's last day
            (date(2026, 12, 2), date(2026, 12, 28), date(2026, 12, 29)),  # on 1 January
        ],
    )
    def test_the_ends_of_months_and_years(self, user, clock, issued, silent, speaks):
        clock(issued, 9)
        factories.make_constancia(user)
        clock(silent, 23, 59, 59)
        assert send_reminders() == 0
        clock(speaks)
        assert send_reminders() == 1

    def test_not_about_what_was_paid_even_in_part(self, constancia, at, cxc):
        pay_part(constancia, cxc, "5.00")
        OutboxMessage.objects.all().delete()
        at(2)
        assert send_reminders() == 0

    def test_not_about_what_was_cancelled(self, constancia, at, user):
        cancel_constancia(constancia=constancia, by=user)
        at(2)
        assert send_reminders() == 0

    def test_it_goes_to_each_active_user_with_an_address(self, at, user):
        other = factories.make_user(user.customer)
        at(2)
        assert send_reminders() == 2
        assert sorted(row.to for row in OutboxMessage.objects.all()) == sorted(
            [[user.email], [other.email]]
        )

    def test_two_people_with_one_address_get_one_and_the_job_comes_to_an_end(self, at, user):
        factories.make_user(user.customer, email=user.email)
        at(2)
        send_reminders()
        assert OutboxMessage.objects.count() == 1
        assert send_reminders() == 0

    def test_more_than_a_batch_are_done_in_the_next_rounds(self, at, user, monkeypatch):
        monkeypatch.setattr("payments.reminders.BATCH", 2)
        for _ in range(2):
            factories.make_constancia(factories.make_consenting_user())
        at(2)
        assert [send_reminders() for _ in range(3)] == [2, 1, 0]

    @pytest.mark.parametrize("count", [1, 3])
    def test_a_fixed_number_of_queries(self, at, user, count, django_assert_num_queries):
        for _ in range(count - 1):
            factories.make_constancia(factories.make_consenting_user())
        at(2)
        with django_assert_num_queries(4):
            assert send_reminders() == count
        with django_assert_num_queries(1):
            assert send_reminders() == 0


def pay_part(constancia: Constancia, by, amount: str) -> None:
    """A deposit of less than the total, confirmed by a person of the staff."""
    record_payment(deposit=factories.make_deposit(constancia, amount), by=by)


def test_a_second_part_is_answered_with_what_is_missing_then(constancia, cxc):
    pay_part(constancia, cxc, "500.00")
    deposit = factories.make_deposit(constancia, "5.00", seen_paid=Decimal("500.00"))
    record_payment(deposit=deposit, by=cxc)
    assert "$800.00 MXN" in the_mail(f"payment-short:{constancia.pk}:505.00").text
    assert OutboxMessage.objects.count() == 2


def test_a_payment_that_was_refused_writes_nothing(constancia, cxc, user):
    cancel_constancia(constancia=constancia, by=user)
    with pytest.raises(Exception, match="no se registró ningún pago"):
        factories.pay(constancia, cxc)
    assert not OutboxMessage.objects.exists()
