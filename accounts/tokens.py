"""The link of the welcome mail: who holds it may choose the first password, once."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User

SALT = "accounts.welcome"


class WelcomeTokens:
    """Signed tokens, good for `WELCOME_HOURS`; choosing a password or signing in ends them.

    Django's own generator knows one lifetime only, that of forgotten passwords.
    """

    def make_token(self, user: User) -> str:
        """A token for the user as they are now."""
        return _signer().sign(_state(user))

    def check_token(self, user: User | None, token: str | None) -> bool:
        """Whether the token is the user's, young enough, and not used yet."""
        if user is None or not token:
            return False
        try:
            lifetime = timedelta(hours=settings.WELCOME_HOURS)
            state = _signer().unsign(token, max_age=lifetime)
        except signing.BadSignature:
            return False
        return constant_time_compare(state, _state(user))


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=SALT, sep=".")  # every mail program takes a dot for a link


def _state(user: User) -> str:
    what_changes = f"{user.pk}|{user.password}|{user.last_login}|{user.email}"
    return salted_hmac(SALT, what_changes, algorithm="sha256").hexdigest()[:32]


welcome_tokens = WelcomeTokens()
