"""A mail that does not leave: tried again with growing pauses, or parked for a person."""

from datetime import timedelta
from smtplib import SMTPDataError, SMTPSenderRefused

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.locmem import EmailBackend as Delivering

from facturamos.mail import retry, send_due
from facturamos.models import OutboxMessage
from tests.facturamos.outbox import NOON, Refusing, the_row, write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("transport")]


class Answering(BaseEmailBackend):
    """A mail server that refuses every mail with that error."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def send_messages(self, email_messages):
        raise self.error


@pytest.fixture
def answering(monkeypatch):
    """Puts such a server in place."""

    def with_error(error: Exception) -> None:
        monkeypatch.setattr("facturamos.mail.get_connection", lambda _: Answering(error))

    return with_error


def states() -> set[str]:
    return set(OutboxMessage.objects.values_list("state", flat=True))


def attempts() -> list[int]:
    return sorted(OutboxMessage.objects.values_list("attempts", flat=True))


def test_a_mail_that_did_not_leave_waits_says_why_and_keeps_its_words(transport):
    write()
    transport(Refusing)
    assert send_due() == 0
    row = the_row()
    assert (row.state, row.attempts) == (OutboxMessage.State.WAITING, 1)
    assert "Connection unexpectedly closed" in row.last_error
    assert row.text == "Gracias."


def test_it_is_tried_again_with_growing_pauses_for_a_day_and_then_parked(moment, transport):
    write()
    transport(Refusing)
    now, pauses = NOON, []
    while the_row().state == OutboxMessage.State.WAITING and len(pauses) < 100:
        assert send_due() == 0
        pauses.append(round((the_row().next_attempt_at - now).total_seconds() / 60))
        now = the_row().next_attempt_at
        moment(now)
    # The last of these is only the lease of the attempt that parked it.
    assert pauses[:-1] == [1, 2, 5, 15, 60, 120, 240, 480, 517]
    assert sum(pauses[:-1]) == 24 * 60
    assert (the_row().state, the_row().attempts) == (OutboxMessage.State.PARKED, 10)


def test_what_the_server_refuses_for_good_is_parked_at_once(answering):
    write()
    answering(SMTPDataError(554, b"looks like spam"))
    assert send_due() == 0
    assert (the_row().state, the_row().attempts) == (OutboxMessage.State.PARKED, 1)
    assert "looks like spam" in the_row().last_error


def test_what_may_go_well_later_waits_and_holds_up_nobody(answering):
    write("uno")
    write("dos")
    answering(SMTPDataError(452, b"disk full"))
    assert send_due() == 0
    assert attempts() == [1, 1]
    assert states() == {"waiting"}


def test_a_server_that_refuses_us_parks_nothing_and_ends_the_round(answering):
    for subject in ("uno", "dos", "tres"):
        write(subject)
    answering(SMTPSenderRefused(550, b"5.4.5 daily quota exceeded", "facturamos@example.com"))
    assert send_due() == 0
    assert states() == {"waiting"}
    assert attempts() == [0, 0, 1]


def test_a_silent_server_costs_one_mail_an_attempt_and_ends_the_round(transport):
    for subject in ("uno", "dos", "tres"):
        write(subject)
    transport(Refusing)
    send_due()
    assert attempts() == [0, 0, 1]
    send_due()  # the next one in line, so that a mail that kills the connection holds up nobody
    assert attempts() == [0, 1, 1]


def test_it_is_not_tried_before_its_time(moment, transport):
    write()
    transport(Refusing)
    send_due()
    transport(Delivering)
    moment(NOON + timedelta(seconds=59))
    assert send_due() == 0
    moment(NOON + timedelta(seconds=60))
    assert send_due() == 1


def test_one_mail_that_cannot_leave_does_not_hold_up_the_others():
    row = write("uno")
    OutboxMessage.objects.filter(pk=row.pk).update(subject="uno\nBcc: otro@example.com")
    write("dos")
    assert send_due() == 1
    assert [message.subject for message in mail.outbox] == ["dos"]


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
