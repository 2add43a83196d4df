"""Lines A13 to A16 of the checklist in docs/security.md: the second factor."""

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from accounts.models import AuditEvent
from tests import factories
from tests.accounts.people import NEW, PASSWORD, change, enrol, forget_proof, post_password, walk_in
from tests.codes import DEMO_SECRET, code


class TestA13:
    """Staff, and their second factor; that every page asks for it, `test_doors.py` tries."""

    @pytest.fixture
    def halfway(self, cxc):
        """A session with the password only."""
        return walk_in(cxc)

    def test_A13_a_session_from_before_is_asked_for_the_code(self, halfway, cxc):
        enrol(cxc)
        for page in ("/admin/", "/cuenta/2fa/aplicacion/", "/cuenta/2fa/llave/"):
            assert halfway.get(page).headers["Location"] == "/cuenta/confirmar/codigo/"
        answer = halfway.post("/cuenta/confirmar/codigo/", {"code": code()})
        assert answer.status_code == 302
        assert halfway.get("/admin/").status_code == 200

    def test_A13_enrolling_opens_the_desk_and_the_next_time_asks(self, halfway, cxc, now):
        page = halfway.get("/cuenta/2fa/aplicacion/")
        secret = page.context["form"].secret
        answer = halfway.post("/cuenta/2fa/aplicacion/", {"code": code(secret)})
        assert answer.headers["Location"] == "/cuenta/2fa/codigos/"
        assert halfway.get("/admin/").status_code == 200
        client = Client()
        assert post_password(client, cxc).headers["Location"] == "/ingresar/codigo/"
        assert client.get("/admin/").status_code == 302
        used_up = client.post("/ingresar/codigo/", {"code": code(secret)})
        assert "El código no es correcto" in used_up.content.decode()
        now.seconds += 30
        client.post("/ingresar/codigo/", {"code": code(secret)})
        assert client.get("/admin/").status_code == 200

    def test_A13_who_removes_the_last_one_enrols_again(self, signed_in, cxc):
        enrol(cxc)
        client = signed_in(cxc)
        client.post("/cuenta/2fa/aplicacion/quitar/")
        assert not Authenticator.objects.exists()
        assert client.get("/admin/").headers["Location"] == "/cuenta/2fa/aplicacion/"

    def test_A13_customers_are_not_asked(self, user):
        assert walk_in(user).get("/panel/").status_code == 200


class TestA14:
    """Codes, and how they are kept."""

    def test_A14_a_code_is_good_once_and_only_in_its_thirty_seconds(self, cxc, now):
        enrol(cxc)
        client = Client()
        post_password(client, cxc)
        for wrong in (code(steps=-1), code(steps=1)):
            assert client.post("/ingresar/codigo/", {"code": wrong}).status_code == 200
        good = code()
        assert client.post("/ingresar/codigo/", {"code": good}).status_code == 302
        again = Client()
        post_password(again, cxc)
        assert again.post("/ingresar/codigo/", {"code": good}).status_code == 200

    def test_A14_a_recovery_code_is_good_once(self, cxc):
        first, *_ = enrol(cxc)
        assert walk_in(cxc, first).get("/admin/").status_code == 200
        again = Client()
        post_password(again, cxc)
        assert again.post("/ingresar/codigo/", {"code": first}).status_code == 200

    def test_A14_codes_can_be_tried_five_times(self, cxc):
        enrol(cxc)
        client = Client()
        post_password(client, cxc)
        for _ in range(5):
            client.post("/ingresar/codigo/", {"code": "000000"})
        page = client.post("/ingresar/codigo/", {"code": code()})
        assert "demasiados intentos" in page.content.decode()

    def test_A14_nothing_in_the_database_gives_a_code(self, cxc):
        codes = enrol(cxc)
        kept = str(list(Authenticator.objects.values_list("data", flat=True)))
        assert DEMO_SECRET not in kept
        assert not any(each in kept for each in codes)
        totp = Authenticator.objects.get(type=Authenticator.Type.TOTP)
        assert totp.data["secret"].startswith("gAAAA")

    def test_A14_a_new_key_keeps_the_second_factors(self, cxc, settings):
        first, *_ = enrol(cxc)
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "k" * 60
        call_command("encrypt_second_factors")
        settings.SECRET_KEY_FALLBACKS = []
        assert walk_in(cxc, first).get("/admin/").status_code == 200

    def test_A14_a_lost_key_is_told(self, cxc, settings):
        enrol(cxc)
        settings.SECRET_KEY = "k" * 60
        client = Client()
        post_password(client, cxc)
        page = client.post("/ingresar/codigo/", {"code": code()}).content.decode()
        assert "No se pudo leer su segundo factor" in page


def test_A15_changing_the_way_in_asks_again_after_fifteen_minutes(user, cxc, signed_in):
    enrol(user)
    client = forget_proof(signed_in(user))
    for page in (
        "/cuenta/2fa/aplicacion/quitar/", "/cuenta/2fa/llave/", "/cuenta/2fa/codigos/",
        "/cuenta/2fa/codigos/nuevos/", "/cuenta/2fa/codigos/descargar/",
    ):  # fmt: skip
        for method in ("get", "post"):
            answer = getattr(client, method)(page)
            assert answer.headers["Location"].startswith("/cuenta/confirmar/"), page
    client.post("/cuenta/confirmar/?next=/cuenta/2fa/codigos/", {"password": PASSWORD})
    assert client.get("/cuenta/2fa/codigos/").status_code == 200


class TestA16:
    """Whoever's way in changes hears of it."""

    @pytest.fixture
    def immediate_commits(self, monkeypatch):
        """A test's transaction is never committed, so what follows the commit follows at once."""
        monkeypatch.setattr(transaction, "on_commit", lambda act, **_: act())

    def test_A16_password_second_factor_and_recovery_codes(
        self, user, signed_in, immediate_commits
    ):
        client = signed_in(user)
        secret = client.get("/cuenta/2fa/aplicacion/").context["form"].secret
        client.post("/cuenta/2fa/aplicacion/", {"code": code(secret)})
        client.post("/cuenta/2fa/codigos/nuevos/")
        client.post("/cuenta/2fa/aplicacion/quitar/")
        change(client, NEW)
        assert {str(message.subject) for message in mail.outbox} == {
            "Activó el segundo factor de Facturamos",
            "Generó códigos de recuperación de Facturamos",
            "Quitó la aplicación de códigos de Facturamos",
            "Cambió su contraseña de Facturamos",
        }
        for message in mail.outbox:
            assert message.to == [user.email]
            assert user.username in message.body
            assert "Si no fue usted" in message.body
            assert "Si no fue usted" in message.alternatives[0][0]

    def test_A16_the_audit_tells_too(self, user):
        walk_in(user)
        post_password(Client(), user, "no es esta")
        Client().post("/ingresar/", {"login": "mi contraseña", "password": "x"})
        told = list(
            AuditEvent.objects.exclude(action__startswith="privacy")
            .order_by("pk")
            .values_list("action", "target", "data")
        )
        assert told == [
            ("user.signed_in", str(user), {"methods": ["contraseña"]}),
            ("user.wrong_password", str(user), {}),
            ("user.wrong_password", "un usuario que no existe", {}),
        ]
        assert factories.User.objects.count() == 1
