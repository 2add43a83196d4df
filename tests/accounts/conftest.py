"""Who comes in the tests of accounts."""

import pytest

from tests import factories


@pytest.fixture
def admin(db):
    """An administrator."""
    return factories.make_user(is_staff=True, is_superuser=True)


@pytest.fixture
def person(db):
    """Somebody new, without a password."""
    person = factories.make_user(
        factories.make_customer(), first_name="Ana", last_name="Peña & D'Ángel", password=None
    )
    assert not person.has_usable_password()
    return person
