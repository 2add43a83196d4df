"""Part S of the checklist in docs/security.md: each test bears the number of its line."""

import re
from datetime import UTC, datetime

from allauth.usersessions.models import UserSession
from django.conf import settings as real_settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts import sessions
from accounts.models import AuditEvent
from tests import factories
from tests.accounts.people import PASSWORD, enrol, post_password, walk_in
from tests.codes import code

SIGN_IN = "/ingresar/"


def is_in(client, page="/panel/") -> bool:
    return client.get(page).status_code == 200


def test_S1_the_session_s_id_changes_at_sign_in(user):
    client = Client()
    client.get("/ingresar/?next=/panel/")
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = planted = session.session_key
    post_password(client, user)
    assert client.cookies["sessionid"].value != planted
    client.cookies["sessionid"] = planted
    assert not is_in(client)


def test_S2_a_session_that_was_ended_opens_nothing(user):
    client = walk_in(user)
    kept = client.cookies["sessionid"].value
    client.post("/salir/")
    client.cookies["sessionid"] = kept
    assert client.get("/panel/").headers["Location"].startswith(SIGN_IN)
    assert not Session.objects.filter(pk=kept).exists()


def test_S3_who_is_no_longer_active_is_out_at_the_next_request(user):
    client = walk_in(user)
    assert is_in(client)
    user.is_active = False
    user.save()
    assert client.get("/panel/").headers["Location"].startswith(SIGN_IN)


class TestS4:
    """A new password."""

    def test_S4_changing_it_ends_the_other_sessions(self, user):
        here, elsewhere = walk_in(user), walk_in(user)
        new = "otra frase de prueba"
        here.post("/contrasena/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
        assert is_in(here)
        assert not is_in(elsewhere)

    def test_S4_so_does_one_that_an_administrator_sets(self, user, signed_in):
        elsewhere = walk_in(user)
        admin = signed_in(factories.make_user(is_staff=True, is_superuser=True))
        new = "otra frase de prueba"
        data = {"password1": new, "password2": new, "usable_password": "true"}
        assert admin.post(f"/admin/accounts/user/{user.pk}/password/", data).status_code == 302
        assert not is_in(elsewhere)


class TestS5:
    """A session that rests ends, and no session outlives its day."""

    def test_S5_customers_after_an_hour_staff_after_half(self, user, cxc, now):
        enrol(cxc)
        customer, staff = walk_in(user), walk_in(cxc, code())
        now.seconds += 30 * 60 - 1
        assert is_in(customer)
        assert is_in(staff, "/admin/")
        now.seconds += 30 * 60
        assert is_in(customer)
        assert not is_in(staff, "/admin/")
        now.seconds += 60 * 60
        answer = customer.get("/panel/", follow=True)
        assert answer.redirect_chain[0][0].startswith(SIGN_IN)
        assert "Su sesión terminó por seguridad" in answer.content.decode()

    def test_S5_after_twelve_hours_in_any_case(self, user, now):
        client = walk_in(user)
        for _ in range(23):
            now.seconds += 30 * 60
            assert is_in(client)
        now.seconds += 31 * 60
        assert not is_in(client)

    def test_S5_a_session_in_use_is_written_once_a_minute(
        self, user, now, django_assert_num_queries
    ):
        client = walk_in(user)
        client.get("/cuenta/")

        def writes() -> int:
            before = Session.objects.get(pk=client.session.session_key).session_data
            client.get("/cuenta/")
            return Session.objects.get(pk=client.session.session_key).session_data != before

        now.seconds += 59
        assert not writes()
        now.seconds += 1
        assert writes()

    def test_S5_the_page_says_when_and_a_post_extends_it(self, user, now):
        client = walk_in(user)
        page = client.get("/cuenta/").content.decode()
        clock = page.partition('class="session-clock"')[2]
        told = re.search(
            r"termina en 60 minutos sin usarla \(a las <strong data-end>([^<]+)</strong>\)", clock
        )
        ends = timezone.localtime(datetime.fromtimestamp(now.seconds + 3600, UTC))
        assert told
        assert told[1] == f"{ends:%H:%M}, hora de Ciudad Juárez"
        assert 'data-seconds="3600"' in page
        now.seconds += 3500
        assert client.get("/cuenta/sesion/").json()["seconds"] == 100  # asking is not using
        told = client.post("/cuenta/sesion/").json()
        ends = timezone.localtime(datetime.fromtimestamp(now.seconds + 3600, UTC))
        assert (told["seconds"], told["at"], told["user"]) == (
            3600,
            f"{ends:%H:%M}, hora de Ciudad Juárez",
            user.pk,
        )
        now.seconds += 3500
        assert is_in(client)

    def test_S5_a_page_that_was_left_open_gets_the_token_of_a_later_sign_in(self, user):
        """What the script asks for when somebody comes back from signing in in another tab."""
        client = walk_in(user)
        client.handler.enforce_csrf_checks = True
        old = client.get("/cuenta/sesion/").json()["token"]
        client.cookies["csrftoken"] = "x" * 32
        refused = client.post(
            "/contrasena/",
            {"csrfmiddlewaretoken": old},
            headers={"Referer": "http://testserver/contrasena/?a=1"},
        )
        assert refused.status_code == 403
        assert 'href="http://testserver/contrasena/?a=1"' in refused.content.decode()
        fresh = client.get("/cuenta/sesion/").json()["token"]
        assert fresh != "x" * 32  # masked, as in any form
        assert client.post("/contrasena/", {"csrfmiddlewaretoken": fresh}).status_code == 200

    def test_S5_what_came_from_elsewhere_is_not_led_back_there(self, user):
        client = walk_in(user)
        client.handler.enforce_csrf_checks = True
        refused = client.post("/contrasena/", headers={"Referer": "https://evil.test/x"})
        assert refused.status_code == 403
        assert "evil.test" not in refused.content.decode()

    def test_S5_the_desk_s_pages_say_it_too(self, cxc, signed_in):
        page = signed_in(cxc).get("/admin/").content.decode()
        assert "su sesión termina en 30 minutos sin usarla" in page
        assert "js/session.js" in page


class TestS6:
    """Where one is signed in."""

    def test_S6_a_person_sees_their_sessions_and_ends_them(self, user, outsider):
        firefox = "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"
        here, there = walk_in(user), walk_in(user, headers={"User-Agent": firefox})
        walk_in(outsider)
        page = here.get("/cuenta/sesiones/").content.decode()
        assert page.count("Entró el") == 2
        assert "Firefox en Windows" in page
        chosen = UserSession.objects.get(user_agent=firefox).pk
        here.post("/cuenta/sesiones/", {"session": chosen})
        assert not is_in(there)
        assert is_in(here)

    def test_S6_all_the_others_at_once(self, user):
        here, *others = walk_in(user), walk_in(user), walk_in(user)
        here.post("/cuenta/sesiones/")
        assert is_in(here)
        assert not any(is_in(other) for other in others)
        event = AuditEvent.objects.get(action="session.ended")
        assert event.data == {"sessions": 2}

    def test_S6_nobody_ends_anothers(self, user, outsider):
        theirs, mine = walk_in(outsider), walk_in(user)
        row = UserSession.objects.get(user=outsider)
        for chosen in (row.pk, "x", "9" * 30):
            answer = mine.post("/cuenta/sesiones/", {"session": chosen})
            assert answer.status_code == 404
        assert is_in(theirs)

    def test_S6_administrators_end_anyones(self, user, cxc, signed_in):
        theirs = walk_in(user)
        data = {"action": "end_sessions", "_selected_action": [user.pk]}
        signed_in(cxc).post("/admin/accounts/user/", data)
        assert is_in(theirs)
        admin = factories.make_user(is_staff=True, is_superuser=True)
        signed_in(admin).post("/admin/accounts/user/", data)
        assert not is_in(theirs)
        event = AuditEvent.objects.get(action="session.ended")
        assert (event.actor, event.target) == (admin.username, str(user))


def test_S7_cookies_are_bound_to_our_own_host_and_hidden_from_scripts(
    user, settings, in_production
):
    assert real_settings.SESSION_COOKIE_NAME == "__Host-sessionid"
    client = Client(headers={"X-Forwarded-Proto": "https"}, SERVER_NAME="localhost")
    client.get(SIGN_IN)
    post_password(client, user)
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    token = client.cookies[settings.CSRF_COOKIE_NAME]
    for cookie, same_site in ((session, "Lax"), (token, "Strict")):
        assert cookie.key.startswith("__Host-")
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"] == same_site
        assert cookie["path"] == "/"
        assert cookie["domain"] == ""


def test_S8_every_page_signs_out_by_post(user, cxc, signed_in):
    for client, pages in (
        (signed_in(user), ["/panel/", "/constancias/", "/cuenta/", "/contrasena/"]),
        (signed_in(cxc), ["/admin/", "/admin/payments/constancia/", "/cuenta/sesiones/"]),
    ):
        for page in pages:
            text = client.get(page).content.decode()
            assert "Cerrar sesión" in text
            assert 'method="post" action="/salir/"' in text or 'action="/admin/logout/"' in text
    client = signed_in(user)
    client.get("/salir/")
    assert is_in(client)
    client.post("/salir/")
    assert not is_in(client)


def test_no_session_outlives_the_shorter_of_both_limits():
    assert sessions.TOUCH_EVERY < real_settings.SESSION_IDLE_STAFF
    assert real_settings.SESSION_IDLE_STAFF < real_settings.SESSION_IDLE_CUSTOMER
    assert real_settings.SESSION_IDLE_CUSTOMER < real_settings.SESSION_COOKIE_AGE
