"""What every test has."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from django.utils import timezone
from hypothesis import settings as hypothesis_settings

from facturamos.texts import in_force
from tests import factories
from tests.accounts import people
from tests.live import Prepared, prepared
from tests.payments.ledger import JUAREZ

# Without one of them (or the marker of pytest-django) no test reaches a database.
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "ready"}
# For `make quick`; `make test` tries as many examples as each test asks for.
hypothesis_settings.register_profile("quick", max_examples=15)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What reaches no database comes to the same on both, so `make test` runs it once."""
    for item in items:
        asked_for = set(getattr(item, "fixturenames", ()))
        if not asked_for & DATABASE_FIXTURES and item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.no_database)


@pytest.fixture(autouse=True)
def _quick_and_clean(settings, tmp_path, monkeypatch):
    """Cheap password hashes, files that go with the test, and no texts of the test before."""
    monkeypatch.setattr(in_force, "_last", in_force._Memo())
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
    """Makes a browser's stand-in with the given person signed in, just now and with a code."""
    return people.sign_in


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    """What every real portal of this run starts from."""
    with prepared(tmp_path_factory.mktemp("prepared")) as made:
        yield made


@pytest.fixture
def clock(monkeypatch, settings):
    """Sets what time it is in Ciudad Juárez."""
    settings.TIME_ZONE = "America/Ciudad_Juarez"

    def set_to(day: date, hour: int = 0, minute: int = 0, second: int = 0) -> None:
        now = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=JUAREZ)
        monkeypatch.setattr(timezone, "now", lambda: now)

    return set_to
