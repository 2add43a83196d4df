"""The link of the welcome mail: it chooses the first password once, or brings another link."""

import re
import time

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.http import urlsafe_base64_encode

from accounts.models import AuditEvent
from accounts.services import choose_first_password
from accounts.tokens import welcome_tokens
from facturamos.models import OutboxMessage
from tests import factories
from tests.accounts.welcomes import PASSWORD, choose, link_of, open_link, path_of, uid

pytestmark = pytest.mark.django_db

AGAIN = "/contrasena/bienvenida/otra/"


@pytest.fixture
def after(monkeypatch):
    """Makes every link so many hours older."""

    def hours(count: float) -> None:
        now = time.time
        monkeypatch.setattr(time, "time", lambda: now() + count * 3600)

    return hours


def test_the_link_chooses_the_password_and_opens_the_door(client, person):
    page = choose(client, link_of(person))
    assert page.headers["Location"] == "/contrasena/nueva/lista/"
    assert "Contraseña guardada" in client.get(page.headers["Location"]).content.decode()
    client.post("/ingresar/", {"login": person.username, "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(person.pk)
    event = AuditEvent.objects.get(action="user.password_chosen")
    assert event.actor_id == person.pk


def test_the_token_stays_neither_in_the_address_nor_in_the_page(client, person):
    path = link_of(person)
    token = path.rstrip("/").rpartition("/")[2]
    page, where = open_link(client, path)
    assert where.endswith("/elegir/")
    assert token not in where + page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert person.username in page.content.decode()


def test_the_address_without_the_token_opens_nothing_elsewhere(client, person):
    _, where = open_link(client, link_of(person))
    page = Client().get(where)
    assert "El enlace ya no sirve" in page.content.decode()
    Client().post(where, {"new_password1": PASSWORD, "new_password2": PASSWORD})
    person.refresh_from_db()
    assert not person.has_usable_password()


def test_the_link_is_used_once(client, person):
    path = link_of(person)
    choose(client, path)
    page = choose(Client(), path, "otra frase cualquiera")
    assert "El enlace ya no sirve" in page.content.decode()
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_of_two_who_hold_the_link_one_chooses(client, person):
    path, other = link_of(person), Client()
    _, where = open_link(client, path)
    open_link(other, path)
    fields = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    client.post(where, fields)
    other.post(where, dict.fromkeys(fields, "otra frase cualquiera"))
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_the_service_looks_again_under_its_lock(person):
    token = welcome_tokens.make_token(person)
    assert choose_first_password(user=person, token=token, password=PASSWORD)
    assert not choose_first_password(user=person, token=token, password="otra frase cualquiera")


def test_signing_in_another_way_ends_the_link(client, person):
    path = link_of(person)
    person.set_password("una frase dada por el administrador")
    person.save()
    assert "El enlace ya no sirve" in open_link(client, path)[0].content.decode()


@pytest.mark.parametrize(("hours", "good"), [(71.99, True), (72.01, False)])
def test_it_is_good_for_72_hours(client, person, after, hours, good):
    path = link_of(person)
    after(hours)
    assert ("Elija su contraseña" in open_link(client, path)[0].content.decode()) is good


def test_the_hours_are_a_setting(client, person, after, settings):
    settings.WELCOME_HOURS = 2
    path = link_of(person)
    assert "vale durante 2 horas" in OutboxMessage.objects.get().text
    after(2.01)
    assert "El enlace ya no sirve" in open_link(client, path)[0].content.decode()


@pytest.mark.parametrize("token", ["x", "elegir", "a:b:c", "%00", "ñ" * 300])
def test_an_invented_token_opens_nothing(client, person, token):
    page = client.get(reverse("account_welcome", args=[uid(person), token]))
    assert page.status_code == 200
    assert "El enlace ya no sirve" in page.content.decode()


@pytest.mark.parametrize("number", ["x", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "ñ"])
def test_an_invented_user_opens_nothing(client, person, number):
    token = welcome_tokens.make_token(person)
    page = client.get(reverse("account_welcome", args=[number, token]), follow=True)
    assert page.status_code == 200
    assert "El enlace ya no sirve" in page.content.decode()


def test_another_person_s_token_opens_nothing(client, person):
    other = factories.make_user(password=None)
    mine, theirs = link_of(person).split("/"), link_of(other).split("/")
    mixed = "/".join([*mine[:3], theirs[3], *mine[4:]])
    assert "El enlace ya no sirve" in open_link(client, mixed)[0].content.decode()


def test_a_weak_password_is_refused_in_spanish(client, person):
    page = choose(client, link_of(person), "corta").content.decode()
    assert "12 caracteres" in page
    assert "<title>Error: " in page
    person.refresh_from_db()
    assert not person.has_usable_password()


def test_whoever_comes_too_late_asks_for_another_and_gets_it(client, person, after):
    path = link_of(person)
    OutboxMessage.objects.all().delete()
    after(73)
    page, _ = open_link(client, path)
    (asking,) = re.findall(r'name="uid" value="([^"]*)"', page.content.decode())
    answer = client.post(AGAIN, {"uid": asking}, follow=True)
    assert "Revise su correo" in answer.content.decode()
    row = OutboxMessage.objects.get()
    assert row.to == [person.email]
    assert choose(client, path_of(row)).headers["Location"] == "/contrasena/nueva/lista/"


def test_the_answer_is_the_same_whoever_it_was(client, person):
    used = factories.make_user()
    client.force_login(used)  # so they have signed in
    uids = [uid(person), uid(used), "OTk5OTk5", "", "ñ\x00"]
    answers = [Client().post(AGAIN, {"uid": each}) for each in uids]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {
        (302, AGAIN)
    }
    assert [row.to for row in OutboxMessage.objects.all()] == [[person.email]]


def test_a_mailbox_cannot_be_flooded(client, person):
    answers = [client.post(AGAIN, {"uid": uid(person)}).status_code for _ in range(7)]
    assert answers == [302] * 5 + [429] * 2


@pytest.mark.parametrize("written", ["0{}", "00{}", "+{}", " {}", "{} "])
def test_another_spelling_of_the_user_s_number_gets_nothing(client, person, written):
    spelled = urlsafe_base64_encode(written.format(person.pk).encode())
    assert client.post(AGAIN, {"uid": spelled}).status_code == 302
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("added", ["=", "!", "\n"])
def test_another_spelling_of_the_encoding_gets_nothing(client, person, added):
    client.post(AGAIN, {"uid": uid(person) + added})
    assert not OutboxMessage.objects.exists()


def test_asking_is_by_post(client, person):
    client.get(AGAIN, {"uid": uid(person)})
    assert not OutboxMessage.objects.exists()
