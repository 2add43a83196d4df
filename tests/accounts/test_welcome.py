"""The welcome mail: a link to choose the first password, once."""

import re
import time
from html import unescape

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils.http import urlsafe_base64_encode

from accounts.models import AuditEvent
from accounts.services import choose_first_password, send_welcome
from accounts.tokens import welcome_tokens
from facturamos.mail import send_due
from facturamos.models import OutboxMessage
from tests import factories

pytestmark = pytest.mark.django_db

PASSWORD = "una frase de bienvenida"
AGAIN = "/contrasena/bienvenida/otra/"


@pytest.fixture
def admin():
    return factories.make_user(is_staff=True, is_superuser=True)


@pytest.fixture
def person():
    """Somebody new, without a password."""
    person = factories.make_user(
        factories.make_customer(), first_name="Ana", last_name="Peña & D'Ángel", password=None
    )
    assert not person.has_usable_password()
    return person


@pytest.fixture
def after(monkeypatch):
    """Makes every link so many hours older."""

    def hours(count: float) -> None:
        now = time.time
        monkeypatch.setattr(time, "time", lambda: now() + count * 3600)

    return hours


def link_of(person, by=None) -> str:
    """The path in the newest welcome mail, which is sent first."""
    assert send_welcome(user=person, by=by)
    return path_of(OutboxMessage.objects.filter(to__0=person.email).latest("pk"))


def path_of(row: OutboxMessage) -> str:
    return re.findall(r"http://127.0.0.1:8000(/contrasena/bienvenida/\S+)", row.text)[0]


def open_link(client, path: str):
    """The page behind the link, and where it came to stand."""
    page = client.get(path, follow=True)
    return page, page.redirect_chain[-1][0] if page.redirect_chain else path


def choose(client, path: str, password: str = PASSWORD):
    _, where = open_link(client, path)
    return client.post(where, {"new_password1": password, "new_password2": password})


# --- The mail ------------------------------------------------------------------------------


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


def test_no_password_is_in_the_mail(person):
    link_of(person)
    row = OutboxMessage.objects.get()
    person.refresh_from_db()
    assert person.password not in row.text + row.html
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


# --- The link ------------------------------------------------------------------------------


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
@pytest.mark.parametrize("uid", ["MQ", "x", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "ñ"])
def test_an_invented_link_opens_nothing(client, person, uid, token):
    page = client.get(reverse("account_welcome", args=[uid, token]))
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


# --- Another link --------------------------------------------------------------------------


def form_of(page: str) -> dict[str, str]:
    return {"uid": re.findall(r'name="uid" value="([^"]*)"', page)[0]}


def test_whoever_comes_too_late_asks_for_another_and_gets_it(client, person, after):
    path = link_of(person)
    OutboxMessage.objects.all().delete()
    after(73)
    page, _ = open_link(client, path)
    answer = client.post(AGAIN, form_of(page.content.decode()), follow=True)
    assert "Revise su correo" in answer.content.decode()
    row = OutboxMessage.objects.get()
    assert row.to == [person.email]
    assert choose(client, path_of(row)).headers["Location"] == "/contrasena/nueva/lista/"


def test_the_answer_is_the_same_whoever_it_was(client, person):
    used = factories.make_user()
    client.force_login(used)  # so they have signed in
    uids = [uid(person), uid(used), "OTk5OTk5", "", "ñ\x00"]
    answers = [Client().post(AGAIN, {"uid": uid}) for uid in uids]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {
        (302, AGAIN)
    }
    assert [row.to for row in OutboxMessage.objects.all()] == [[person.email]]


def uid(person) -> str:
    return urlsafe_base64_encode(str(person.pk).encode())


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


# --- In the admin --------------------------------------------------------------------------


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
        signed_in(cxc).post(
            "/admin/accounts/user/",
            {"action": "send_welcome", "_selected_action": [person.pk]},
        )
        assert not OutboxMessage.objects.exists()


# --- When a password changes ---------------------------------------------------------------


class TestNotices:
    """Whoever's password changes hears of it."""

    @pytest.fixture(autouse=True)
    def _outbox(self, settings):
        settings.EMAIL_BACKEND = "facturamos.mail.OutboxBackend"

    def check(self, person, subject: str, sentence: str) -> None:
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

    def test_changed(self, user, signed_in):
        client = signed_in(user)
        page = client.post(
            "/contrasena/",
            {
                "oldpassword": "una frase de prueba",
                "password1": PASSWORD,
                "password2": PASSWORD,
            },
        )
        assert page.status_code == 302
        self.check(user, "Cambió su contraseña de Facturamos", "Cambió la contraseña de su usuario")

    def test_chosen_anew_by_mail(self, client, user):
        client.post("/contrasena/olvidada/", {"email": user.email})
        row = OutboxMessage.objects.get()
        assert row.subject == "Elija su contraseña nueva de Facturamos"
        (link,) = re.findall(r"http://\S+/contrasena/nueva/\S+", row.text)
        assert f'href="{link}"' in row.html
        send_due()
        row.refresh_from_db()
        assert (row.state, row.text, row.html) == ("sent", "", ""), "the link is not kept"
        page = client.get(link, follow=True)
        fields = {"password1": PASSWORD, "password2": PASSWORD}
        client.post(page.redirect_chain[-1][0], fields)
        self.check(
            user, "Eligió su contraseña nueva de Facturamos", "Se eligió una contraseña nueva"
        )

    def test_set_by_an_administrator(self, admin, user, signed_in):
        signed_in(admin).post(
            f"/admin/accounts/user/{user.pk}/password/",
            {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD},
        )
        self.check(user, "Cambió su contraseña de Facturamos", "Cambió la contraseña de su usuario")

    def test_a_refused_change_is_no_news(self, user, signed_in):
        fields = {"oldpassword": "no es", "password1": PASSWORD, "password2": PASSWORD}
        signed_in(user).post("/contrasena/", fields)
        assert not OutboxMessage.objects.exists()
