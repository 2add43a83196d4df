"""Signing people in as a browser would, with a second factor where they have one."""

import re
import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.test import Client

from tests.codes import DEMO_SECRET

PASSWORD = "una frase de prueba"
NEW = "otra frase de prueba"


def enrol(person) -> list[str]:
    """Give the person the demo's application and recovery codes; returns those."""
    TOTP.activate(person, DEMO_SECRET)
    return RecoveryCodes.activate(person).generate_codes()


def sign_in(person, **defaults) -> Client:
    """A browser's stand-in with the person signed in, just now and with a code."""
    client = Client(**defaults)
    client.force_login(person)
    session = client.session
    session["account_authentication_methods_user"] = str(person.pk)
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time()},
        {"method": "mfa", "at": time.time(), "type": "totp"},
    ]
    session["born_at"] = session["seen_at"] = time.time()
    session.save()
    return client


def post_password(client: Client, person, password: str = PASSWORD):
    return client.post("/ingresar/", {"login": person.username, "password": password})


def walk_in(person, code: str = "", **defaults) -> Client:
    """Through the sign-in page, and the code's page when a code is given."""
    client = Client(**defaults)
    response = post_password(client, person)
    assert response.status_code == 302, response.content.decode()
    if code:
        assert response.headers["Location"] == "/ingresar/codigo/"
        response = client.post("/ingresar/codigo/", {"code": code})
        assert response.status_code == 302, response.content.decode()
    return client


def forget_proof(client: Client, seconds: int = 16 * 60) -> Client:
    """The same session, with everything that was proved in it so many seconds ago."""
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= seconds
    session.save()
    return client


def kinds(person) -> set[str]:
    """Which factors the person has."""
    return set(Authenticator.objects.filter(user=person).values_list("type", flat=True))


def change(client: Client, new: str, old: str = PASSWORD):
    """Change one's own password."""
    return client.post("/contrasena/", {"oldpassword": old, "password1": new, "password2": new})


def reset_link(email: str) -> str:
    """The link that a forgotten password brings."""
    Client().post("/contrasena/olvidada/", {"email": email})
    return link_in_mail()


def link_in_mail() -> str:
    """The one in the newest mail."""
    return re.findall(r"http://\S+", str(mail.outbox[-1].body))[0]


def use(link: str, new: str = NEW):
    """Choose a password with the link, in a browser of its own."""
    client = Client()
    page = client.get(link, follow=True)
    if not page.redirect_chain:
        return page
    return client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
