"""What the portal writes to a person about their own sign-in.

The mails about forgotten and changed passwords are allauth's, with our templates in
templates/account/email/; `change_facts` is what they tell of a change.
"""

from datetime import UTC, datetime

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import User
from accounts.tokens import welcome_tokens
from facturamos.contacts import CONTACTS
from facturamos.dates import long_date
from facturamos.letters import Letter, Link, compose
from facturamos.mail import Mail, post


def welcome(*, user: User) -> None:
    """The link to choose the first password; a new one each time it is asked for."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("account_welcome", args=[uid, welcome_tokens.make_token(user)])
    about = f"welcome:{user.pk}:{timezone.now():%Y%m%dT%H%M%S}"
    post([Mail(letter=_welcome_letter(user, path), to=user.email, about=about)])


def _welcome_letter(user: User, path: str) -> Letter:
    return compose(
        "welcome",
        "Le damos la bienvenida a Facturamos: elija su contraseña",
        user=user,
        hours=settings.WELCOME_HOURS,
        facts=[("Su usuario", user.username)],
        link=Link("Elegir mi contraseña", path),
    )


def change_facts(*, user: User, at: datetime, ip: str | None) -> dict[str, object]:
    """For the notices that something of a user's sign-in changed: whose, when and from where."""
    at = timezone.localtime(at)
    facts = [("Usuario", user.username), ("Cuándo", f"{long_date(at.date())}, {at:%H:%M}")]
    if ip:
        facts.append(("Desde la dirección IP", ip))
    link = Link("Elegir otra contraseña", reverse("account_reset_password"))
    return {"facts": facts, "link": link, "contacts": CONTACTS}


def examples() -> dict[str, Letter]:
    """Each letter with invented data; nothing is written."""
    ana = User(
        username="ana", first_name="Ana", last_name="Peña & D'Ángel", email="ana@example.com"
    )
    change = change_facts(user=ana, at=datetime(2026, 12, 1, 17, tzinfo=UTC), ip="192.0.2.1")
    return {
        "welcome": _welcome_letter(ana, "/contrasena/bienvenida/EJEMPLO/EJEMPLO/"),
        "password_reset_key": _of_allauth(
            "password_reset_key",
            user=ana,
            contacts=CONTACTS,
            password_reset_url=f"{settings.SITE_URL}/contrasena/nueva/EJEMPLO/",
        ),
        "password_reset": _of_allauth("password_reset", **change),
        "password_changed": _of_allauth("password_changed", **change),
    }


def _of_allauth(name: str, **context: object) -> Letter:
    message = get_adapter().render_mail(f"account/email/{name}", "ana@example.com", context)
    html, _ = message.alternatives[0]
    return Letter(subject=str(message.subject), text=str(message.body), html=str(html))
