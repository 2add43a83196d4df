"""The browser's walls (checklist B): every answer has them, whatever it is."""

from urllib.parse import urljoin

import pytest
from django.conf import settings as real_settings
from django.test import Client

from payments import views
from tests import factories
from tests.payments.proof_samples import read

ANSWERS = {
    # name: who asks, and what status it has
    "sign-in": ("nobody", 200),
    "not found": ("nobody", 404),
    "another's host": ("nobody", 400),
    "no token": ("nobody", 403),
    "too often": ("nobody", 429),
    "verified": ("nobody", 200),
    "static": ("nobody", 200),
    "led to sign-in": ("nobody", 302),
    "alive": ("nobody", 200),
    "panel": ("customer", 200),
    "constancia": ("customer", 200),
    "slip": ("customer", 200),
    "proof": ("customer", 200),
    "not theirs": ("customer", 404),
    "broken": ("customer", 500),
    "desk": ("staff", 200),
    "list": ("staff", 200),
    "no permission": ("staff", 403),
}


@pytest.fixture
def ask(user, cxc, constancia, signed_in, monkeypatch, tmp_path, settings):
    """Gives the answer of that name, asked for over TLS under production's settings."""
    settings.STATIC_ROOT = tmp_path / "static"
    (settings.STATIC_ROOT / "css").mkdir(parents=True)
    (settings.STATIC_ROOT / "css/site.css").write_text("a{}")
    file = factories.send_proof(constancia).files.get()
    theirs = factories.make_constancia(factories.make_consenting_user())
    addresses = {
        "sign-in": "/ingresar/",
        "not found": "/no-existe/",
        "verified": f"/verificar/{constancia.token}/",
        "static": "/static/css/site.css",
        "led to sign-in": "/panel/",
        "alive": "/salud/",
        "panel": "/panel/",
        "constancia": f"/constancias/{constancia.reference}/",
        "slip": f"/constancias/{constancia.reference}/pdf/",
        "proof": f"/comprobantes/{file.public_id}/",
        "not theirs": f"/constancias/{theirs.reference}/",
        "broken": "/panel/",
        "desk": "/admin/",
        "list": "/admin/payments/constancia/",
        "no permission": "/admin/payments/bankaccount/add/",
    }
    people = {"customer": user, "staff": cxc}

    def get(name):
        who, status = ANSWERS[name]
        client = signed_in(people[who]) if who in people else Client()
        client.raise_request_exception = False
        if name == "another's host":
            answer = client.get("/ingresar/", headers={"Host": "evil.test"}, secure=True)
        elif name == "no token":
            answer = Client(enforce_csrf_checks=True).post("/ingresar/", {}, secure=True)
        elif name == "too often":
            settings.ACCOUNT_RATE_LIMITS = {"verify": "1/m/ip"}
            answer = [client.get("/verificar/x/", secure=True) for _ in "ab"][-1]
        else:
            if name == "broken":
                monkeypatch.setattr(views, "pending_of", lambda customer: 1 / 0)
            answer = client.get(addresses[name], secure=True)
        if answer.streaming:
            read(answer)
        assert answer.status_code == status
        return answer

    return get


@pytest.mark.parametrize("name", ANSWERS)
def test_B2_B4_B5_B6_B7_every_answer_has_every_wall(ask, in_production, name):
    headers = ask(name).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for origin in ("http:", "https:", "data:", "blob:", "*"):
        assert origin not in policy
    assert headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in headers
    for feature in ("camera", "geolocation", "microphone", "payment", "usb"):
        assert f"{feature}=()" in headers["Permissions-Policy"]


def test_B2_a_page_may_load_from_ourselves_only(client, db):
    policy = client.get("/ingresar/").headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    none = ("default-src", "frame-ancestors", "base-uri", "object-src")
    own = ("script-src", "style-src", "img-src", "font-src", "connect-src", "form-action")
    assert directives == dict.fromkeys(none, "'none'") | dict.fromkeys(own, "'self'")


def test_B2_what_is_refused_before_anything_else_has_the_walls_too(client, in_production):
    # Over plain HTTP, SecurityMiddleware itself reads the host, and refuses.
    answer = client.get("/ingresar/", headers={"Host": "evil.test"})
    assert answer.status_code == 400
    for name in ("Content-Security-Policy", "Cross-Origin-Resource-Policy", "Permissions-Policy"):
        assert name in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "name", [name for name, (who, _) in ANSWERS.items() if who in ("customer", "staff")]
)
def test_B8_nothing_of_whoever_is_signed_in_is_kept(ask, name):
    assert "no-store" in ask(name).headers["Cache-Control"]


@pytest.mark.parametrize("address", ["/salir/", "/admin/logout/"])
def test_B8_signing_out_empties_the_browser_but_for_the_distributor(cxc, signed_in, address):
    client = signed_in(cxc)
    answer = client.post(address)
    # The sign-in page shows whom to call from a cookie, which "cookies" would take away.
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in client.get("/ingresar/").headers


@pytest.mark.parametrize(
    "to",
    ["https://evil.test/", "//evil.test/", "/\\evil.test/", "javascript:alert(1)", "evil.test"],
)
def test_B9_signing_in_leads_to_ourselves_only(user, to):
    data = {"login": user.username, "password": "una frase de prueba", "next": to}
    led = Client().post("/ingresar/", data).headers["Location"]
    assert urljoin("https://portal.example.com/ingresar/", led).startswith(
        "https://portal.example.com/"
    )
    assert Client().post("/ingresar/", data | {"next": "/constancias/"}).headers["Location"] == (
        "/constancias/"
    )


def test_B9_a_forged_host_is_refused_and_links_lead_to_us(client, user, mailoutbox, settings):
    settings.SITE_URL = "https://portal.example.com"
    forged = {"Host": "evil.test"}
    sent = {"email": user.email}
    assert client.post("/contrasena/olvidada/", sent, headers=forged).status_code == 400
    for header in ("X-Forwarded-Host", "Forwarded"):
        client.post("/contrasena/olvidada/", sent, headers={header: "host=evil.test"})
    for mail in mailoutbox:
        assert "evil.test" not in mail.body
        assert "https://portal.example.com/contrasena/nueva/" in mail.body
    assert mailoutbox


def test_B1_every_form_needs_its_token_and_our_origin(user):
    client = Client(enforce_csrf_checks=True)
    client.get("/ingresar/")
    token = client.cookies[real_settings.CSRF_COOKIE_NAME].value
    data = {"login": user.username, "password": "una frase de prueba"}
    assert client.post("/ingresar/", data).status_code == 403
    signed = data | {"csrfmiddlewaretoken": token}
    foreign = {"Origin": "https://evil.test"}
    assert client.post("/ingresar/", signed, headers=foreign).status_code == 403
    assert client.post("/ingresar/", signed).status_code == 302
