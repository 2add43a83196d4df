"""What happens at the door goes into the audit: who came in and how, who failed, what changed.

Signals of Django and allauth are used for these records alone; no rule hangs on them.
"""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.signals import (
    password_changed,
    password_reset,
    user_logged_in,
)
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import audit
from accounts.audit import Target
from accounts.models import User

# As the audit's readers call them.
NAMES = {
    "password": "contraseña",
    "code": "código por correo",
    Authenticator.Type.TOTP: "aplicación de códigos",
    Authenticator.Type.WEBAUTHN: "llave de acceso",
    Authenticator.Type.RECOVERY_CODES: "código de recuperación",
}


@receiver(user_logged_in)
def _signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    records = get_authentication_records(request, user)
    used = [record.get("type") or record["method"] for record in records]
    methods = [NAMES.get(method, method) for method in used]
    audit.record("user.signed_in", by=user, target=user, methods=methods)


@receiver(user_logged_out)
def _signed_out(user: User | None, **_: Any) -> None:
    if user is not None:
        audit.record("user.signed_out", by=user, target=user)


@receiver(user_login_failed)
def _failed(credentials: dict[str, Any], **_: Any) -> None:
    """Whose password was wrong. A name that is nobody's is not kept: it may be a password."""
    tried = User.objects.filter(username__iexact=credentials.get("username", "")).first()
    target = Target.of(tried) if tried else Target("accounts.user", 0, "un usuario que no existe")
    audit.record_all("user.wrong_password", by=None, events=[(target, {})])


@receiver(mfa_signals.authentication_failed)
def _failed_code(user: User, **_: Any) -> None:
    audit.record("user.wrong_code", by=None, target=user)


@receiver(password_changed)
def _changed(user: User, **_: Any) -> None:
    audit.record("user.password_changed", by=user, target=user)


@receiver(password_reset)
def _reset(user: User, **_: Any) -> None:
    audit.record("user.password_reset", by=user, target=user)


@receiver(mfa_signals.authenticator_added)
def _added(user: User, authenticator: Authenticator, **_: Any) -> None:
    audit.record("second_factor.added", by=user, target=user, kind=NAMES[authenticator.type])


@receiver(mfa_signals.authenticator_removed)
def _removed(user: User, authenticator: Authenticator, **_: Any) -> None:
    audit.record("second_factor.removed", by=user, target=user, kind=NAMES[authenticator.type])


@receiver(mfa_signals.authenticator_reset)
def _made_anew(user: User, **_: Any) -> None:
    audit.record("second_factor.codes_made", by=user, target=user)


@receiver(mfa_signals.authenticator_used)
def _used(user: User, authenticator: Authenticator, **_: Any) -> None:
    audit.record("second_factor.used", by=user, target=user, kind=NAMES[authenticator.type])
