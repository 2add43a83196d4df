"""Two workers at the same mails, and one that is killed."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.locmem import EmailBackend as Delivering
from django.utils import timezone

from facturamos.mail import send_due
from facturamos.models import OutboxMessage
from tests.facturamos.outbox import NOON, the_row, write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("transport")]


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


def test_a_mail_whose_worker_was_killed_comes_back_after_five_minutes(moment, transport):
    write()
    transport(Killing)
    with pytest.raises(SystemExit):
        send_due()
    transport(Delivering)
    moment(NOON + timedelta(minutes=4, seconds=59))
    assert send_due() == 0
    moment(NOON + timedelta(minutes=5))
    assert send_due() == 1


def test_a_worker_that_comes_too_late_does_not_undo_what_another_did(transport):
    write()
    transport(Slow)
    assert send_due() == 0
    assert (the_row().state, the_row().last_error) == (OutboxMessage.State.SENT, "")
