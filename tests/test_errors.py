"""What went wrong is told in Spanish, without detail."""

import re
from urllib.parse import urljoin, urlsplit

from django.test import Client

from payments import views


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


def test_an_address_with_a_nul_is_refused(client, user, signed_in, db):
    for address in ("/?q=%00", "/verificar/x/?%00=1", "/admin/accounts/customer/?q=a%00b"):
        for visitor in (client, signed_in(user)):
            page = visitor.get(address)
            assert page.status_code == 400, address
            assert "No entendimos la solicitud" in page.content.decode()
            assert "Content-Security-Policy" in page.headers
    assert client.get("/ingresar/?q=%2500").status_code == 200  # only looks like one


def test_403_for_a_page_that_stood_open_too_long(db):
    page = Client(enforce_csrf_checks=True).post("/ingresar/", {"login": "a", "password": "b"})
    assert page.status_code == 403
    assert "La página caducó" in page.content.decode()


def test_403_leads_back_to_a_page_of_ours_and_to_no_other(db):
    def button_of(page: str) -> list[str]:
        answer = Client(enforce_csrf_checks=True).post("/ingresar/", headers={"Referer": page})
        return re.findall(r'href="([^"]+)">Volver a abrir', answer.content.decode())

    ours = "http://testserver/ingresar/?next=/panel/"
    assert button_of(ours) == [ours]
    for host in ("http://evil.test/", "javascript:alert(1)", "//evil.test/", ""):
        assert button_of(host) == []
    # Of ours, but an address beginning with two slashes would be another host's.
    for path in ("//evil.test/x", "/\\evil.test/x"):
        leads_to = [urljoin(ours, address) for address in button_of(f"http://testserver{path}")]
        assert all(urlsplit(address).netloc == "testserver" for address in leads_to), leads_to


def test_500_tells_no_detail(user, monkeypatch):
    client = Client(raise_request_exception=False)
    client.force_login(user)
    monkeypatch.setattr(views, "pending_of", lambda customer: 1 / 0)
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
