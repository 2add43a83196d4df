"""What a refusal is about: the mail, for good or for now, or the portal."""

from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

import pytest

from facturamos.mail_answers import meets_every_mail, refuses_for_good

US = "facturamos@sistemasperseo.com"


def at_recipient(code: int, said: bytes) -> SMTPRecipientsRefused:
    return SMTPRecipientsRefused({"ana@example.com": (code, said)})


@pytest.mark.parametrize(
    "error",
    [
        at_recipient(550, b"no such user"),
        SMTPSenderRefused(552, b"5.3.4 too big", US),
        SMTPDataError(552, b"5.3.4 too big"),
        SMTPDataError(554, b"looks like spam"),
    ],
    ids=repr,
)
def test_this_mail_for_good(error):
    assert refuses_for_good(error)
    assert not meets_every_mail(error)


@pytest.mark.parametrize(
    "error",
    [
        at_recipient(450, b"mailbox busy"),
        SMTPDataError(452, b"disk full"),
        SMTPDataError(550, b"5.7.0 not now"),
    ],
    ids=repr,
)
def test_this_mail_for_now(error):
    assert not refuses_for_good(error)
    assert not meets_every_mail(error)


@pytest.mark.parametrize(
    "error",
    [
        SMTPSenderRefused(451, b"try later", US),
        SMTPSenderRefused(530, b"5.7.0 authentication required", US),
        SMTPSenderRefused(553, b"5.7.1 not your address", US),
        SMTPSenderRefused(550, b"5.4.5 daily quota exceeded", US),
        at_recipient(530, b"5.7.0 authentication required"),
        at_recipient(550, b"5.4.5 daily quota exceeded"),
        SMTPDataError(530, b"5.7.0 authentication required"),
        SMTPDataError(550, b"5.4.5 daily quota exceeded"),
        SMTPDataError(554, "5.4.5 daily quota exceeded"),
        # Somebody changes the password, and the mail leaves.
        SMTPAuthenticationError(535, b"wrong password"),
        SMTPServerDisconnected("Connection unexpectedly closed"),
        TimeoutError("timed out"),
        ConnectionRefusedError(111, "Connection refused"),
    ],
    ids=repr,
)
def test_the_portal_or_no_answer_at_all(error):
    assert not refuses_for_good(error)
    assert meets_every_mail(error)
