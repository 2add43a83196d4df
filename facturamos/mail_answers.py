"""What a mail server's refusal is about: this mail, or the portal, so that every mail meets it.

Plain functions over the errors of smtplib. What an answer leads to is decided in mail.py.
"""

from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused
from typing import Final

_REFUSED_FOR_GOOD: Final = 500
# The answers about the mail itself: its size (RFC 1870) or, after DATA, what it says. Any other 5xx
# to the sender is about us and would meet every mail; after DATA it may pass.
_FINAL_AT_SENDER: Final = {552}
_FINAL_AT_DATA: Final = {552, 554}
# The server asks us to sign in (RFC 4954), or we sent too much for today (RFC 3463, X.4.5).
_SIGN_IN: Final = {530, 535}
_CONGESTED: Final = b"5.4.5"


def refuses_for_good(error: Exception) -> bool:
    """Whether the mail itself cannot be sent, so that waiting would not help."""
    if _refuses_us(error):
        return False
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= _REFUSED_FOR_GOOD for code, _ in error.recipients.values())
    if isinstance(error, SMTPSenderRefused):
        return error.smtp_code in _FINAL_AT_SENDER
    return isinstance(error, SMTPDataError) and error.smtp_code in _FINAL_AT_DATA


def meets_every_mail(error: Exception) -> bool:
    """Whether the server could not be talked to or refuses us, rather than this mail."""
    if isinstance(error, SMTPRecipientsRefused | SMTPSenderRefused | SMTPDataError):
        return _refuses_us(error)
    return isinstance(error, OSError)


def _refuses_us(error: Exception) -> bool:
    if isinstance(error, SMTPSenderRefused):
        return error.smtp_code not in _FINAL_AT_SENDER
    if isinstance(error, SMTPRecipientsRefused):
        return any(_is_about_us(*answer) for answer in error.recipients.values())
    return isinstance(error, SMTPDataError) and _is_about_us(error.smtp_code, error.smtp_error)


def _is_about_us(code: int, said: bytes | str) -> bool:
    text = said.encode() if isinstance(said, str) else said
    return code in _SIGN_IN or text.startswith(_CONGESTED)
