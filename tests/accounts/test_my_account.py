"""What a person sees of their own account, changes there, and where the notice leads nowhere."""

import pytest
from django.test import Client

from accounts.services import accept_notice
from tests import factories
from tests.accounts.people import NEW, change, enrol, link_in_mail, post_password, reset_link, use


def text(response):
    return " ".join(response.content.decode().split())


def test_it_says_who_one_is_and_to_whom_to_write(user, signed_in):
    user.first_name, user.last_name = "Ana", "Peña"
    user.save()
    page = text(signed_in(user).get("/cuenta/"))
    for name, value in (
        ("Usuario", user.username),
        ("Nombre", "Ana Peña"),
        ("Empresa", user.customer.legal_name),
        ("RFC", user.customer.rfc),
        ("Correo electrónico", user.email),
    ):
        assert f"<dt>{name}</dt><dd>{value}</dd>" in page
    assert "?subject=Corregir%20mis%20datos" in page


def test_it_says_what_a_second_factor_and_a_passkey_are(user, signed_in):
    page = text(signed_in(user).get("/cuenta/"))
    assert "Algo más que su contraseña para entrar: un código de su teléfono" in page
    assert "(la huella, la cara o el PIN" in page


def test_a_distributor_and_the_staff_see_theirs(cxc, signed_in):
    distributor = factories.make_distributor(name="Distribuidora Ejemplo")
    person = factories.make_user(distributor=distributor)
    accept_notice(user=person, notice_id=factories.make_notice().pk)
    assert "<dt>Distribuidor</dt><dd>Distribuidora Ejemplo</dd>" in text(
        signed_in(person).get("/cuenta/")
    )
    page = text(signed_in(cxc).get("/cuenta/"))
    assert "pídalo a su administrador" in page
    assert "<dt>Empresa</dt>" not in page


def test_a_changed_password_is_said_on_the_account(user, signed_in):
    client = signed_in(user)
    assert change(client, NEW).headers["Location"] == "/cuenta/"
    page = text(client.get("/cuenta/"))
    assert "Su contraseña cambió. Sus otras sesiones se cerraron." in page


def test_each_empty_password_has_words_of_its_own(user, signed_in):
    page = text(signed_in(user).post("/contrasena/", {}))
    summary = page.partition('class="error-summary"')[2].partition("</ul>")[0]
    for words in (
        "Escriba su contraseña actual.",
        "Escriba la contraseña nueva.",
        "Escriba otra vez la contraseña nueva.",
    ):
        assert summary.count(words) == 1


def test_a_wrong_current_password_is_said_to_be_wrong(user, signed_in):
    page = text(change(signed_in(user), NEW, old="no es esta"))
    assert "La contraseña actual no es correcta." in page


CONFIRM = ("/cuenta/confirmar/", "/cuenta/confirmar/codigo/", "/cuenta/confirmar/llave/")


class TestWithoutAPassword:
    """Somebody signed in whose password cannot be used: they are led to choosing one by mail."""

    @pytest.fixture
    def user(self, user):
        user.set_unusable_password()
        user.save()
        return user

    @pytest.mark.parametrize("address", ["/contrasena/", *CONFIRM])
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_they_are_told_in_our_words_and_led_on(self, user, signed_in, address, method):
        page = getattr(signed_in(user), method)(address)
        assert page.status_code == 200
        assert "<h1>Todavía no tiene contraseña</h1>" in text(page)
        assert f"le enviaremos un enlace a <strong>{user.email}</strong>" in text(page)
        assert '<form method="post" action="/contrasena/olvidada/">' in text(page)

    def test_the_link_gives_them_one(self, user, signed_in):
        signed_in(user).post("/contrasena/olvidada/", {"email": user.email})
        use(link_in_mail())
        assert post_password(Client(), user, NEW).headers["Location"] == "/inicio/"

    def test_without_an_address_they_are_told_whom_to_write(self, user, signed_in):
        user.email = ""
        user.save()
        page = text(signed_in(user).get("/contrasena/"))
        assert "No tenemos un correo suyo" in page
        assert "ventas@sistemasperseo.com</a> y lo agregamos" in page
        assert 'action="/contrasena/olvidada/"' not in page

    def test_a_second_factor_is_still_asked_for(self, user, signed_in):
        enrol(user)
        answer = signed_in(user).get("/cuenta/confirmar/?next=/cuenta/")
        assert answer.headers["Location"] == "/cuenta/confirmar/codigo/?next=%2Fcuenta%2F"


def test_a_reset_link_that_was_used_says_how_to_go_on(user):
    link = reset_link(user.email)
    use(link)
    page = text(Client().get(link))
    assert "El enlace ya no sirve" in page
    assert "no ha cambiado" not in page
    assert 'Si ya eligió una con este enlace, <a href="/ingresar/">inicie sesión</a>' in page


@pytest.mark.parametrize("address", ["/privacidad/", "/privacidad/integral/"])
def test_no_menu_stands_over_the_notice_until_it_is_accepted(user, signed_in, address):
    client = signed_in(user)
    assert 'class="top-bar"' in text(client.get(address))
    factories.make_notice("2")
    page = text(client.get(address))
    assert 'class="top-bar"' not in page
    assert 'href="/cuenta/"' not in page
    assert "Cerrar sesión" in page


@pytest.mark.parametrize(
    ("whose", "words"), [("user", "Ir a mi panel"), ("cxc", "Ir al inicio"), (None, "Ir al inicio")]
)
def test_a_page_that_is_not_there_leads_to_ones_own(request, signed_in, db, whose, words):
    client = signed_in(request.getfixturevalue(whose)) if whose else Client()
    page = text(client.get("/no-existe/"))
    assert f">{words}</a>" in page


def test_the_panel_calls_the_list_of_constancias_as_the_bar_does(user, signed_in):
    page = text(signed_in(user).get("/panel/"))
    assert page.count(">Consultar Constancia de Pago</a>") == 2
