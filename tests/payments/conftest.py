"""What the tests of the rules of payments share."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from payments import documents
from payments.models import Constancia
from tests import factories


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
def requested(constancia, cxc):
    """The request of an invoice for it, once it is paid."""
    return factories.make_invoice_request(factories.pay(constancia, cxc))


@pytest.fixture
def issued(user, settings, monkeypatch) -> Callable[..., Constancia]:
    """What issues a constancia some days ago, good for so many days from then."""

    def issue(days: int, ago: int = 0) -> Constancia:
        settings.CONSTANCIA_DAYS = days
        if ago:
            before = timezone.now() - timedelta(days=ago)
            field = Constancia._meta.get_field("issued_at")
            monkeypatch.setitem(field.__dict__, "_get_default", lambda: before)
        return factories.make_constancia(user)

    return issue
