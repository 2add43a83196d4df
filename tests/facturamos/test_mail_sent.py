"""What is due leaves as it was written, once."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.locmem import EmailBackend as Delivering

from facturamos.mail import post, send_due
from facturamos.models import OutboxMessage
from tests.facturamos.outbox import NOON, Refusing, about, the_row, write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("transport")]


def test_what_is_due_leaves_as_it_was_written():
    write(reply_to=["cxc@sistemasperseo.com"])
    assert send_due() == 1
    (message,) = mail.outbox
    assert (message.subject, message.body) == ("Confirmamos su pago", "Gracias.")
    assert message.to == ["ana@example.com"]
    assert message.reply_to == ["cxc@sistemasperseo.com"]
    assert message.from_email == "Facturamos <facturamos@sistemasperseo.com>"


def test_the_text_and_the_html_and_the_accents_leave_as_they_were_written():
    post([about("pago:12")])
    send_due()
    (message,) = mail.outbox
    assert (message.subject, message.body) == ("Peña & D'Ángel", "Gracias.\n")
    assert tuple(message.alternatives[0]) == ("<p>Gracias.</p>", "text/html")
    assert message.message()["Auto-Submitted"] == "auto-generated"


def test_the_html_beside_the_text_is_kept():
    message = EmailMultiAlternatives("Asunto", "Texto.", None, ["ana@example.com"])
    message.attach_alternative("<p>Texto.</p>", "text/html")
    message.send()
    assert the_row().html == "<p>Texto.</p>"
    send_due()
    (alternative,) = mail.outbox[0].alternatives
    assert tuple(alternative) == ("<p>Texto.</p>", "text/html")


def test_a_mail_without_html_has_no_empty_one():
    write()
    send_due()
    assert mail.outbox[0].alternatives == []


def test_a_sent_mail_is_marked_and_not_sent_again(moment):
    write()
    send_due()
    row = the_row()
    assert (row.state, row.sent_at, row.attempts) == (OutboxMessage.State.SENT, NOON, 1)
    moment(NOON + timedelta(days=30))
    assert send_due() == 0
    assert len(mail.outbox) == 1


def test_a_sent_mail_that_opens_an_account_says_nothing_any_more():
    write()  # by Django's functions, as allauth's link to choose a password anew
    post([about("welcome:7:20261122T120000"), about("pago:12")])
    send_due()
    assert len(mail.outbox) == 3
    assert all(message.body for message in mail.outbox)
    kept = OutboxMessage.objects.exclude(text="", html="")
    assert [row.key for row in kept] == ["pago:12:ana@example.com"]


def test_each_mail_has_a_message_id_of_its_own_at_our_domain():
    first, second = write("uno"), write("dos")
    assert first.message_id != second.message_id
    assert first.message_id.endswith("@sistemasperseo.com>")
    send_due()
    sent = {message.subject: message.message()["Message-ID"] for message in mail.outbox}
    assert sent == {"uno": first.message_id, "dos": second.message_id}


def test_the_message_id_is_the_same_at_every_attempt(moment, transport):
    written = write().message_id
    transport(Refusing)
    send_due()
    transport(Delivering)
    moment(NOON + timedelta(minutes=1))
    send_due()
    assert mail.outbox[0].message()["Message-ID"] == written
