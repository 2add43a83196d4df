"""The second factor: how its secrets are kept, and what a session knows of it.

allauth.mfa does the rest: the application's codes, passkeys and recovery codes.
"""

import base64
import time

import segno
from allauth.account.authentication import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
)
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts import audit, mails, sessions
from accounts.models import User

TYPES = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class OwnSecondFactorError(Exception):
    """Nobody takes their own away without proving that they have it."""


class MFAAdapter(DefaultMFAAdapter):
    """allauth.mfa, as this portal uses it: secrets encrypted at rest, our name and words."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": (
            "El código no es correcto. Escriba el que la aplicación muestra en este momento; "
            "cada uno vale treinta segundos y una sola vez."
        ),
        "passkey": (
            "La llave de acceso no respondió como se esperaba. "
            "Inténtelo de nuevo o use otra manera."
        ),
        "unreadable": (
            "No se pudo leer su segundo factor. Pida a un administrador que se lo quite y "
            "actívelo de nuevo."
        ),
    }

    def encrypt(self, text: str) -> str:
        """As it is kept in the database."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What `encrypt` took, under today's SECRET_KEY or one of SECRET_KEY_FALLBACKS."""
        try:
            return _fernet().decrypt(encrypted_text.encode()).decode()
        except InvalidToken as error:
            raise self.validation_error("unreadable") from error

    def build_totp_svg(self, url: str) -> str:
        """The code that a telephone reads, as part of the page."""
        return segno.make(url, error="m").svg_inline(scale=5, border=4, light="white")

    def get_totp_label(self, user: User) -> str:
        """What the application calls it."""
        return user.username

    def _get_site_name(self) -> str:
        return "Facturamos"


def _fernet() -> MultiFernet:
    return MultiFernet(
        [
            Fernet(
                base64.urlsafe_b64encode(
                    salted_hmac(
                        "accounts.second_factor", "", secret=key, algorithm="sha256"
                    ).digest()
                )
            )
            for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        ]
    )


@transaction.atomic
def encrypt_anew() -> int:
    """Every secret under today's SECRET_KEY, so that the old one can go; returns how many."""
    fernet, done = _fernet(), 0
    for row in Authenticator.objects.select_for_update().exclude(type=Authenticator.Type.WEBAUTHN):
        for name in ("secret", "seed"):
            if name in row.data:
                row.data[name] = fernet.rotate(row.data[name].encode()).decode()
                done += 1
        row.save(update_fields=["data"])
    return done


def has_application(user: User) -> bool:
    """Whether this person has the codes of an application."""
    return is_mfa_enabled(user, [Authenticator.Type.TOTP])


def is_in(request: HttpRequest) -> bool:
    """Whether this session has seen its person's second factor."""
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in records)


def note_in(request: HttpRequest, authenticator: Authenticator) -> None:
    """The session has seen it: who just enrolled need not prove it again."""
    seen = {"method": "mfa", "at": time.time(), "type": authenticator.type}
    records = get_authentication_records(request, request.user)
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [*records, seen]


def forget_in(request: HttpRequest) -> None:
    """After its last factor was removed, the session has seen none: staff enrol again at once."""
    if Authenticator.objects.filter(user=request.user, type__in=TYPES).exists():
        return
    records = get_authentication_records(request, request.user)
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        record for record in records if record["method"] != "mfa"
    ]


@transaction.atomic
def take_away(*, user: User, reason: str, by: User) -> bool:
    """Remove somebody's second factor (a lost telephone): they enrol anew at the next sign-in.

    Ends their sessions and writes to them. False when they had none. Raises OwnSecondFactorError.
    """
    if user.pk == by.pk:
        raise OwnSecondFactorError
    removed, _ = Authenticator.objects.filter(user=user).delete()
    if not removed:
        return False
    audit.record("second_factor.taken_away", by=by, target=user, reason=reason)
    sessions.end_all(user=user, by=by)
    if user.email:
        mails.second_factor_taken_away(user=user, reason=reason)
    return True
