"""Somebody of CxC, and a statement with one deposit of each kind."""

from decimal import Decimal

import pytest
from django.utils import timezone

from tests import factories
from tests.reconciliation.bank import imported, spei, statement


@pytest.fixture
def client(cxc, signed_in):
    return signed_in(cxc)


@pytest.fixture
def constancia(user):
    return factories.make_constancia(user)


@pytest.fixture
def content(constancia):
    fee = (timezone.localdate(), "COMISION", Decimal("-11.60"))
    stranger = spei(None, "700.00", folio=2, text="RENTA <b>")
    return statement(spei(constancia), stranger, fee)


@pytest.fixture
def read(content, cxc):
    return imported(content, cxc)
