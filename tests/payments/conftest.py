"""What the tests of the rules of payments share."""

from datetime import date, datetime

import pytest
from django.utils import timezone

from payments import documents
from tests import factories
from tests.payments.ledger import JUAREZ


@pytest.fixture(autouse=True)
def _no_memory_of_failures(monkeypatch):
    """Numbers come again from test to test: what one could not draw must not rest in the next."""
    monkeypatch.setattr(documents, "_resting", {})


@pytest.fixture
def account():
    return factories.make_bank_account()


@pytest.fixture
def quote(user):
    """The quote of the manual, of 5,220.00 in all."""
    return factories.make_quote(user.customer, factories.QUOTE_OF_THE_MANUAL)


@pytest.fixture
def constancia(user):
    """The constancia of the manual, of 1,305.00."""
    return factories.make_constancia(user)


@pytest.fixture
def clock(monkeypatch, settings):
    """Sets what time it is in Ciudad Juárez."""
    settings.TIME_ZONE = "America/Ciudad_Juarez"

    def set_to(day: date, hour: int = 0, minute: int = 0, second: int = 0) -> None:
        now = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=JUAREZ)
        monkeypatch.setattr(timezone, "now", lambda: now)

    return set_to
