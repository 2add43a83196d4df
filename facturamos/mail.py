"""The outbox: mail is a row until the worker has handed it over.

A mail is written in the caller's transaction (`post`, or Django's mail functions through
`OutboxBackend`), so it never speaks of something that was rolled back: one row a reader, so that
one bad address holds nobody up. The worker sends what is due (`send_due`), tries again with growing
pauses, and parks for a person what was refused for good or failed for a day.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import make_msgid
from django.db import IntegrityError, transaction
from django.utils import timezone

from facturamos.bulk import insert_rows
from facturamos.letters import Draft, Letter
from facturamos.mail_answers import meets_every_mail, refuses_for_good
from facturamos.models import OutboxMessage

log = logging.getLogger(__name__)

# Minutes to wait after each failed attempt: a day in all, then the mail is parked.
PAUSES: list[float] = [1, 2, 5, 15, 60, 120, 240, 480, 517]
# While one worker tries a mail, no other takes it; a killed worker's mail comes back after this.
# Longer than the dozen steps of handing over a mail, each of EMAIL_TIMEOUT at most.
LEASE = timedelta(minutes=5)
BATCH = 50
COLUMNS = (
    *("message_id", "key", "to", "reply_to", "sender", "subject", "text", "html", "draft"),
    *("attachments", "state", "attempts", "last_error", "created_at", "next_attempt_at"),
)
# Besides what has no key: allauth's link to choose a password anew.
OPENS_AN_ACCOUNT = "welcome:"


class Attachment(NamedTuple):
    """A stored file that goes with a mail: stored files never change."""

    stored: str
    name: str
    content_type: str


class AttachmentMissingError(Exception):
    """A file that belongs to the mail is not in the store."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A letter to one address. `about` says what it is about: nobody gets the same one twice."""

    letter: Letter | Draft
    to: str
    about: str
    attachments: tuple[Attachment, ...] = ()
    reply_to: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What the unique column holds."""
        return f"{self.about}:{self.to}"


def post(mails: Iterable[Mail]) -> None:
    """Write the mails; those that were written before, in this process or another, stay as is."""
    rows = {
        mail.key: _values(
            mail.to,
            mail.letter,
            key=mail.key,
            attachments=[list(attachment) for attachment in mail.attachments],
            reply_to=list(mail.reply_to),
        )
        for mail in mails
    }
    if not rows:
        return
    try:
        with transaction.atomic():
            insert_rows(
                OutboxMessage, COLUMNS, [[row[name] for name in COLUMNS] for row in rows.values()]
            )
    except IntegrityError:  # at least one is there already
        OutboxMessage.objects.bulk_create(
            [OutboxMessage(**row) for row in rows.values()], ignore_conflicts=True
        )


class OutboxBackend(BaseEmailBackend):
    """Django's e-mail backend that stores instead of sending."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Store each message, a row a reader; returns how many messages.

        Copies and attachments are refused: a file belongs in the store, and its mail in `post`.
        """
        OutboxMessage.objects.bulk_create(
            [row for message in email_messages for row in _rows(message)]
        )
        return len(email_messages)


def _rows(message: EmailMessage) -> list[OutboxMessage]:
    if message.cc or message.bcc:
        raise NotImplementedError("The outbox sends no copies: write a mail to each reader.")
    if message.attachments:
        raise NotImplementedError(
            "The outbox attaches stored files only: write the mail with facturamos.mail.post."
        )
    message.message()  # raises for a header that could not be sent, while the caller can mend it
    alternatives = getattr(message, "alternatives", [])
    letter = Letter(
        subject=str(message.subject),
        text=str(message.body),
        html=next((body for body, kind in alternatives if kind == "text/html"), ""),
    )
    return [
        OutboxMessage(
            **_values(to, letter, sender=message.from_email, reply_to=list(message.reply_to))
        )
        for to in message.to
    ]


def _values(to: str, letter: Letter | Draft, sender: str = "", **fields: Any) -> dict[str, Any]:
    """The columns of a new row; those of COLUMNS at least."""
    sender = sender or settings.DEFAULT_FROM_EMAIL
    draft = letter if isinstance(letter, Draft) else None
    now = timezone.now()
    return {
        "message_id": make_msgid(domain=sender.rpartition("@")[2].rstrip(">")),
        "to": [to],
        "sender": sender,
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "draft": draft.as_json() if draft else None,
        "state": OutboxMessage.State.WAITING.value,
        "attempts": 0,
        "last_error": "",
        "created_at": now,
        "next_attempt_at": now,
        **fields,
    }


def send_due() -> int:
    """Send every mail that is due; returns how many left. Safe to run twice at once.

    A server that cannot be talked to, or refuses us, ends the round: the other mails keep their
    attempts, and the worker's other jobs do not wait for its silence again and again.
    """
    sent = 0
    due = OutboxMessage.objects.filter(
        state=OutboxMessage.State.WAITING, next_attempt_at__lte=timezone.now()
    )
    for row in list(due.order_by("next_attempt_at", "pk")[:BATCH]):
        if not _claim(row):
            continue
        try:
            _write_out(row)
            _message(row).send()
        except Exception as error:  # whatever the server answers, the mail must survive it
            _failed(row, error)
            if meets_every_mail(error):
                break
        else:
            _mark_sent(row)
            sent += 1
    return sent


def _claim(row: OutboxMessage) -> bool:
    """Take the row by moving its next attempt ahead; only one worker can."""
    until = timezone.now() + LEASE
    claimed = OutboxMessage.objects.filter(
        pk=row.pk, state=OutboxMessage.State.WAITING, next_attempt_at=row.next_attempt_at
    ).update(next_attempt_at=until)
    row.next_attempt_at = until
    return bool(claimed)


def _write_out(row: OutboxMessage) -> None:
    """Make text and HTML of a draft, for good: every attempt sends the same."""
    if row.draft is None:
        return
    letter = Draft(**row.draft).render()
    row.text, row.html, row.draft = letter.text, letter.html, None
    row.save(update_fields=["text", "html", "draft"])


def _message(row: OutboxMessage) -> EmailMultiAlternatives:
    """The mail as it leaves. Raises AttachmentMissingError."""
    message = EmailMultiAlternatives(
        subject=row.subject,
        body=row.text,
        from_email=row.sender,
        to=row.to,
        reply_to=row.reply_to,
        # The second keeps holiday answers away.
        headers={"Message-ID": row.message_id, "Auto-Submitted": "auto-generated"},
        connection=get_connection(settings.MAIL_TRANSPORT),
    )
    if row.html:
        message.attach_alternative(row.html, "text/html")
    for attachment in map(Attachment._make, row.attachments):
        message.attach(*_content(attachment))
    return message


def _content(attachment: Attachment) -> tuple[str, bytes, str]:
    try:
        with default_storage.open(attachment.stored) as file:
            content = file.read()
    except OSError as error:
        raise AttachmentMissingError(
            f"The attachment {attachment.stored} is lost or cannot be read: {error}"
        ) from error
    name = "".join(filter(str.isprintable, attachment.name))  # it is part of a header
    return name, content, attachment.content_type


def _mark_sent(row: OutboxMessage) -> None:
    """Note it; a link that opens somebody's account is of no use here any more."""
    is_secret = row.key is None or row.key.startswith(OPENS_AN_ACCOUNT)
    OutboxMessage.objects.filter(pk=row.pk).update(
        state=OutboxMessage.State.SENT,
        sent_at=timezone.now(),
        attempts=row.attempts + 1,
        **({"text": "", "html": ""} if is_secret else {}),
    )


def _failed(row: OutboxMessage, error: Exception) -> None:
    log.warning("Mail %s did not leave (attempt %s): %s", row.pk, row.attempts + 1, error)
    changes: dict[str, object] = {"attempts": row.attempts + 1, "last_error": repr(error)}
    is_final = isinstance(error, AttachmentMissingError) or refuses_for_good(error)
    if row.attempts < len(PAUSES) and not is_final:
        changes["next_attempt_at"] = timezone.now() + timedelta(minutes=PAUSES[row.attempts])
    else:
        changes["state"] = OutboxMessage.State.PARKED
    # Whoever took the mail after this worker's lease has the last word.
    OutboxMessage.objects.filter(
        pk=row.pk, state=OutboxMessage.State.WAITING, next_attempt_at=row.next_attempt_at
    ).update(**changes)


def retry(rows: Sequence[int]) -> int:
    """Give parked mails (ids) their attempts back; returns how many will be tried again."""
    return OutboxMessage.objects.filter(pk__in=rows, state=OutboxMessage.State.PARKED).update(
        state=OutboxMessage.State.WAITING, attempts=0, next_attempt_at=timezone.now()
    )
