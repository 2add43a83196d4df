from contextlib import suppress
from datetime import UTC, datetime, timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail import BadHeaderError, EmailMessage, EmailMultiAlternatives, send_mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.locmem import EmailBackend as Delivering
from django.db import IntegrityError, transaction
from django.utils import timezone

from facturamos.mail import retry, send_due
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
    assert send_mail("Asunto", "Texto.", None, ["ana@example.com", "luis@example.com"]) == 1
    row = the_row()
    assert (row.subject, row.text, row.html) == ("Asunto", "Texto.", "")
    assert row.to == ["ana@example.com", "luis@example.com"]
    assert row.sender == "Facturamos <facturamos@sistemasperseo.com>"
    assert row.state == OutboxMessage.State.WAITING
    assert mail.outbox == []


def test_a_mail_about_what_was_rolled_back_never_was():
    with suppress(RuntimeError), transaction.atomic():
        write()
        raise RuntimeError("the change it speaks of did not happen")
    assert not OutboxMessage.objects.exists()


def test_an_attachment_is_refused_rather_than_lost():
    message = EmailMessage("Asunto", "Texto.", None, ["ana@example.com"])
    message.attach("constancia.pdf", b"%PDF", "application/pdf")
    with pytest.raises(NotImplementedError, match="does not store attachments"):
        message.send()
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("kind", ["cc", "bcc"])
def test_a_copy_is_refused_rather_than_shown_to_everyone(kind):
    with pytest.raises(NotImplementedError, match="or copies"):
        write(**{kind: ["secreto@example.com"]})
    assert not OutboxMessage.objects.exists()


def test_the_database_knows_no_sent_mail_without_its_hour():
    write()
    with pytest.raises(IntegrityError, match="outbox_sent_has_time"), transaction.atomic():
        OutboxMessage.objects.update(state="sent")


# --- Sending ----------------------------------------------------------------------------


def test_what_is_due_leaves_as_it_was_written():
    write(reply_to=["cxc@sistemasperseo.com"], to=["ana@example.com", "luis@example.com"])
    assert send_due() == 1
    (message,) = mail.outbox
    assert (message.subject, message.body) == ("Confirmamos su pago", "Gracias.")
    assert message.to == ["ana@example.com", "luis@example.com"]
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
