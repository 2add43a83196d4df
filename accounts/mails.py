"""What the portal writes to a person about their own sign-in.

The mails about forgotten and changed passwords are allauth's, with our templates in
templates/account/email/; `change_facts` is what they tell of a change.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import User
from accounts.tokens import welcome_tokens
from facturamos.dates import long_moment
from facturamos.letters import Letter, Link, compose
from facturamos.mail import Mail, post
from facturamos.texts.in_force import in_force, read_once

# allauth's notices of a change, in templates/mfa/email/.
ABOUT_SECOND_FACTOR = (
    *("totp_activated", "totp_deactivated", "webauthn_added", "webauthn_removed"),
    "recovery_codes_generated",
)


def welcome(*, users: Iterable[User], occasion: str = "") -> None:
    """The link to choose the first password, to each; a new one each time it is asked for.

    On one `occasion` nobody gets two.
    """
    occasion = occasion or f"{timezone.now():%Y%m%dT%H%M%S}"
    with read_once():
        post(
            Mail(
                letter=_welcome_letter(user, _welcome_path(user)),
                to=user.email,
                about=f"welcome:{user.pk}:{occasion}",
            )
            for user in users
        )


def _welcome_path(user: User) -> str:
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("account_welcome", args=[uid, welcome_tokens.make_token(user)])


def _welcome_letter(user: User, path: str) -> Letter:
    return compose(
        "welcome",
        "Le damos la bienvenida a Facturamos: elija su contraseña",
        user=user,
        hours=settings.WELCOME_HOURS,
        facts=[("Su usuario", user.username)],
        link=Link("Elegir mi contraseña", path),
    )


def second_factor_taken_away(*, user: User, reason: str) -> None:
    """An administrator removed it; the reader can tell whether they asked for that."""
    now = timezone.now()
    about = f"second-factor-taken-away:{user.pk}:{now:%Y%m%dT%H%M%S}"
    letter = _taken_away_letter(user, reason, now)
    post([Mail(letter=letter, to=user.email, about=about)])


def _taken_away_letter(user: User, reason: str, at: datetime) -> Letter:
    facts = [*change_facts(user=user, at=at, ip=None)["facts"], ("Motivo", reason)]
    return compose(
        "second_factor_taken_away",
        "Quitamos el segundo factor de su usuario de Facturamos",
        user=user,
        facts=facts,
        link=Link("Entrar al portal", reverse("account_login")),
    )


def email_changed(*, user: User, old: str) -> None:
    """The company gave a user another address; the one that they had hears of it."""
    now = timezone.now()
    about = f"email-changed:{user.pk}:{now:%Y%m%dT%H%M%S}"
    post([Mail(letter=_email_changed_letter(user, now), to=old, about=about)])


def _email_changed_letter(user: User, at: datetime) -> Letter:
    return compose(
        "email_changed",
        "Cambió el correo de su usuario de Facturamos",
        user=user,
        facts=change_facts(user=user, at=at, ip=None)["facts"],
        link=Link("Entrar al portal", reverse("account_login")),
    )


def change_facts(*, user: User, at: datetime, ip: str | None) -> dict[str, Any]:
    """For the notices that something of a user's sign-in changed: whose, when and from where."""
    at = timezone.localtime(at)
    facts = [("Usuario", user.username), ("Cuándo", long_moment(at))]
    if ip:
        facts.append(("Desde la dirección IP", ip))
    link = Link("Elegir otra contraseña", reverse("account_reset_password"))
    return {"facts": facts, "link": link, "contacts": in_force().contacts}


def examples() -> dict[str, Letter]:
    """Each letter with invented data; nothing is written."""
    ana = User(
        username="ana", first_name="Ana", last_name="Peña & D'Ángel", email="ana@example.com"
    )
    change = change_facts(user=ana, at=datetime(2026, 12, 1, 17, tzinfo=UTC), ip="192.0.2.1")
    change["user"] = ana
    return {
        "welcome": _welcome_letter(ana, "/contrasena/bienvenida/EJEMPLO/EJEMPLO/"),
        "password_reset_key": _of_allauth(
            "password_reset_key",
            user=ana,
            contacts=in_force().contacts,
            password_reset_url=f"{settings.SITE_URL}/contrasena/nueva/EJEMPLO/",
        ),
        "password_reset": _of_allauth("password_reset", **change),
        "password_changed": _of_allauth("password_changed", **change),
        "login_code": _of_allauth("login_code", code="ABCD-2345", contacts=in_force().contacts),
        "second_factor_taken_away": _taken_away_letter(
            ana, "Perdió su teléfono", datetime(2026, 12, 1, 17, tzinfo=UTC)
        ),
        "email_changed": _email_changed_letter(ana, datetime(2026, 12, 1, 17, tzinfo=UTC)),
        **{name: _of_allauth(name, folder="mfa", **change) for name in ABOUT_SECOND_FACTOR},
    }


def _of_allauth(name: str, *, folder: str = "account", **context: Any) -> Letter:
    message = get_adapter().render_mail(f"{folder}/email/{name}", "ana@example.com", context)
    html, _ = message.alternatives[0]
    return Letter(subject=str(message.subject), text=str(message.body), html=str(html))
