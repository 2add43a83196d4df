"""What customers and CxC are written about constancias, proofs, payments and invoices."""

import re
import uuid
from datetime import date, timedelta
from decimal import Decimal
from email import message_from_bytes, policy

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.utils import timezone

from facturamos.dates import long_date
from facturamos.mail import _write_out, send_due
from facturamos.models import OutboxMessage
from payments import mails
from payments.documents import draw_missing
from payments.models import PaymentProof
from payments.recording import record_payment
from payments.reminders import send_reminders
from payments.services import cancel_constancia
from tests import factories
from tests.payments.mailbox import (
    ESCAPED,
    NAME,
    make_sent_proof,
    only_reader,
    pay_part,
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
            "$1,305.00\xa0MXN",
            "Después envíenos su comprobante; confirmamos su pago en 24 horas y se abre",
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
            "$1,305.00\xa0MXN",
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
            "$1,305.00\xa0MXN",
            "1 de diciembre de 2026",
            "Confirmaremos su pago en 24 horas, a más tardar el ",
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
            f"Fecha límite de pago: {long_date(constancia.expires_on)}",
            "cxc@sistemasperseo.com",
        )
        link = f"https://portal.example.com/constancias/{constancia.reference}/comprobante/"
        assert link in the_mail(f"proof-refused:{proof.pk}").text

    def test_a_part_of_the_payment(self, constancia, user, cxc):
        pay_part(constancia, cxc, "500.00")
        self.check(
            f"payment-short:{constancia.pk}:500.00",
            user,
            f"Falta una parte del pago de su constancia {constancia.printed_reference}",
            "Recibimos: $500.00\xa0MXN",
            "Falta por depositar: $805.00\xa0MXN",
            constancia.beneficiary,
            "0121 6400 1016 4463 74",
            f"{constancia.reference} FACTURAMOS",
        )

    def test_a_part_after_the_last_day_asks_to_write_first(self, constancia, user, cxc, clock):
        clock(constancia.expires_on + timedelta(days=1), 12)
        deposit = factories.make_deposit(constancia, "500.00", paid_on=constancia.expires_on)
        record_payment(deposit=deposit, by=cxc)
        row = the_mail(f"payment-short:{constancia.pk}:500.00")
        assert "Su fecha límite ya pasó: escriba a cxc@sistemasperseo.com" in row.text
        assert "Deposite el importe exacto" not in row.text

    def test_what_was_paid_too_much_is_in_the_confirmation(self, constancia, user, cxc):
        pay_part(constancia, cxc, "1400.00")
        row = the_mail(f"payment-confirmed:{constancia.pk}")
        _write_out(row)
        assert "queda como saldo a su favor: $95.00\xa0MXN" in row.text

    def test_the_payment_confirmed(self, constancia, user, cxc):
        factories.pay(constancia, cxc)
        row = self.check(
            f"payment-confirmed:{constancia.pk}",
            user,
            f"Confirmamos el pago de su constancia {constancia.printed_reference}",
            "$1,305.00\xa0MXN",
            "Ya se abrió la versión 4.0 de su panel",
            "el aviso de cambio de versión y el manual",
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
    with django_assert_num_queries(5):  # the texts, the readers, and the rows
        mails.proof_refused(proof=proof)
    OutboxMessage.objects.all().delete()
    factories.make_user(user.customer)
    factories.make_user(user.customer)
    with django_assert_num_queries(5):
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


def test_a_second_part_is_answered_with_what_is_missing_then(constancia, cxc):
    pay_part(constancia, cxc, "500.00")
    deposit = factories.make_deposit(constancia, "5.00", seen_paid=Decimal("500.00"))
    record_payment(deposit=deposit, by=cxc)
    assert "$800.00\xa0MXN" in the_mail(f"payment-short:{constancia.pk}:505.00").text
    assert OutboxMessage.objects.count() == 2


def test_a_payment_that_was_refused_writes_nothing(constancia, cxc, user):
    cancel_constancia(constancia=constancia, by=user)
    with pytest.raises(Exception, match="no se registró ningún pago"):
        factories.pay(constancia, cxc)
    assert not OutboxMessage.objects.exists()
