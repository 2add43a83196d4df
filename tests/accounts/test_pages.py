"""Sign-in, forgotten passwords, and the privacy notice that comes first."""

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.models import AuditEvent, PrivacyConsent
from tests import factories

PASSWORD = "una frase de prueba"


def sign_in(client, username, password=PASSWORD):
    return client.post("/ingresar/", {"login": username, "password": password})


def test_the_root_leads_to_sign_in(client, db):
    assert client.get("/").headers["Location"] == "/ingresar/"


def test_the_root_leads_the_signed_in_to_the_panel(user, signed_in):
    assert signed_in(user).get("/").headers["Location"] == "/panel/"


def test_sign_in_page_says_what_the_manual_says(client, db):
    page = client.get("/ingresar/").content.decode()
    for words in ("Iniciar Sesión", "Usuario", "Contraseña", "¿Olvidaste tu contraseña?"):
        assert words in page
    assert "comuníquese con su distribuidor" in page
    assert "Ciudad Juárez" in page


def test_a_browser_that_signed_in_once_is_told_its_distributor(client, db):
    distributor = factories.make_distributor(name="Distribuidora Ejemplo", phone="656-555-0199")
    user = factories.make_user(factories.make_customer(distributor=distributor))
    sign_in(client, user.username)
    client.post("/salir/")
    page = client.get("/ingresar/").content.decode()
    assert "Distribuidora Ejemplo" in page
    assert "656-555-0199" in page


def test_a_forged_distributor_cookie_is_ignored(client, db):
    client.cookies["distribuidor"] = "1:forged"
    assert client.get("/ingresar/").status_code == 200


def test_wrong_password_says_what_to_do_and_keeps_the_user_name(client, user):
    page = sign_in(client, user.username, "no es esta").content.decode()
    assert "El usuario o la contraseña no son correctos" in page
    assert f'value="{user.username}"' in page
    assert "<title>Error: " in page


def test_the_summary_of_errors_takes_the_focus_without_script(client, user):
    page = sign_in(client, user.username, "").content.decode()
    summary = re.search(r'<div class="error-summary"[^>]*>', page)
    assert summary
    assert 'tabindex="-1" autofocus' in summary[0]
    # The first of the page that asks for it, so it gets it.
    assert page.index("autofocus") < page.index("<form", page.index("<main"))
    field = re.search(r'<a href="#(\w+)">Escriba su contraseña\.</a>', page)
    assert field
    assert f'id="{field[1]}"' in page


def test_only_pages_with_a_password_load_its_button(client, user, signed_in):
    person = signed_in(user)
    for visitor, address, has_one in (
        (client, "/ingresar/", True),
        (client, "/contrasena/olvidada/", False),
        (person, "/contrasena/", True),
        (person, "/cuenta/", False),
    ):
        page = visitor.get(address).content.decode()
        assert ('type="password"' in page) is has_one, address
        assert ("js/password.js" in page) is has_one, address


def test_password_managers_are_told_whose_password_changes(user, signed_in):
    page = signed_in(user).get("/contrasena/").content.decode()
    assert f'<input autocomplete="username" value="{user.username}" hidden>' in page


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("/panel/", "Mi panel"),
        ("/constancias/", "Consultar Constancia de Pago"),
        ("/cuenta/", "Mi cuenta"),
        ("/contrasena/", None),
    ],
)
def test_the_header_says_which_of_its_pages_this_is(user, signed_in, address, here):
    page = signed_in(user).get(address).content.decode()
    found = re.findall(r'<a [^>]*aria-current="page">([^<]+)</a>', page)
    assert found == ([here] if here else [])


def test_the_top_bar_says_what_the_manual_says(user, signed_in):
    user.customer.stamps_available = 419
    user.customer.save()
    page = signed_in(user).get("/panel/").content.decode()
    bar = page.partition('<nav class="top-bar"')[2].partition("</nav>")[0]
    for words in ("Consultar Constancia de Pago", "VERSION SAT 3.3", "Timbres disponibles: 419"):
        assert words in bar


@pytest.mark.parametrize("address", ["/ingresar/", "/contrasena/olvidada/", "/panel/", "/cuenta/"])
def test_help_stands_at_the_foot_with_telephones_that_dial(user, signed_in, address):
    visitor = signed_in(user) if address in ("/panel/", "/cuenta/") else Client()
    foot = visitor.get(address).content.decode().partition("</main>")[2]
    assert "¿Necesita ayuda?" in foot
    assert 'Ciudad Juárez: <a href="tel:+526566168770">656-616-8770</a>' in foot
    assert 'href="mailto:ventas@sistemasperseo.com"' in foot


def test_an_unknown_user_reads_the_same_as_a_wrong_password(client, user):
    wrong = sign_in(client, user.username, "no es esta").content.decode()
    unknown = sign_in(client, "nadie", "no es esta").content.decode()
    assert re.sub("csrf.*?>", "", wrong).replace(user.username, "nadie") == re.sub(
        "csrf.*?>", "", unknown
    )


def test_too_many_wrong_passwords_are_slowed_down_in_spanish(client, user):
    for _ in range(6):
        page = sign_in(client, user.username, "no es esta")
    assert "demasiados intentos" in page.content.decode().lower()
    assert b"demasiados intentos" in sign_in(client, user.username).content.lower()


def test_an_inactive_user_is_told_whom_to_ask(client, user):
    user.is_active = False
    user.save()
    page = client.post(
        "/ingresar/", {"login": user.username, "password": PASSWORD}, follow=True
    ).content.decode()
    assert "inactiva" in page or "no son correctos" in page


def test_signing_up_is_closed(client, db):
    assert "Los usuarios los damos de alta nosotros" in client.get("/registro/").content.decode()
    client.post("/registro/", {"username": "x", "email": "x@example.com", "password1": PASSWORD})
    assert not factories.User.objects.filter(username="x").exists()


def test_signing_out_is_by_post_and_ends_the_session(user, signed_in):
    client = signed_in(user)
    assert client.get("/salir/").status_code == 200
    assert client.get("/panel/").status_code == 200
    client.post("/salir/")
    assert client.get("/panel/").headers["Location"].startswith("/ingresar/")


def test_private_pages_are_not_kept_by_the_browser(user, signed_in):
    assert signed_in(user).get("/panel/").headers["Cache-Control"] == "no-store"


class TestForgottenPassword:
    """The reset by mail."""

    def ask(self, client, email) -> str:
        client.post("/contrasena/olvidada/", {"email": email})
        return re.findall(r"http://\S+", str(mail.outbox[-1].body))[0]

    def test_a_link_chooses_a_new_password_once(self, client, user, settings):
        link = self.ask(client, user.email)
        assert link.startswith(settings.SITE_URL + "/contrasena/nueva/")
        page = client.get(link, follow=True)
        new = "otra frase de prueba"
        client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
        assert sign_in(client, user.username, new).status_code == 302
        assert "El enlace ya no sirve" in Client().get(link, follow=True).content.decode()

    def test_the_mail_is_in_spanish_with_text_and_html(self, client, user):
        self.ask(client, user.email)
        (message,) = mail.outbox
        assert message.subject == "Elija su contraseña nueva de Facturamos"
        assert "vale durante una hora" in message.body
        assert "facturamos@sistemasperseo.com" in message.from_email
        assert "vale durante una hora" in message.alternatives[0][0]

    def test_a_forged_host_does_not_get_into_the_link(self, client, user, settings):
        settings.ALLOWED_HOSTS = ["*"]
        client.post("/contrasena/olvidada/", {"email": user.email}, headers={"Host": "evil.test"})
        assert "evil.test" not in mail.outbox[0].body

    def test_an_expired_link_says_so_and_offers_another(self, client, user, settings):
        link = self.ask(client, user.email)
        settings.PASSWORD_RESET_TIMEOUT = -1
        page = client.get(link, follow=True).content.decode()
        assert "El enlace ya no sirve" in page
        assert "Pedir otro enlace" in page

    def test_a_mangled_link_says_the_same(self, client, db):
        page = client.get("/contrasena/nueva/1-set-password/", follow=True).content.decode()
        assert "El enlace ya no sirve" in page

    def test_an_unknown_address_gets_the_same_page_and_no_mail(self, client, db):
        response = client.post("/contrasena/olvidada/", {"email": "nadie@example.com"})
        assert response.headers["Location"] == "/contrasena/olvidada/enviada/"
        assert mail.outbox == []

    def test_a_password_that_is_too_short_or_common_is_refused(self, client, user):
        page = client.get(self.ask(client, user.email), follow=True)
        action = page.redirect_chain[-1][0]
        page = client.post(action, {"password1": "password123", "password2": "password123"})
        assert "Hay un problema" in page.content.decode()
        assert sign_in(Client(), user.username).status_code == 302


def test_changing_the_password_needs_the_current_one(user, signed_in):
    client = signed_in(user)
    new = "otra frase de prueba"
    page = client.post("/contrasena/", {"oldpassword": "no es", "password1": new, "password2": new})
    assert "Hay un problema" in page.content.decode()
    client.post("/contrasena/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    user.refresh_from_db()
    assert user.check_password(new)


class TestPrivacyGate:
    """Until the notice in force is accepted, every page leads to it."""

    @pytest.fixture
    def newcomer(self, db):
        factories.make_notice()
        return factories.make_user(factories.make_customer())

    @pytest.mark.parametrize(
        "path",
        [
            "/inicio/", "/panel/", "/renovacion/", "/renovacion/confirmar/", "/constancias/",
            "/constancias/1234567/", "/constancias/1234567/pdf/", "/aviso-4.0/",
            "/manuales/pago/", "/manuales/version-4.0/", "/contrasena/",
        ],
    )  # fmt: skip
    def test_every_page_leads_to_the_notice(self, newcomer, signed_in, path):
        client = signed_in(newcomer)
        assert client.get(path).headers["Location"] == "/privacidad/"
        assert client.post(path).headers["Location"] == "/privacidad/"

    def test_the_whole_text_opens_without_signing_in(self, client, newcomer):
        page = client.get("/privacidad/integral/").content.decode()
        assert "<h2>Todo</h2>" in page

    def test_an_unticked_box_is_told_with_a_sentence(self, newcomer, signed_in):
        notice = factories.PrivacyNotice.objects.get()
        page = signed_in(newcomer).post("/privacidad/", {"notice": notice.pk}).content.decode()
        assert "palomee la casilla" in page
        assert not PrivacyConsent.objects.exists()

    def test_accepting_keeps_the_evidence_and_goes_on(self, newcomer):
        client = Client(headers={"User-Agent": "Navegador de prueba"}, REMOTE_ADDR="192.0.2.7")
        client.force_login(newcomer)
        notice = factories.PrivacyNotice.objects.get()
        response = client.post("/privacidad/", {"notice": notice.pk, "accept": "on"})
        assert response.headers["Location"] == "/inicio/"
        consent = PrivacyConsent.objects.get()
        assert consent.user == newcomer
        assert consent.notice_version == "1"
        assert consent.text_sha256 == notice.text_sha256
        assert consent.ip == "192.0.2.7"
        assert consent.user_agent == "Navegador de prueba"
        assert consent.box_label == (
            "He leído y estoy de acuerdo con el Aviso de Privacidad de Datos."
        )
        event = AuditEvent.objects.get(action="privacy_notice.accepted")
        assert (event.actor, event.ip) == (newcomer.username, "192.0.2.7")
        assert client.get("/panel/").status_code == 200

    def test_accepting_leads_where_the_person_was_going(self, newcomer, signed_in):
        client = signed_in(newcomer)
        client.get("/constancias/?pagina=2")
        notice = factories.PrivacyNotice.objects.get()
        answer = client.post("/privacidad/", {"notice": notice.pk, "accept": "on"})
        assert answer.headers["Location"] == "/constancias/?pagina=2"

    def test_without_a_published_notice_no_customer_gets_in(self, db, signed_in):
        page = signed_in(factories.make_user(factories.make_customer())).get("/panel/")
        assert page.status_code == 503
        assert "Falta publicar el aviso de privacidad" in page.content.decode()

    def test_a_new_version_asks_again(self, user, signed_in):
        client = signed_in(user)
        assert client.get("/panel/").status_code == 200
        factories.make_notice("2")
        assert client.get("/panel/").headers["Location"] == "/privacidad/"

    def test_a_notice_replaced_while_reading_is_shown_again(self, newcomer, signed_in):
        old = factories.PrivacyNotice.objects.get()
        factories.make_notice("2")
        page = signed_in(newcomer).post("/privacidad/", {"notice": old.pk, "accept": "on"})
        assert "El aviso cambió mientras lo leía" in page.content.decode()
        assert not PrivacyConsent.objects.exists()

    def test_who_accepted_reads_when(self, user, signed_in):
        assert "Usted aceptó esta versión" in signed_in(user).get("/privacidad/").content.decode()

    def test_staff_are_not_asked(self, cxc, signed_in):
        factories.make_notice()
        assert signed_in(cxc).get("/admin/").status_code == 200
