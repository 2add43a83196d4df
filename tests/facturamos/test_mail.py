from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import BadHeaderError, EmailMessage, EmailMultiAlternatives, send_mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.locmem import EmailBackend as Delivering
from django.db import IntegrityError, transaction
from django.utils import timezone

from facturamos.letters import Letter
from facturamos.mail import Attachment, Mail, post, retry, send_due
from facturamos.models import OutboxMessage

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Refusing(BaseEmailBackend):
    """A mail server that is down."""

    def send_messages(self, email_messages):
        raise SMTPServerDisconnected("Connection unexpectedly closed")


class Killing(BaseEmailBackend):
    """The worker is killed while it talks to the mail server."""

    def send_messages(self, email_messages):
        raise SystemExit


class Doubling(Delivering):
    """While this worker talks to the mail server, another one looks for work."""

    def send_messages(self, email_messages):
        send_due()
        return super().send_messages(email_messages)


class Slow(Delivering):
    """So slow that the lease is over and another worker has sent the mail; then it fails."""

    def send_messages(self, email_messages):
        OutboxMessage.objects.update(state="sent", sent_at=timezone.now())
        raise TimeoutError


class InHand(Delivering):
    """While this worker sends "uno", another one takes "dos" and is not done with it yet."""

    def send_messages(self, email_messages):
        if email_messages[0].subject == "dos":
            raise SystemExit
        with suppress(SystemExit):
            send_due()
        return super().send_messages(email_messages)


@pytest.fixture(autouse=True)
def transport(settings):
    """Our backend, which Django's test runner had replaced; names what carries the mail away."""
    settings.EMAIL_BACKEND = "facturamos.mail.OutboxBackend"

    def carried_by(kind: type) -> None:
        settings.MAIL_TRANSPORT = f"{kind.__module__}.{kind.__qualname__}"

    carried_by(Delivering)
    return carried_by


@pytest.fixture
def clock(monkeypatch):
    """Sets what time it is; at first, noon."""

    def set_to(now: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: now)

    set_to(NOON)
    return set_to


def write(subject: str = "Confirmamos su pago", **fields) -> OutboxMessage:
    EmailMultiAlternatives(
        **{"subject": subject, "body": "Gracias.", "to": ["ana@example.com"], **fields}
    ).send()
    return OutboxMessage.objects.get(subject=subject)


def the_row() -> OutboxMessage:
    return OutboxMessage.objects.get()


# --- Writing ----------------------------------------------------------------------------


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


# --- Once, whoever writes it ------------------------------------------------------------

LETTER = Letter(subject="Peña & D'Ángel", text="Gracias.\n", html="<p>Gracias.</p>")


def about(subject: str, to: str = "ana@example.com", **fields) -> Mail:
    return Mail(letter=LETTER, to=to, about=subject, **fields)


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


def test_the_text_and_the_html_and_the_accents_leave_as_they_were_written():
    post([about("pago:12")])
    send_due()
    (message,) = mail.outbox
    assert (message.subject, message.body) == ("Peña & D'Ángel", "Gracias.\n")
    assert tuple(message.alternatives[0]) == ("<p>Gracias.</p>", "text/html")
    assert message.message()["Auto-Submitted"] == "auto-generated"


# --- Files ------------------------------------------------------------------------------


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


def test_a_mail_whose_file_is_lost_is_parked_and_not_sent_without_it(caplog):
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


# --- Sending ----------------------------------------------------------------------------


def test_what_is_due_leaves_as_it_was_written():
    write(reply_to=["cxc@sistemasperseo.com"])
    assert send_due() == 1
    (message,) = mail.outbox
    assert (message.subject, message.body) == ("Confirmamos su pago", "Gracias.")
    assert message.to == ["ana@example.com"]
    assert message.reply_to == ["cxc@sistemasperseo.com"]
    assert message.from_email == "Facturamos <facturamos@sistemasperseo.com>"


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


def test_a_sent_mail_is_marked_and_not_sent_again(clock):
    write()
    send_due()
    row = the_row()
    assert (row.state, row.sent_at, row.attempts) == (OutboxMessage.State.SENT, NOON, 1)
    clock(NOON + timedelta(days=30))
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


def test_one_that_did_not_leave_keeps_what_it_says(transport):
    write()
    transport(Refusing)
    send_due()
    assert the_row().text == "Gracias."


def test_each_mail_has_a_message_id_of_its_own_at_our_domain():
    first, second = write("uno"), write("dos")
    assert first.message_id != second.message_id
    assert first.message_id.endswith("@sistemasperseo.com>")
    send_due()
    sent = {message.subject: message.message()["Message-ID"] for message in mail.outbox}
    assert sent == {"uno": first.message_id, "dos": second.message_id}


def test_the_message_id_is_the_same_at_every_attempt(clock, transport):
    written = write().message_id
    transport(Refusing)
    send_due()
    transport(Delivering)
    clock(NOON + timedelta(minutes=1))
    send_due()
    assert mail.outbox[0].message()["Message-ID"] == written


# --- When it does not leave -------------------------------------------------------------


def test_a_mail_that_did_not_leave_waits_and_says_why(transport):
    write()
    transport(Refusing)
    assert send_due() == 0
    row = the_row()
    assert (row.state, row.attempts) == (OutboxMessage.State.WAITING, 1)
    assert "Connection unexpectedly closed" in row.last_error


def test_it_is_tried_again_with_growing_pauses_for_a_day_and_then_parked(clock, transport):
    write()
    transport(Refusing)
    now, pauses = NOON, []
    while the_row().state == OutboxMessage.State.WAITING and len(pauses) < 100:
        assert send_due() == 0
        pauses.append(round((the_row().next_attempt_at - now).total_seconds() / 60))
        now = the_row().next_attempt_at
        clock(now)
    # The last of these is only the lease of the attempt that parked it.
    assert pauses[:-1] == [1, 2, 5, 15, 60, 120, 240, 480, 517]
    assert sum(pauses[:-1]) == 24 * 60
    assert (the_row().state, the_row().attempts) == (OutboxMessage.State.PARKED, 10)


def refusing(error: Exception) -> type:
    """A mail server that refuses the mail with that error."""

    class Server(BaseEmailBackend):
        def send_messages(self, email_messages):
            raise error

    return Server


@pytest.mark.parametrize(
    "error",
    [
        SMTPRecipientsRefused({"ana@example.com": (550, b"no such user")}),
        SMTPSenderRefused(552, b"5.3.4 too big", "facturamos@sistemasperseo.com"),
        SMTPDataError(552, b"5.3.4 too big"),
        SMTPDataError(554, b"looks like spam"),
    ],
)
def test_what_the_server_refuses_for_good_is_parked_at_once(monkeypatch, error):
    write()
    monkeypatch.setattr("facturamos.mail.get_connection", lambda _: refusing(error)())
    assert send_due() == 0
    assert (the_row().state, the_row().attempts) == (OutboxMessage.State.PARKED, 1)
    assert type(error).__name__ in the_row().last_error


@pytest.mark.parametrize(
    "error",
    [
        SMTPRecipientsRefused({"ana@example.com": (450, b"mailbox busy")}),
        SMTPSenderRefused(451, b"try later", "facturamos@sistemasperseo.com"),
        SMTPDataError(452, b"disk full"),
        SMTPDataError(550, b"5.7.0 not now"),
        # The server refuses us, not the mail: somebody changes the password, and it leaves.
        SMTPAuthenticationError(535, b"wrong password"),
        TimeoutError("timed out"),
        ConnectionRefusedError(111, "Connection refused"),
    ],
)
def test_what_may_go_well_later_waits(monkeypatch, error):
    write()
    monkeypatch.setattr("facturamos.mail.get_connection", lambda _: refusing(error)())
    assert send_due() == 0
    assert (the_row().state, the_row().attempts) == (OutboxMessage.State.WAITING, 1)


def test_a_silent_server_costs_one_mail_an_attempt_and_ends_the_round(transport):
    for subject in ("uno", "dos", "tres"):
        write(subject)
    transport(Refusing)
    send_due()
    assert sorted(OutboxMessage.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    send_due()  # the next one in line, so that a mail that kills the connection holds up nobody
    assert sorted(OutboxMessage.objects.values_list("attempts", flat=True)) == [0, 1, 1]


@pytest.mark.parametrize(
    "error",
    [
        SMTPSenderRefused(530, b"5.7.0 authentication required", "facturamos@sistemasperseo.com"),
        SMTPSenderRefused(553, b"5.7.1 not your address", "facturamos@sistemasperseo.com"),
        SMTPSenderRefused(550, b"5.4.5 daily quota exceeded", "facturamos@sistemasperseo.com"),
        SMTPRecipientsRefused({"ana@example.com": (530, b"5.7.0 authentication required")}),
        SMTPRecipientsRefused({"ana@example.com": (550, b"5.4.5 daily quota exceeded")}),
        SMTPDataError(550, b"5.4.5 daily quota exceeded"),
        SMTPDataError(554, "5.4.5 daily quota exceeded"),
        SMTPDataError(530, b"5.7.0 authentication required"),
    ],
)
def test_a_server_that_refuses_us_parks_nothing_and_ends_the_round(monkeypatch, error):
    for subject in ("uno", "dos", "tres"):
        write(subject)
    monkeypatch.setattr("facturamos.mail.get_connection", lambda _: refusing(error)())
    assert send_due() == 0
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"waiting"}
    assert sorted(OutboxMessage.objects.values_list("attempts", flat=True)) == [0, 0, 1]


def test_it_is_not_tried_before_its_time(clock, transport):
    write()
    transport(Refusing)
    send_due()
    transport(Delivering)
    clock(NOON + timedelta(seconds=59))
    assert send_due() == 0
    clock(NOON + timedelta(seconds=60))
    assert send_due() == 1


def test_one_mail_that_cannot_leave_does_not_hold_up_the_others():
    row = write("uno")
    OutboxMessage.objects.filter(pk=row.pk).update(subject="uno\nBcc: otro@example.com")
    write("dos")
    assert send_due() == 1
    assert [message.subject for message in mail.outbox] == ["dos"]


def test_a_header_that_could_never_be_sent_is_refused_at_once():
    with pytest.raises(BadHeaderError):
        write("uno\nBcc: otro@example.com")
    assert not OutboxMessage.objects.exists()


def park(row: OutboxMessage) -> None:
    OutboxMessage.objects.filter(pk=row.pk).update(state="parked", attempts=10)


def test_a_parked_mail_is_left_alone():
    park(write())
    assert send_due() == 0
    assert mail.outbox == []


def test_a_parked_mail_gets_all_its_attempts_back():
    row = write()
    park(row)
    assert retry([row.pk]) == 1
    assert (the_row().state, the_row().attempts) == (OutboxMessage.State.WAITING, 0)
    assert send_due() == 1


def test_only_parked_mails_are_revived():
    sent, parked, other = write("uno"), write("dos"), write("tres")
    send_due()
    mail.outbox.clear()
    OutboxMessage.objects.exclude(pk=sent.pk).update(state="parked", sent_at=None)
    assert retry([sent.pk, parked.pk]) == 1
    assert send_due() == 1
    assert [message.subject for message in mail.outbox] == ["dos"]
    assert OutboxMessage.objects.get(pk=other.pk).state == OutboxMessage.State.PARKED


# --- Two workers ------------------------------------------------------------------------


def test_two_workers_send_each_mail_once(transport):
    for subject in ("uno", "dos", "tres"):
        write(subject)
    transport(Doubling)
    send_due()
    assert sorted(message.subject for message in mail.outbox) == ["dos", "tres", "uno"]


def test_a_mail_that_another_worker_has_in_hand_is_left_to_it(transport):
    write("uno")
    write("dos")
    transport(InHand)
    assert send_due() == 1  # and no SystemExit, which "dos" would have brought
    assert [message.subject for message in mail.outbox] == ["uno"]


def test_a_mail_whose_worker_was_killed_comes_back_after_five_minutes(clock, transport):
    write()
    transport(Killing)
    with pytest.raises(SystemExit):
        send_due()
    transport(Delivering)
    clock(NOON + timedelta(minutes=4, seconds=59))
    assert send_due() == 0
    clock(NOON + timedelta(minutes=5))
    assert send_due() == 1


def test_a_worker_that_comes_too_late_does_not_undo_what_another_did(transport):
    write()
    transport(Slow)
    assert send_due() == 0
    assert (the_row().state, the_row().last_error) == (OutboxMessage.State.SENT, "")
