"""The stored files that go with a mail."""

from email import message_from_bytes

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from facturamos.mail import Attachment, post, retry, send_due
from facturamos.models import OutboxMessage
from tests.facturamos.outbox import about, the_row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("transport")]


def stored(content: bytes = b"%PDF-1.7") -> Attachment:
    name = default_storage.save("constancias/una.pdf", ContentFile(content))
    return Attachment(name, "constancia-1234569.pdf", "application/pdf")


def test_a_stored_file_goes_with_its_mail():
    post([about("pago:12", attachments=(stored(),))])
    send_due()
    assert [tuple(file) for file in mail.outbox[0].attachments] == [
        ("constancia-1234569.pdf", b"%PDF-1.7", "application/pdf")
    ]


def test_an_xml_leaves_byte_by_byte():
    content = "<?xml version='1.0' encoding='ISO-8859-1'?><a>ñ</a>".encode("latin-1")
    file = stored(content)._replace(name="factura.xml", content_type="application/xml")
    post([about("pago:12", attachments=(file,))])
    send_due()
    parsed = message_from_bytes(mail.outbox[0].message().as_bytes())
    (part,) = [part for part in parsed.walk() if part.get_filename() == "factura.xml"]
    assert part.get_payload(decode=True) == content


def test_the_name_of_a_file_cannot_add_a_header():
    file = stored()._replace(name="recibo\r\nBcc: otro@example.com\u202e.pdf")
    post([about("pago:12", attachments=(file,))])
    assert send_due() == 1
    assert mail.outbox[0].attachments[0][0] == "reciboBcc: otro@example.com.pdf"
    assert message_from_bytes(mail.outbox[0].message().as_bytes())["Bcc"] is None


def test_a_mail_whose_file_is_lost_is_parked_and_not_sent_without_it():
    file = stored()
    default_storage.delete(file.stored)
    post([about("pago:12", attachments=(file,)), about("pago:13")])
    assert send_due() == 1
    row = OutboxMessage.objects.get(key="pago:12:ana@example.com")
    assert (row.state, row.attempts) == (OutboxMessage.State.PARKED, 1)
    assert file.stored in row.last_error
    assert "lost or cannot be read" in row.last_error
    assert len(mail.outbox) == 1


def test_once_the_file_is_back_the_parked_mail_leaves_with_it():
    file = stored()
    default_storage.delete(file.stored)
    post([about("pago:12", attachments=(file,))])
    send_due()
    default_storage.save(file.stored, ContentFile(b"%PDF-1.7"))
    retry([the_row().pk])
    assert send_due() == 1
    assert mail.outbox[0].attachments[0][1] == b"%PDF-1.7"
