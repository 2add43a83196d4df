"""Cryptography, configuration and what we build on (checklist C)."""

import json
import os
import re
import secrets
import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.conf import settings as real_settings
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from accounts.hashers import Argon2idHasher
from facturamos import checks
from facturamos.checks import nothing_crosses_a_network_in_the_clear
from tests.facturamos.test_settings import BASE, DEVELOPMENT, PRODUCTION

# The first versions without a known hole. Raise them with each advisory; `make lock` does the rest.
FLOORS = {
    "django": (5, 2, 19),
    "django-allauth": (65, 14, 2),  # the visitor's address behind a proxy
    "weasyprint": (70, 0),  # CVE-2025-68616, CVE-2026-49452, CVE-2026-55073
    "pillow": (12, 0),
    "pikepdf": (10, 0),
    "gunicorn": (23, 0),  # CVE-2024-1135, CVE-2024-6827: requests smuggled past nginx
    "cryptography": (44, 0, 1),
    "defusedxml": (0, 7, 1),
    "openpyxl": (3, 1),
    "psycopg": (3, 2),
    "fonttools": (4, 60, 2),  # CVE-2025-66034
    "sqlparse": (0, 5),
}


def locked() -> dict[str, tuple[int, ...]]:
    """Every package of the lock with its version."""
    lines = (BASE / "requirements.txt").read_text().splitlines()
    found = (re.match(r"([a-z0-9-]+)==([0-9.]+)", line) for line in lines)
    return {m[1]: tuple(int(part) for part in m[2].split(".") if part) for m in found if m}


def test_C1_passwords_are_kept_with_argon2id(load):
    assert load(PRODUCTION)["PASSWORD_HASHERS"] == ["accounts.hashers.Argon2idHasher"]
    kept = Argon2idHasher().encode("una frase de prueba", "a" * 22)
    assert kept.split("$")[:4] == ["argon2", "argon2id", "v=19", "m=19456,t=2,p=1"]


def test_C2_the_key_comes_from_the_environment_and_is_long(load):
    for key in ("", "k" * 49):
        with pytest.raises(ImproperlyConfigured):
            load({**PRODUCTION, "SECRET_KEY": key})
    assert load({**PRODUCTION, "SECRET_KEY": "q" * 50})["SECRET_KEY"] == "q" * 50


def test_C2_a_former_key_keeps_sessions_until_it_is_taken_out(user, signed_in, settings):
    client = signed_in(user)
    assert client.get("/panel/").status_code == 200
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 50, [settings.SECRET_KEY]
    assert client.get("/panel/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get("/panel/").status_code == 200  # that page signed it with the new key
    settings.SECRET_KEY = "o" * 50
    assert client.get("/panel/").status_code == 302


def test_C3_no_setting_shows_what_went_wrong_to_visitors(load):
    # DEBUG cannot be switched on at all, so no name of a host makes it dangerous.
    for variables in (PRODUCTION, DEVELOPMENT):
        assert load({**variables, "DEBUG": "1", "DJANGO_DEBUG": "True"})["DEBUG"] is False


def test_C4_the_deployment_checks_find_nothing(tmp_path):
    done = run_check(tmp_path)
    assert "no issues" in done.stdout, done.stderr
    assert done.returncode == 0


def test_C8_what_would_cross_a_network_in_the_clear_keeps_it_from_starting(tmp_path):
    done = run_check(tmp_path, EMAIL_URL="smtp://a:b@smtp.example.com:25")
    assert "facturamos.E004" in done.stderr
    assert done.returncode != 0


def run_check(folder, **variables) -> subprocess.CompletedProcess:
    """What the service runs before the portal starts."""
    here = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "STATIC_ROOT": str(folder),
        "DATABASE_URL": "sqlite:///:memory:",
        **variables,
    }
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "ERROR"],
        cwd=BASE,
        env=os.environ | PRODUCTION | here,
        capture_output=True,
        text=True,
        check=False,
    )


POSTGRESQL = {"ENGINE": "django.db.backends.postgresql", "HOST": "db.example.com", "OPTIONS": {}}


@pytest.mark.parametrize(
    ("database", "found"),
    [
        (POSTGRESQL, ["facturamos.E003"]),
        (POSTGRESQL | {"OPTIONS": {"sslmode": "require"}}, ["facturamos.E003"]),
        (POSTGRESQL | {"OPTIONS": {"sslmode": "verify-full"}}, []),
        (POSTGRESQL | {"HOST": "127.0.0.1"}, []),
        (POSTGRESQL | {"HOST": "/run/postgresql"}, []),
        (POSTGRESQL | {"HOST": ""}, []),
        ({"ENGINE": "django.db.backends.sqlite3"}, []),
    ],
)
def test_C8_a_database_elsewhere_proves_who_it_is(monkeypatch, database, found):
    without_mail = SimpleNamespace(DATABASES={"default": database}, MAIL_TRANSPORT="")
    monkeypatch.setattr(checks, "settings", without_mail)
    assert [problem.id for problem in nothing_crosses_a_network_in_the_clear(None)] == found


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("smtp://a:b@smtp.example.com:25", ["facturamos.E004"]),
        ("smtp+tls://a:b@smtp.example.com:587", []),
        ("smtp+ssl://a:b@smtp.example.com:465", []),
        ("smtp://127.0.0.1:25", []),
    ],
)
def test_C8_mail_leaves_encrypted(load, settings, address, found):
    loaded = load({**PRODUCTION, "EMAIL_URL": address})
    for name in ("MAIL_TRANSPORT", "EMAIL_HOST", "EMAIL_USE_TLS", "EMAIL_USE_SSL"):
        setattr(settings, name, loaded.get(name, False))
    assert [problem.id for problem in nothing_crosses_a_network_in_the_clear(None)] == found


def test_C8_the_database_s_address_may_name_the_certificate(load):
    url = "postgres://a:b@db.example.com/portal?sslmode=verify-full&sslrootcert=/etc/ca.pem"
    options = load({**PRODUCTION, "DATABASE_URL": url})["DATABASES"]["default"]["OPTIONS"]
    assert options["sslmode"] == "verify-full"
    assert options["sslrootcert"] == "/etc/ca.pem"


@pytest.mark.parametrize("headers", [{"X-Forwarded-For": "203.0.113.7"}, {}])
def test_C6_how_the_portal_is_doing_is_told_on_this_machine_only(db, headers):
    far = {} if headers else {"REMOTE_ADDR": "203.0.113.7"}
    assert Client(**far).get("/salud/listo/", headers=headers).status_code == 404
    assert Client().get("/salud/listo/").status_code in (200, 503)
    for address in ("/metrics", "/metrics/", "/salud/metricas/"):
        assert Client().get(address).status_code == 404


def test_C5_what_went_wrong_is_told_without_detail(db, monkeypatch, settings):
    cases = {"/no-existe/": 404, "/contrasena/olvidada/": 403}
    for address, status in cases.items():
        asking = Client(enforce_csrf_checks=True)
        answer = asking.post(address) if status == 403 else asking.get(address)
        assert answer.status_code == status
        page = answer.content.decode()
        assert 'lang="es' in page
        for detail in ("Traceback", "Django", "settings.py", "urlpatterns", "csrfmiddleware"):
            assert detail not in page


def test_C7_everything_installed_is_locked_with_its_hash():
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (BASE / name).read_text()
        for entry in re.split(r"\n(?=[A-Za-z])", text):
            if "==" in entry.splitlines()[0]:
                assert "--hash=sha256:" in entry, entry.splitlines()[0]


@pytest.mark.parametrize("name", FLOORS)
def test_C7_no_locked_version_has_a_known_hole(name):
    assert locked()[name] >= FLOORS[name]


def test_C7_the_bill_of_materials_names_every_package_of_the_lock(tmp_path):
    program = [sys.executable, "-m", "cyclonedx_py", "requirements", "requirements.txt"]
    made = tmp_path / "sbom.json"
    subprocess.run([*program, "--output-file", str(made)], cwd=BASE, check=True)
    bill = json.loads(made.read_text())
    assert bill["bomFormat"] == "CycloneDX"
    assert {part["name"].lower() for part in bill["components"]} >= set(locked())


class TestC9:
    """Whoever asks cannot say who they are: only our own proxy can."""

    @pytest.fixture(autouse=True)
    def _few(self, settings, db):
        cache.clear()
        settings.ACCOUNT_RATE_LIMITS = {"verify": "2/m/ip"}

    def ask(self, forwarded: str, came_from: str = "127.0.0.1") -> int:
        client = Client(REMOTE_ADDR=came_from)
        return client.get("/verificar/x/", headers={"X-Forwarded-For": forwarded}).status_code

    def test_C9_without_a_proxy_what_is_claimed_does_not_count(self, settings):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
        told = [self.ask(f"198.51.100.{number}", "203.0.113.7") for number in range(4)]
        assert told == [404, 404, 429, 429]
        assert self.ask("198.51.100.1", "203.0.113.8") == 404

    def test_C9_behind_a_proxy_only_what_it_wrote_counts(self, settings):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
        # A proxy that appends, instead of overwriting as ours does, keeps what was forged before.
        told = [self.ask(f"198.51.100.{number}, 203.0.113.7") for number in range(4)]
        assert told == [404, 404, 429, 429]
        assert self.ask("203.0.113.8") == 404

    def test_C9_the_audit_and_the_log_believe_the_same_address(self, settings, user, log):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
        forged = {"X-Forwarded-For": "198.51.100.1, 203.0.113.7"}
        data = {"login": user.username, "password": "falsa"}
        Client().post("/ingresar/", data, headers=forged)
        assert "203.0.113.7" in log()
        assert "198.51.100.1" not in log()

    def test_C9_production_trusts_one_proxy_and_nginx_overwrites(self, load):
        assert load(PRODUCTION)["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1
        nginx = (real_settings.BASE_DIR / "deploy/nginx.conf").read_text()
        assert "proxy_set_header X-Forwarded-For $remote_addr;" in nginx
