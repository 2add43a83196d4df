"""What the tests of the security checklist (docs/security.md) share."""

import io
import logging
import runpy
import time
from pathlib import Path

import environ
import pytest
from django.test import Client, override_settings

from facturamos import logs
from tests import factories
from tests.facturamos.test_settings import BASE, PRODUCTION, load  # noqa: F401 (a fixture)
from tests.reconciliation.bank import rolled_back
from tests.security.walking import ANONYMOUS, BEFORE_CODE, Visitor
from tests.security.world import World, build


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The checklist goes through everything once more, so it is left to `make test`."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def in_production(settings, monkeypatch):
    """The settings that only production has: cookies, HSTS, HTTPS."""
    monkeypatch.setattr(environ.Env, "ENVIRON", dict(PRODUCTION))
    real = runpy.run_path(str(BASE / "facturamos/settings.py"))
    for name in real:
        if name.startswith(("SECURE_", "SESSION_COOKIE_", "CSRF_COOKIE_")):
            setattr(settings, name, real[name])


@pytest.fixture
def constancia(user):
    """The constancia of the manual, of 1,305.00."""
    return factories.make_constancia(user)


@pytest.fixture
def log():
    """What is logged in a production's form, as a function that gives the text so far."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.formatter(as_json=True))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield written.getvalue
    root.setLevel(before)
    root.removeHandler(handler)


@pytest.fixture
def now(monkeypatch):
    """Time stands still, unless it is set on: `now.seconds += 300`."""

    class Now:
        seconds = time.time()

    monkeypatch.setattr(time, "time", lambda: Now.seconds)
    return Now


@pytest.fixture(scope="module")
def _built(django_db_setup, django_db_blocker, tmp_path_factory):
    """The world and its files, made once for a module, in a transaction that is never committed."""
    media = tmp_path_factory.mktemp("world")
    cheap = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=media, PASSWORD_HASHERS=cheap),
        rolled_back(),
    ):
        yield build(), media


@pytest.fixture
def world(_built, db, settings) -> World:
    """A row of everything. What a test does to it is gone afterwards."""
    made, settings.MEDIA_ROOT = _built
    return made


@pytest.fixture
def client_of(world, signed_in):
    """Makes the browser's stand-in of a visitor; what breaks is an answer 500."""

    def make(visitor: Visitor, **defaults) -> Client:
        defaults = {"raise_request_exception": False, **defaults}
        if visitor.name == ANONYMOUS:
            return Client(**defaults)
        person = world.people[visitor.person]
        if visitor.name != BEFORE_CODE:
            return signed_in(person, **defaults)
        client = Client(**defaults)
        client.force_login(person)
        return client

    return make
