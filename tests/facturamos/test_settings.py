"""`facturamos/settings.py`, run with one environment after another."""

import os
import runpy
import subprocess
import sys

import environ
import pytest
from django.conf import settings as running
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

BASE = running.BASE_DIR
PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "k" * 50,
    "ALLOWED_HOSTS": "portal.example.com, www.example.com",
    "SITE_URL": "https://portal.example.com/",
    "EMAIL_URL": "smtp+tls://portal%40example.com:se%3Acret@smtp.example.com:587",
    "DATABASE_URL": "sqlite:////var/lib/facturamos/db.sqlite3",
}
DEVELOPMENT = {"ENVIRONMENT": "development", "SECRET_KEY": "short"}


@pytest.fixture
def load(monkeypatch):
    """Runs the settings with exactly these variables, whatever the machine or a .env says."""
    monkeypatch.setattr(environ.Env, "read_env", lambda *arguments, **options: None)

    def run(variables: dict[str, str]) -> dict:
        monkeypatch.setattr(environ.Env, "ENVIRON", dict(variables))
        return runpy.run_path(str(BASE / "facturamos/settings.py"))

    return run


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "EMAIL_URL"])
@pytest.mark.parametrize("how", ["missing", "empty"])
def test_production_does_not_start_without_what_it_needs(load, name, how):
    variables = {**PRODUCTION, name: ""}
    if how == "missing":
        del variables[name]
    with pytest.raises(ImproperlyConfigured) as refusal:
        load(variables)
    assert str(refusal.value) == (
        f"{name} is not set. Put it in the environment or in .env; "
        "deploy/env.example says what it is for."
    )


def test_a_zone_of_the_iva_nobody_knows_is_refused(load):
    with pytest.raises(ImproperlyConfigured, match="must be general or northern_border"):
        load({**PRODUCTION, "IVA_ZONE": "norte"})


def test_a_short_key_is_refused_in_production(load):
    with pytest.raises(ImproperlyConfigured, match="at least 50 characters in production"):
        load({**PRODUCTION, "SECRET_KEY": "k" * 49})


def test_a_short_key_is_good_enough_for_development(load):
    assert load(DEVELOPMENT)["SECRET_KEY"] == "short"


def test_development_needs_a_key_too(load):
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is not set"):
        load({"ENVIRONMENT": "development"})


@pytest.mark.parametrize("name", ["", "prod", "Production", "staging"])
def test_an_environment_nobody_knows_is_refused(load, name):
    with pytest.raises(
        ImproperlyConfigured, match="must be production, development or test"
    ) as refusal:
        load({**PRODUCTION, "ENVIRONMENT": name})
    assert repr(name) in str(refusal.value)


def test_who_says_nothing_gets_production(load):
    variables = {name: value for name, value in PRODUCTION.items() if name != "ENVIRONMENT"}
    assert load(variables)["PRODUCTION"] is True


@pytest.mark.parametrize("variables", [PRODUCTION, DEVELOPMENT])
def test_debug_is_never_on(load, variables):
    assert load({**variables, "DEBUG": "1"})["DEBUG"] is False


def test_host_names_are_read_without_their_blanks(load):
    assert load(PRODUCTION)["ALLOWED_HOSTS"] == ["portal.example.com", "www.example.com"]


def test_the_site_s_address_has_no_slash_at_its_end(load):
    settings = load(PRODUCTION)
    assert settings["SITE_URL"] == "https://portal.example.com"
    assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://portal.example.com"]


def test_production_speaks_https_only(load):
    settings = load(PRODUCTION)
    assert settings["SECURE_SSL_REDIRECT"] is True
    assert settings["SECURE_HSTS_SECONDS"] == 63_072_000
    assert settings["SESSION_COOKIE_SECURE"] is True
    assert settings["CSRF_COOKIE_SECURE"] is True
    assert settings["SESSION_COOKIE_NAME"] == "__Host-sessionid"
    assert settings["CSRF_COOKIE_NAME"] == "__Host-csrftoken"


def test_in_production_mail_leaves_by_smtp_but_through_the_outbox(load):
    settings = load(PRODUCTION)
    assert settings["EMAIL_BACKEND"] == "facturamos.mail.OutboxBackend"
    assert settings["MAIL_TRANSPORT"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (settings["EMAIL_HOST"], settings["EMAIL_PORT"]) == ("smtp.example.com", 587)
    assert settings["EMAIL_HOST_USER"] == "portal@example.com"
    assert settings["EMAIL_HOST_PASSWORD"] == "se:cret"
    assert settings["EMAIL_USE_TLS"] is True


def test_in_development_no_mail_leaves_the_machine(load):
    settings = load(DEVELOPMENT)
    assert settings["EMAIL_BACKEND"] == "facturamos.mail.OutboxBackend"
    assert settings["MAIL_TRANSPORT"] == "django.core.mail.backends.filebased.EmailBackend"


def test_sqlite_waits_in_line_and_loses_nothing(load):
    options = load(PRODUCTION)["DATABASES"]["default"]["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]
    assert "synchronous=FULL" in options["init_command"]


def test_postgresql_can_be_named_instead(load):
    url = "postgres://facturamos:secreto@127.0.0.1:5432/portal"
    database = load({**PRODUCTION, "DATABASE_URL": url})["DATABASES"]["default"]
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["NAME"], database["HOST"]) == ("portal", "127.0.0.1")
    assert database["CONN_HEALTH_CHECKS"] is True


@pytest.mark.django_db
def test_many_visitors_do_not_wipe_out_the_counters_of_the_rate_limits(load):
    with override_settings(CACHES={"default": load(PRODUCTION)["CACHES"]["default"]}):
        assert isinstance(caches["default"], DatabaseCache)
        for number in range(302):
            caches["default"].set(f"visitor-{number}", 1)
        kept = caches["default"].get_many([f"visitor-{number}" for number in range(302)])
    assert len(kept) == 302


def test_what_the_company_may_choose_has_its_defaults(load):
    settings = load(PRODUCTION)
    assert settings["TIME_ZONE"] == "America/Ciudad_Juarez"
    assert settings["CONSTANCIA_DAYS"] == 30
    assert settings["IVA_ZONE"] == "general"


@pytest.mark.slow
def test_a_start_that_is_refused_ends_with_the_sentence():
    # An empty variable wins over a .env, so this does not depend on one.
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        cwd=BASE,
        env={
            **os.environ,
            **PRODUCTION,
            "SECRET_KEY": "",
            "DJANGO_SETTINGS_MODULE": "facturamos.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert (
        done.stderr.strip()
        .splitlines()[-1]
        .endswith(
            "SECRET_KEY is not set. Put it in the environment or in .env; "
            "deploy/env.example says what it is for."
        )
    )
