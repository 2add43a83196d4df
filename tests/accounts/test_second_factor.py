"""The second factor's pages, taking one away, and a browser that the portal does not know."""

import json
import re
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import call_command
from django.test import Client

from accounts.models import AuditEvent, PrivacyNotice
from accounts.services import accept_notice
from facturamos.models import OutboxMessage
from tests import factories
from tests.accounts.people import enrol, forget_proof, kinds, post_password, walk_in
from tests.codes import STEP, code

USERS = "/admin/accounts/user/"
# As a browser made it, for an address that never existed; nothing in it is secret.
PASSKEY = json.loads(Path(__file__).with_name("passkey.json").read_text())


@pytest.fixture
def admin(signed_in, db):
    return signed_in(factories.make_user(is_staff=True, is_superuser=True))


class TestPages:
    """Mi cuenta."""

    def test_it_is_offered_to_customers_and_to_distributors_people(self, user, signed_in):
        agent = factories.make_user(distributor=factories.make_distributor())
        accept_notice(user=agent, notice_id=PrivacyNotice.objects.get().pk)
        for person in (user, agent):
            page = signed_in(person).get("/cuenta/").content.decode()
            for words in ("Cambiar contraseña", "Activar la aplicación", "Ver mis sesiones"):
                assert words in page
        assert 'href="/cuenta/"' in signed_in(user).get("/panel/").content.decode()

    def test_a_wrong_code_does_not_enrol(self, user, signed_in):
        client = signed_in(user)
        client.get("/cuenta/2fa/aplicacion/")
        page = client.post("/cuenta/2fa/aplicacion/", {"code": "000000"}).content.decode()
        assert "El código no es correcto" in page
        assert "<title>Error:" in page
        assert kinds(user) == set()

    def test_recovery_codes_are_shown_for_ten_minutes_and_never_again(self, user, signed_in):
        codes = enrol(user)
        client = signed_in(user)
        for _ in range(2):
            page = client.get("/cuenta/2fa/codigos/").content.decode()
            assert all(each in page for each in codes)
        file = client.get("/cuenta/2fa/codigos/descargar/")
        assert file.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert "attachment" in file.headers["Content-Disposition"]
        assert all(each in file.content.decode() for each in codes)
        row = Authenticator.objects.get(type="recovery_codes")
        row.data["viewed_at"] -= 601
        row.save()
        page = client.get("/cuenta/2fa/codigos/").content.decode()
        assert not any(each in page for each in codes)
        assert "10 códigos" in page
        assert client.get("/cuenta/2fa/codigos/descargar/").status_code == 403

    def test_who_has_no_recovery_codes_is_offered_some(self, user, signed_in):
        enrol(user)
        client = signed_in(user)
        assert "Hacer los códigos" not in client.get("/cuenta/").content.decode()
        Authenticator.objects.filter(type="recovery_codes").delete()
        assert "Hacer los códigos" in client.get("/cuenta/").content.decode()
        page = client.post("/cuenta/2fa/codigos/nuevos/", follow=True)
        assert len(page.context["codes"]) == 10

    def test_new_recovery_codes_end_the_former(self, user, signed_in):
        first, *_ = enrol(user)
        signed_in(user).post("/cuenta/2fa/codigos/nuevos/")
        client = Client()
        post_password(client, user)
        assert client.post("/ingresar/codigo/", {"code": first}).status_code == 200

    @pytest.mark.parametrize(
        "credential", ["", "x", "5", "[]", "{}", '"x"', '{"id": 5}', "null", '{"response": {}}']
    )
    @pytest.mark.parametrize("page", ["/cuenta/2fa/llave/", "/cuenta/confirmar/llave/"])
    def test_nonsense_for_a_passkey_is_refused(self, user, signed_in, credential, page):
        Authenticator.objects.create(user=user, type="webauthn", data=PASSKEY)
        client = signed_in(user)
        client.raise_request_exception = False
        answer = client.post(page, {"name": "x", "credential": credential})
        assert answer.status_code == 200
        assert 'role="alert"' in answer.content.decode().partition("session-clock")[0]
        assert Authenticator.objects.count() == 1

    def test_nobody_removes_anothers_passkey(self, user, outsider, signed_in):
        row = Authenticator.objects.create(user=outsider, type="webauthn", data=PASSKEY)
        for method in ("get", "post"):
            answer = getattr(signed_in(user), method)(f"/cuenta/2fa/llave/{row.pk}/quitar/")
            assert answer.status_code == 404
        assert Authenticator.objects.exists()


class TestTakingAway:
    """A lost telephone."""

    def take(self, client, person, **fields):
        data = {"action": "take_second_factor_away", "_selected_action": [person.pk], **fields}
        return client.post(USERS, data, follow=True)

    def test_an_administrator_does_it_with_a_reason_that_its_owner_reads(self, admin, cxc):
        enrol(cxc)
        theirs = walk_in(cxc, code())
        page = self.take(admin, cxc).content.decode()
        assert "Hágalo solo si" in page
        assert kinds(cxc) == {"totp", "recovery_codes"}
        assert "Escriba el motivo" in self.take(admin, cxc, confirmed="1").content.decode()
        self.take(admin, cxc, confirmed="1", reason="Perdió su teléfono")
        assert kinds(cxc) == set()
        assert theirs.get("/admin/").status_code == 302
        event = AuditEvent.objects.get(action="second_factor.taken_away")
        assert (event.target, event.data) == (str(cxc), {"reason": "Perdió su teléfono"})
        letter = OutboxMessage.objects.get(key__startswith="second-factor-taken-away")
        assert letter.to == [cxc.email]
        assert "Motivo: Perdió su teléfono" in letter.text
        assert walk_in(cxc).get("/admin/").headers["Location"] == "/cuenta/2fa/aplicacion/"

    def test_never_ones_own(self, signed_in, db):
        chief = factories.make_user(is_staff=True, is_superuser=True)
        enrol(chief)
        page = self.take(signed_in(chief), chief, confirmed="1", reason="x").content.decode()
        assert "El suyo no se quita aquí" in page
        assert kinds(chief) == {"totp", "recovery_codes"}

    def test_who_has_none_is_told(self, admin, cxc):
        page = self.take(admin, cxc, confirmed="1", reason="x").content.decode()
        assert "no tenía segundo factor" in page

    def test_only_administrators(self, signed_in, cxc, user):
        enrol(user)
        self.take(signed_in(cxc), user, confirmed="1", reason="x")
        assert kinds(user) == {"totp", "recovery_codes"}

    def test_the_admin_shows_no_secrets(self, admin):
        for model in ("mfa/authenticator", "usersessions/usersession"):
            assert admin.get(f"/admin/{model}/").status_code == 404


class TestUnknownBrowser:
    """CODE_ON_UNKNOWN_BROWSER."""

    @pytest.fixture(autouse=True)
    def _on(self, settings):
        settings.ACCOUNT_LOGIN_BY_CODE_REQUIRED = {"password"}
        settings.ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED = True

    def mailed(self) -> str:
        return re.findall(r"^\S{6,9}$", str(mail.outbox[-1].body), re.MULTILINE)[0]

    def walk(self, user, answer: str) -> Client:
        client = Client()
        assert post_password(client, user).headers["Location"] == "/ingresar/correo/"
        assert "No conocemos este navegador" in client.get("/ingresar/correo/").content.decode()
        client.post("/ingresar/correo/", {"code": self.mailed()})
        assert "¿Es este su equipo?" in client.get("/ingresar/recordar/").content.decode()
        client.post("/ingresar/recordar/", {"action": answer})
        assert client.get("/panel/").status_code == 200
        client.post("/salir/")
        return client

    def test_a_browser_that_is_said_to_be_ones_own_is_asked_once(self, user):
        client = self.walk(user, "trust")
        assert client.cookies["mfa_trusted"]["max-age"] == 365 * 24 * 3600
        assert post_password(client, user).headers["Location"] == "/inicio/"

    def test_another_is_asked_each_time(self, user):
        client = self.walk(user, "skip")
        assert post_password(client, user).headers["Location"] == "/ingresar/correo/"

    def test_a_second_factor_is_asked_for_instead_and_no_cookie_stands_in_for_it(self, user):
        client = self.walk(user, "trust")
        enrol(user)
        assert post_password(client, user).headers["Location"] == "/ingresar/codigo/"

    def test_who_has_no_address_gets_in(self, user):
        user.email = ""
        user.save()
        assert post_password(Client(), user).headers["Location"] == "/inicio/"


def test_it_is_off_unless_it_is_turned_on(settings):
    assert settings.ACCOUNT_LOGIN_BY_CODE_REQUIRED is False


def test_the_demo_s_staff_have_a_code_that_works(capsys, db):
    call_command("demo")
    call_command("demo")
    capsys.readouterr()
    for _ in range(2):  # a code may grow old between printing and typing
        call_command("demo_code")
        printed = capsys.readouterr().out.strip()
        if printed == code():
            break
    client = Client()
    client.post("/ingresar/", {"login": "cxc", "password": "facturamos-demo"})
    client.post("/ingresar/codigo/", {"code": printed})
    assert client.get("/admin/").status_code == 200
    assert STEP == 30


def test_proof_grows_old(user, signed_in):
    enrol(user)
    client = forget_proof(signed_in(user))
    assert client.get("/cuenta/2fa/llave/").headers["Location"].startswith("/cuenta/confirmar/")
