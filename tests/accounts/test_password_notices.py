"""Whoever's password changes hears of it."""

import re
from html import unescape

import pytest

from facturamos.mail import send_due
from facturamos.models import OutboxMessage
from tests.accounts.people import NEW, change, use

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _outbox(settings):
    settings.EMAIL_BACKEND = "facturamos.mail.OutboxBackend"


def check(person, subject: str, sentence: str) -> None:
    row = OutboxMessage.objects.latest("pk")
    assert (row.to, row.subject) == ([person.email], subject)
    assert row.sender == "Facturamos <facturamos@sistemasperseo.com>"
    html = " ".join(unescape(re.sub("<[^>]+>", "", row.html)).split())
    for text in (row.text, html):
        assert sentence in text
        assert f"Usuario: {person.username}" in text
        assert "Desde la dirección IP: 127.0.0.1" in text
        assert "Si no fue usted, elija otra contraseña de inmediato" in text
    assert "http://127.0.0.1:8000/contrasena/olvidada/" in row.text


def test_changed(user, signed_in):
    assert change(signed_in(user), NEW).status_code == 302
    check(user, "Cambió su contraseña de Facturamos", "Cambió la contraseña de su usuario")


def test_chosen_anew_by_mail(client, user):
    client.post("/contrasena/olvidada/", {"email": user.email})
    row = OutboxMessage.objects.get()
    assert row.subject == "Elija su contraseña nueva de Facturamos"
    (link,) = re.findall(r"http://\S+/contrasena/nueva/\S+", row.text)
    assert f'href="{link}"' in row.html
    send_due()
    row.refresh_from_db()
    assert (row.state, row.text, row.html) == ("sent", "", ""), "the link is not kept"
    use(link)
    check(user, "Eligió su contraseña nueva de Facturamos", "Se eligió una contraseña nueva")


def test_set_by_an_administrator(admin, user, signed_in):
    signed_in(admin).post(
        f"/admin/accounts/user/{user.pk}/password/",
        {"usable_password": "true", "password1": NEW, "password2": NEW},
    )
    check(user, "Cambió su contraseña de Facturamos", "Cambió la contraseña de su usuario")


def test_a_refused_change_is_no_news(user, signed_in):
    change(signed_in(user), NEW, old="no es")
    assert not OutboxMessage.objects.exists()
