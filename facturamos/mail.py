"""The outbox: mail is a row until the worker has handed it over.

Django's mail functions write rows in the caller's transaction (`OutboxBackend`), so a mail never
speaks of something that was rolled back. The worker sends what is due (`send_due`), tries again
with growing pauses, and parks a mail after a day of failures for a person to look at.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import make_msgid
from django.db import transaction
from django.utils import timezone

from facturamos.models import OutboxMessage

log = logging.getLogger(__name__)

# Minutes to wait after each failed attempt: a day in all, then the mail is parked.
PAUSES = [1, 2, 5, 15, 60, 120, 240, 480, 517]
# While one worker tries a mail, no other takes it; a killed worker's mail comes back after this.
LEASE = timedelta(minutes=5)
BATCH = 50


class OutboxBackend(BaseEmailBackend):
    """Django's e-mail backend that stores instead of sending."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Store each message as a row; returns how many. Attachments and copies are refused."""
        OutboxMessage.objects.bulk_create([_to_row(message) for message in email_messages])
        return len(email_messages)


def _to_row(message: EmailMessage) -> OutboxMessage:
    if message.attachments or message.cc or message.bcc:
        raise NotImplementedError("The outbox does not store attachments or copies yet.")
    message.message()  # raises for a header that could not be sent, while the caller can mend it
    alternatives = getattr(message, "alternatives", [])
    return OutboxMessage(
        message_id=make_msgid(domain=message.from_email.rpartition("@")[2].rstrip(">")),
        to=list(message.to),
        reply_to=list(message.reply_to),
        sender=message.from_email,
        subject=str(message.subject),
        text=str(message.body),
        html=next((body for body, kind in alternatives if kind == "text/html"), ""),
        next_attempt_at=timezone.now(),
    )


def send_due() -> int:
    """Send every mail that is due; returns how many left. Safe to run twice at once."""
    sent = 0
    due = OutboxMessage.objects.filter(
        state=OutboxMessage.State.WAITING, next_attempt_at__lte=timezone.now()
    )
    for row in list(due.order_by("next_attempt_at")[:BATCH]):
        if _claim(row):
            sent += _send(row)
    return sent


def _claim(row: OutboxMessage) -> bool:
    """Take the row by moving its next attempt ahead; only one worker can."""
    return bool(
        OutboxMessage.objects.filter(
            pk=row.pk, state=OutboxMessage.State.WAITING, next_attempt_at=row.next_attempt_at
        ).update(next_attempt_at=timezone.now() + LEASE)
    )


def _send(row: OutboxMessage) -> bool:
    message = EmailMultiAlternatives(
        subject=row.subject,
        body=row.text,
        from_email=row.sender,
        to=row.to,
        reply_to=row.reply_to,
        headers={"Message-ID": row.message_id},
        connection=get_connection(settings.MAIL_TRANSPORT),
    )
    if row.html:
        message.attach_alternative(row.html, "text/html")
    try:
        message.send()
    except Exception as error:  # whatever the server answers, the mail must survive it
        _postpone(row, error)
        return False
    OutboxMessage.objects.filter(pk=row.pk).update(
        state=OutboxMessage.State.SENT, sent_at=timezone.now(), attempts=row.attempts + 1
    )
    return True


@transaction.atomic
def _postpone(row: OutboxMessage, error: Exception) -> None:
    log.warning("Mail %s did not leave (attempt %s): %s", row.pk, row.attempts + 1, error)
    changes: dict[str, object] = {"attempts": row.attempts + 1, "last_error": repr(error)}
    if row.attempts < len(PAUSES):
        changes["next_attempt_at"] = timezone.now() + timedelta(minutes=PAUSES[row.attempts])
    else:
        changes["state"] = OutboxMessage.State.PARKED
    OutboxMessage.objects.filter(pk=row.pk).update(**changes)


def retry(rows: Sequence[int]) -> int:
    """Give parked mails (ids) their attempts back; returns how many will be tried again."""
    return OutboxMessage.objects.filter(pk__in=rows, state=OutboxMessage.State.PARKED).update(
        state=OutboxMessage.State.WAITING, attempts=0, next_attempt_at=timezone.now()
    )
