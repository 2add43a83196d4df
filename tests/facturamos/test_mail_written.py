"""Writing a mail is writing a row, in the caller's transaction and once, whoever writes it."""

from contextlib import suppress

import pytest
from django.core import mail
from django.core.mail import BadHeaderError, EmailMessage, send_mail
from django.db import IntegrityError, transaction

from facturamos.mail import post, send_due
from facturamos.models import OutboxMessage
from tests.facturamos.outbox import about, the_row, write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("transport")]


def test_a_mail_is_a_row_before_it_leaves():
    assert send_mail("Asunto", "Texto.", None, ["ana@example.com"]) == 1
    row = the_row()
    assert (row.subject, row.text, row.html) == ("Asunto", "Texto.", "")
    assert row.to == ["ana@example.com"]
    assert row.sender == "Facturamos <facturamos@sistemasperseo.com>"
    assert row.state == OutboxMessage.State.WAITING
    assert mail.outbox == []


def test_each_reader_has_a_row_so_that_one_bad_address_holds_nobody_up():
    assert send_mail("Asunto", "Texto.", None, ["ana@example.com", "luis@example.com"]) == 1
    rows = list(OutboxMessage.objects.order_by("pk"))
    assert [row.to for row in rows] == [["ana@example.com"], ["luis@example.com"]]
    assert rows[0].message_id != rows[1].message_id
    assert send_due() == 2
    assert [message.to for message in mail.outbox] == [["ana@example.com"], ["luis@example.com"]]


def test_a_mail_about_what_was_rolled_back_never_was():
    with suppress(RuntimeError), transaction.atomic():
        write()
        raise RuntimeError("the change it speaks of did not happen")
    assert not OutboxMessage.objects.exists()


def test_an_attachment_is_refused_rather_than_lost():
    message = EmailMessage("Asunto", "Texto.", None, ["ana@example.com"])
    message.attach("constancia.pdf", b"%PDF", "application/pdf")
    with pytest.raises(NotImplementedError, match="attaches stored files only"):
        message.send()
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("kind", ["cc", "bcc"])
def test_a_copy_is_refused_rather_than_shown_to_everyone(kind):
    with pytest.raises(NotImplementedError, match="sends no copies"):
        write(**{kind: ["secreto@example.com"]})
    assert not OutboxMessage.objects.exists()


def test_the_database_knows_no_sent_mail_without_its_hour():
    write()
    with pytest.raises(IntegrityError, match="outbox_sent_has_time"), transaction.atomic():
        OutboxMessage.objects.update(state="sent")


def test_a_header_that_could_never_be_sent_is_refused_at_once():
    with pytest.raises(BadHeaderError):
        write("uno\nBcc: otro@example.com")
    assert not OutboxMessage.objects.exists()


def test_a_mail_about_the_same_is_written_once():
    post([about("pago:12")])
    post([about("pago:12"), about("pago:13"), about("pago:13")])
    post([about("pago:12", to="luis@example.com")])
    keys = OutboxMessage.objects.order_by("pk").values_list("key", flat=True)
    assert list(keys) == [
        "pago:12:ana@example.com",
        "pago:13:ana@example.com",
        "pago:12:luis@example.com",
    ]


def test_the_second_writing_spoils_nothing_of_the_caller_s_transaction():
    post([about("pago:12")])
    with transaction.atomic():
        post([about("pago:12")])
        write("otro")
    assert OutboxMessage.objects.count() == 2


def test_the_database_knows_each_key_once():
    post([about("pago:12")])
    write()
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxMessage.objects.update(key="pago:12:ana@example.com")


def test_mails_without_a_key_are_as_many_as_were_written():
    write("uno")
    write("dos")
    assert OutboxMessage.objects.filter(key=None).count() == 2


def test_a_mail_that_was_sent_is_not_written_again():
    post([about("pago:12")])
    send_due()
    post([about("pago:12")])
    assert send_due() == 0
