"""What the tests of the security checklist (docs/security.md) share."""

import io
import logging
import runpy
import time

import environ
import pytest

from facturamos import logs
from tests import factories
from tests.facturamos.test_settings import BASE, PRODUCTION, load  # noqa: F401 (a fixture)


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
