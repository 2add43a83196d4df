"""The link of a welcome mail, as the person who gets it follows it."""

import re

from django.utils.http import urlsafe_base64_encode

from accounts.services import send_welcome
from facturamos.models import OutboxMessage

PASSWORD = "una frase de bienvenida"


def link_of(person, by=None) -> str:
    """The path in the newest welcome mail, which is sent first."""
    assert send_welcome(user=person, by=by)
    return path_of(OutboxMessage.objects.filter(to__0=person.email).latest("pk"))


def path_of(row: OutboxMessage) -> str:
    """The path in that mail."""
    return re.findall(r"http://127.0.0.1:8000(/contrasena/bienvenida/\S+)", row.text)[0]


def open_link(client, path: str):
    """The page behind the link, and where it came to stand."""
    page = client.get(path, follow=True)
    return page, page.redirect_chain[-1][0] if page.redirect_chain else path


def choose(client, path: str, password: str = PASSWORD):
    """The answer to a password chosen behind the link."""
    _, where = open_link(client, path)
    return client.post(where, {"new_password1": password, "new_password2": password})


def uid(person) -> str:
    """The person's number as the link spells it."""
    return urlsafe_base64_encode(str(person.pk).encode())
