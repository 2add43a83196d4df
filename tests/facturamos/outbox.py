"""Mails for the outbox, and the mail server that is down."""

from datetime import UTC, datetime
from smtplib import SMTPServerDisconnected

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from facturamos.letters import Letter
from facturamos.mail import Mail
from facturamos.models import OutboxMessage

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LETTER = Letter(subject="Peña & D'Ángel", text="Gracias.\n", html="<p>Gracias.</p>")


class Refusing(BaseEmailBackend):
    """A mail server that is down."""

    def send_messages(self, email_messages):
        raise SMTPServerDisconnected("Connection unexpectedly closed")


def write(subject: str = "Confirmamos su pago", **fields) -> OutboxMessage:
    """A mail by Django's functions, and its row."""
    EmailMultiAlternatives(
        **{"subject": subject, "body": "Gracias.", "to": ["ana@example.com"], **fields}
    ).send()
    return OutboxMessage.objects.get(subject=subject)


def about(subject: str, to: str = "ana@example.com", **fields) -> Mail:
    """A mail for `post`, not written yet."""
    return Mail(letter=LETTER, to=to, about=subject, **fields)


def the_row() -> OutboxMessage:
    """The only mail there is."""
    return OutboxMessage.objects.get()
