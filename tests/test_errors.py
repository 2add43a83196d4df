"""What went wrong is told in Spanish, without detail, and every door has a lock."""

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from payments import views
from tests import factories

# Open without signing in. Everything else leads to sign-in.
PUBLIC = {
    "/", "/ingresar/", "/registro/", "/salir/", "/cuenta/inactiva/", "/contrasena/olvidada/",
    "/contrasena/olvidada/enviada/", "/contrasena/nueva/1-1/", "/contrasena/nueva/lista/",
    "/contrasena/bienvenida/x/x/", "/contrasena/bienvenida/otra/",
    "/privacidad/integral/", "/salud/", "/salud/listo/", "/verificar/x/",
}  # fmt: skip


def addresses(patterns=None, prefix="/"):
    """Every address of the portal outside the admin, with something in the place of each key."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        route = str(pattern.pattern)
        if route == "admin/":
            continue
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, prefix + route)
        elif isinstance(pattern, URLPattern):
            route = route.replace("<str:reference>", "1234567").replace("<str:token>", "x")
            route = route.replace("<str:uidb64>", "x").replace("<int:pk>", "1")
            route = route.replace("<uuid:public_id>", "00000000-0000-4000-8000-000000000000")
            route = route.replace(
                "^contrasena/nueva/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", "contrasena/nueva/1-1/"
            )
            yield prefix + route


@pytest.mark.parametrize("address", sorted(set(addresses()) - PUBLIC))
def test_Z2_strangers_are_led_to_sign_in(db, address):  # noqa: N802 (its number)
    for method in ("get", "post"):
        response = getattr(Client(), method)(address)
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/ingresar/")


def test_the_public_addresses_are_all_there_is(db):
    assert set(addresses()) >= PUBLIC


def test_404_is_in_spanish_with_help(client, user, signed_in):
    for visitor in (client, signed_in(user)):
        page = visitor.get("/no-existe/")
        assert page.status_code == 404
        assert "No encontramos esa página" in page.content.decode()
        assert "656-616-8770" in page.content.decode()


def test_400_is_in_spanish_with_help(client, settings):
    settings.ALLOWED_HOSTS = ["portal.example.com"]
    page = client.get("/ingresar/", headers={"Host": "evil.test"})
    assert page.status_code == 400
    assert "No entendimos la solicitud" in page.content.decode()
    assert "656-616-8770" in page.content.decode()


def test_403_for_a_page_that_stood_open_too_long(db):
    page = Client(enforce_csrf_checks=True).post("/ingresar/", {"login": "a", "password": "b"})
    assert page.status_code == 403
    assert "La página caducó" in page.content.decode()


def test_500_tells_no_detail(user, monkeypatch):
    client = Client(raise_request_exception=False)
    client.force_login(user)
    monkeypatch.setattr(views, "current_quote", lambda customer: 1 / 0)
    page = client.get("/panel/")
    assert page.status_code == 500
    assert "Algo falló de nuestro lado" in page.content.decode()
    assert "ZeroDivisionError" not in page.content.decode()


def test_429_is_in_spanish(client, db):
    statuses = set()
    for _ in range(40):
        page = client.post("/contrasena/olvidada/", {"email": "a@example.com"})
        statuses.add(page.status_code)
    assert 429 in statuses
    assert "Demasiados intentos seguidos" in page.content.decode()


def test_every_page_forbids_scripts_of_others(client, db):
    policy = client.get("/ingresar/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    "text", ["\x00", "‮", "a" * 100_000, "<script>", "'; DROP TABLE x", "%s{{ 7 }}"]
)
def test_no_text_in_a_form_breaks_the_portal(user, signed_in, text):
    client = signed_in(user)
    factories.make_quote(user.customer)
    for address, field in (
        ("/renovacion/", "lines"),
        ("/renovacion/confirmar/", "quote"),
        ("/renovacion/confirmar/", "total"),
        ("/privacidad/", "notice"),
    ):
        assert client.post(address, {field: text, "accept": "1"}).status_code < 500
    for field in ("login", "password"):
        data = {"login": "a", "password": "b"} | {field: text}
        assert Client().post("/ingresar/", data).status_code < 500
