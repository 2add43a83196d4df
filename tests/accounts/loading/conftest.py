"""Who loads, and what."""

import pytest

from tests import factories
from tests.accounts.loading.companies import ANA, HEADER, NORTE
from tests.tables import as_csv


@pytest.fixture
def boss():
    return factories.make_user(is_staff=True, is_superuser=True)


@pytest.fixture
def distributor():
    return factories.make_distributor(name="Distribuidora Uno")


@pytest.fixture
def table(distributor):
    return as_csv(HEADER, NORTE, ANA)
