"""Sending the welcome: who gets it, and what it says."""

import re
from html import unescape

import pytest
from django.core import mail

from accounts.models import AuditEvent
from accounts.services import send_welcome
from facturamos.mail import send_due
from facturamos.models import OutboxMessage
from tests import factories
from tests.accounts.welcomes import link_of

pytestmark = pytest.mark.django_db


def test_the_mail_says_the_same_in_text_and_in_html(person, admin):
    path = link_of(person, admin)
    (row,) = OutboxMessage.objects.all()
    assert row.subject == "Le damos la bienvenida a Facturamos: elija su contraseña"
    assert row.to == [person.email]
    html = unescape(re.sub("<[^>]+>", "", row.html))
    for text in (row.text, html):
        assert "Ana Peña & D'Ángel:" in text
        assert f"Su usuario: {person.username}" in text
        assert "vale durante 72 horas y se usa una sola vez" in text
    assert not re.search(r"&\w+;|&#", row.text)
    assert "Peña &amp; D&#x27;Ángel" in row.html
    assert f'href="http://127.0.0.1:8000{path}"' in row.html


def test_it_leaves_with_the_worker(person, settings):
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    link_of(person)
    assert send_due() == 1
    assert mail.outbox[0].to == [person.email]


def test_once_it_left_the_link_is_not_kept(person, settings):
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    path = link_of(person)
    send_due()
    row = OutboxMessage.objects.get()
    assert (row.state, row.text, row.html) == ("sent", "", "")
    assert path in mail.outbox[0].body


def test_it_brings_no_password(person):
    link_of(person)
    person.refresh_from_db()
    assert not person.has_usable_password()


def test_sending_it_is_audited(person, admin):
    link_of(person, admin)
    event = AuditEvent.objects.get(action="user.welcomed")
    assert (event.actor_id, event.target_id) == (admin.pk, str(person.pk))


@pytest.mark.parametrize("fields", [{"is_active": False}, {"email": ""}])
def test_whoever_cannot_get_it_is_not_sent_it(admin, fields):
    person = factories.make_user(factories.make_customer(), password=None, **fields)
    assert not send_welcome(user=person, by=admin)
    assert not OutboxMessage.objects.exists()
    assert not AuditEvent.objects.filter(action="user.welcomed").exists()


class TestAdmin:
    """Users are made without a password, and welcomed."""

    def act(self, client, *people):
        return client.post(
            "/admin/accounts/user/",
            {"action": "send_welcome", "_selected_action": [person.pk for person in people]},
            follow=True,
        ).content.decode()

    def test_a_new_user_needs_no_password(self, signed_in, admin):
        customer = factories.make_customer()
        signed_in(admin).post(
            "/admin/accounts/user/add/",
            {
                "username": "nueva",
                "usable_password": "false",
                "password1": "",
                "password2": "",
                "email": "nueva@example.com",
                "customer": customer.pk,
            },
        )
        person = factories.User.objects.get(username="nueva")
        assert not person.has_usable_password()
        assert person.customer == customer
        page = self.act(signed_in(admin), person)
        assert "Bienvenidas enviadas: 1." in page
        assert OutboxMessage.objects.get().to == ["nueva@example.com"]

    def test_whoever_signed_in_already_is_left_out_by_name(self, signed_in, admin, person):
        used = factories.make_user()
        signed_in(used)
        page = self.act(signed_in(admin), person, used)
        assert "Bienvenidas enviadas: 1." in page
        assert f"No se envió a {used.username}: ya entró alguna vez" in page
        assert [row.to for row in OutboxMessage.objects.all()] == [[person.email]]

    def test_somebody_with_a_password_who_never_came_is_welcomed(self, signed_in, admin):
        given = factories.make_user()
        assert "Bienvenidas enviadas: 1." in self.act(signed_in(admin), given)

    def test_cxc_cannot(self, signed_in, cxc, person):
        assert "Bienvenidas enviadas" not in self.act(signed_in(cxc), person)
        assert not OutboxMessage.objects.exists()
