"""What every test has."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from tests import factories
from tests.live import ROOT


@pytest.fixture(autouse=True)
def _quick_and_clean(settings, tmp_path):
    """Cheap password hashes, and files that go with the test."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"


@pytest.fixture
def user(db):
    """A person of a customer who accepted the notice."""
    return factories.make_consenting_user()


@pytest.fixture
def outsider(db):
    """A person of another customer."""
    return factories.make_consenting_user()


@pytest.fixture
def cxc(db):
    """A person of CxC."""
    from django.contrib.auth.models import Group  # noqa: PLC0415 (the registry must be ready)

    person = factories.make_user(is_staff=True)
    person.groups.add(Group.objects.get(name="CxC"))
    return person


@pytest.fixture
def signed_in():
    """Makes a browser's stand-in with the given person signed in."""

    def sign_in(person) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture(scope="session")
def static_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collected static files, once for all that look at the real program."""
    folder = tmp_path_factory.mktemp("static")
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"]
    environment = os.environ | {"ENVIRONMENT": "development", "STATIC_ROOT": str(folder)}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return folder
