"""Part A of the checklist in docs/security.md, to A12: each test bears the number of its line."""

import re
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings as real_settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from facturamos.models import OutboxMessage
from tests.accounts.people import (
    NEW,
    PASSWORD,
    change,
    enrol,
    post_password,
    reset_link,
    use,
    walk_in,
)
from tests.live import running_portal


def test_A1_twelve_characters_at_least(user, signed_in):
    assert "12" in change(signed_in(user), "once letras").content.decode()
    assert change(signed_in(user), "doce letras.").status_code == 302


def test_A2_common_passwords_are_refused(user, signed_in):
    common = next(word for word in CommonPasswordValidator().passwords if len(word) >= 12)
    page = change(signed_in(user), common).content.decode()
    assert "es muy común" in page


def test_A3_anything_goes_up_to_128_characters_at_least(user, signed_in):
    long = (" ñandú 🦩 " * 20)[:127] + " "
    assert change(signed_in(user), long).status_code == 302
    for other in (long.strip(), long[:127], long[:64]):
        assert post_password(Client(), user, other).status_code == 200
    assert post_password(Client(), user, long).status_code == 302


@pytest.mark.parametrize("word", ["facturamos2026!", "F a c t u r a m o s x", "SistemasPERSEO9"])
def test_A4_the_companys_names_are_refused(user, signed_in, word):
    assert "No use el nombre de la empresa" in change(signed_in(user), word).content.decode()


def test_A5_managers_of_passwords_find_their_fields(user, signed_in):
    client = signed_in(user)
    link = Client()
    pages = {
        "current-password": [Client().get("/ingresar/"), client.get("/cuenta/confirmar/")],
        "new-password": [
            client.get("/contrasena/"), link.get(reset_link(user.email), follow=True)
        ],
    }  # fmt: skip
    for token, answers in pages.items():
        for answer in answers:
            fields = re.findall(r'<input type="password"[^>]*>', answer.content.decode())
            assert any(f'autocomplete="{token}"' in field for field in fields)
            for field in fields:
                assert "autocomplete=" in field
                assert "maxlength" not in field
                assert "onpaste" not in field
    assert 'autocomplete="username"' in pages["current-password"][0].content.decode()


def test_A6_changing_the_password_needs_the_current_one(user, signed_in):
    assert "Hay un problema" in change(signed_in(user), NEW, old="no es").content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_A7_a_mailed_code_is_good_once_and_not_for_long(user, settings, now):
    settings.ACCOUNT_LOGIN_BY_CODE_REQUIRED = {"password"}
    client = Client()
    assert post_password(client, user).headers["Location"] == "/ingresar/correo/"
    mailed = re.findall(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b|\b[A-Z0-9]{6}\b", str(mail.outbox[-1].body))
    assert client.post("/ingresar/correo/", {"code": mailed[0]}).status_code == 302
    assert client.get("/panel/").status_code == 200
    again = Client()
    post_password(again, user)
    assert again.post("/ingresar/correo/", {"code": mailed[0]}).status_code == 200
    late = re.findall(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b|\b[A-Z0-9]{6}\b", str(mail.outbox[-1].body))
    now.seconds += 16 * 60
    again.post("/ingresar/correo/", {"code": late[0]})
    assert again.get("/panel/").headers["Location"].startswith("/ingresar/")


class TestA8:
    """The link that chooses a password anew."""

    def test_A8_it_is_good_once_and_for_an_hour(self, user, settings):
        assert real_settings.PASSWORD_RESET_TIMEOUT == 3600
        link = reset_link(user.email)
        assert use(link).status_code == 302
        assert "ya no sirve" in use(link, "una tercera frase").content.decode()
        link = reset_link(user.email)
        settings.PASSWORD_RESET_TIMEOUT = -1
        assert "ya no sirve" in use(link).content.decode()

    def test_A8_it_dies_when_the_password_changes_or_its_owner_signs_in(self, user, signed_in):
        link = reset_link(user.email)
        walk_in(user)
        assert "ya no sirve" in use(link).content.decode()
        link = reset_link(user.email)
        change(signed_in(user), NEW)
        assert "ya no sirve" in use(link, "una tercera frase").content.decode()

    def test_A8_it_neither_signs_in_nor_passes_by_the_second_factor(self, cxc):
        enrol(cxc)
        assert use(reset_link(cxc.email)).headers["Location"] == "/contrasena/nueva/lista/"
        client = Client()
        assert post_password(client, cxc, NEW).headers["Location"] == "/ingresar/codigo/"
        assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    ("application", "most"), [("facturamos.wsgi", 5), ("tests.security.unlimited", 100)]
)
def test_A9_of_100_wrong_passwords_at_once_at_most_5_are_checked(
    tmp_path, ready, monkeypatch, application, most
):
    monkeypatch.setenv("TRUSTED_PROXY_COUNT", "1")  # each attempt comes from an address of its own
    with running_portal(tmp_path, ready, application) as portal:
        with urllib.request.urlopen(f"{portal.url}/ingresar/") as page:  # noqa: S310
            cookie = page.headers["Set-Cookie"].partition(";")[0]
            token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())[0]

        def attempt(number: int) -> int:
            fields = {"login": "cliente", "password": f"no es {number}"}
            request = urllib.request.Request(  # noqa: S310 (our own server)
                f"{portal.url}/ingresar/",
                urllib.parse.urlencode(fields | {"csrfmiddlewaretoken": token}).encode(),
                {"Cookie": cookie, "X-Forwarded-For": f"198.51.100.{number}"},
            )
            with urllib.request.urlopen(request) as answer:  # noqa: S310
                return answer.status

        with ThreadPoolExecutor(100) as pool:
            assert set(pool.map(attempt, range(100))) == {200}
        checked = portal.manage(
            "shell",
            "-c",
            "from accounts.models import AuditEvent as A\n"
            "print('checked', A.objects.filter(action='user.wrong_password').count())",
        )
    found = int(re.findall(r"checked (\d+)", checked)[0])
    assert found <= most
    assert found > (5 if most > 5 else 0)


class TestA10:
    """Too many wrong passwords."""

    def test_A10_the_account_waits_five_minutes_and_no_longer(self, user, now):
        for _ in range(5):
            post_password(Client(), user, "no es esta")
        assert "demasiados intentos" in post_password(Client(), user).content.decode()
        now.seconds += 200
        assert "demasiados intentos" in post_password(Client(), user).content.decode()
        now.seconds += 101  # those in between did not prolong it
        assert post_password(Client(), user).status_code == 302

    def test_A10_an_address_waits_for_a_minute_whatever_accounts_it_tries(self, user, now):
        here, elsewhere = Client(REMOTE_ADDR="192.0.2.7"), Client(REMOTE_ADDR="192.0.2.8")
        for number in range(10):
            here.post("/ingresar/", {"login": f"nadie{number}", "password": "no"})
        assert "demasiados intentos" in post_password(here, user).content.decode()
        assert post_password(elsewhere, user).status_code == 302
        now.seconds += 61
        assert post_password(here, user).status_code == 302

    def test_A10_whoever_is_locked_out_gets_in_with_a_new_password(self, user):
        for _ in range(6):
            post_password(Client(), user, "no es esta")
        use(reset_link(user.email))
        assert post_password(Client(), user, NEW).status_code == 302


class TestA11:
    """Nobody learns from outside who has an account."""

    def masked(self, answer, *shown) -> str:
        text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
        for each in shown:
            text = text.replace(each, "…")
        return text

    def work(self, act) -> list[str]:
        """What the database was asked, without the values."""
        with CaptureQueriesContext(
            connection,
        ) as asked:
            act()
        statements = [query["sql"] for query in asked]
        return [
            re.sub(r"(?s)^(SELECT|INSERT INTO|UPDATE|DELETE FROM).*?\"(\w+)\".*", r"\1 \2", sql)
            for sql in statements
            if sql.startswith(("SELECT", "INSERT", "UPDATE", "DELETE"))
        ]

    def test_A11_signing_in(self, user):
        wrong = post_password(Client(), user, "no es esta")
        unknown = Client().post("/ingresar/", {"login": "nadie", "password": "no es esta"})
        assert wrong.status_code == unknown.status_code == 200
        assert self.masked(wrong, user.username) == self.masked(unknown, "nadie")

    def test_A11_a_forgotten_password(self, user, settings):
        settings.EMAIL_BACKEND = "facturamos.mail.OutboxBackend"
        answers, work = [], []
        for email in (user.email, "nadie@example.com"):

            def ask(email=email):
                page = Client().post("/contrasena/olvidada/", {"email": email}, follow=True)
                answers.append((page.status_code, page.redirect_chain, self.masked(page, email)))

            work.append([one for one in self.work(ask) if "outbox" in one or "audit" in one])
        assert answers[0] == answers[1]
        assert work[0] == work[1] != []
        assert [row.to for row in OutboxMessage.objects.all()] == [[user.email]]

    def test_A11_another_link_of_welcome(self, user):
        answers = []
        for uid in ("MQ", "OTk5OTk5"):
            page = Client().post("/contrasena/bienvenida/otra/", {"uid": uid}, follow=True)
            answers.append((page.status_code, page.redirect_chain, self.masked(page)))
        assert answers[0] == answers[1]


def test_A12_there_are_no_accounts_to_begin_with(db, settings):
    assert not User.objects.exists()
    settings.PRODUCTION = True
    for command in ("demo", "demo_code"):
        with pytest.raises(CommandError):
            call_command(command)
    assert not User.objects.exists()
