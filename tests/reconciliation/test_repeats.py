"""Twice is once across a change of the company's account."""

from decimal import Decimal

import pytest
from django.utils import timezone

from reconciliation.deciding import DecisionError
from reconciliation.models import Movement
from reconciliation.work import ask_to_undo
from tests import factories
from tests.reconciliation import writers
from tests.reconciliation.bank import imported, spei, statement

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

OLD = {"account_number": writers.ACCOUNT, "clabe": "012000001000000178"}


@pytest.fixture(autouse=True)
def old():
    return factories.make_bank_account(**OLD)


def change_account():
    return factories.make_bank_account()


def cash(number: int = 1):
    """Deposits alike in all that the bank tells of them."""
    return [(timezone.localdate(), "DEPOSITO EN EFECTIVO", Decimal("100.00"))] * number


def naming(account: str, *lines) -> bytes:
    return f"Cuenta {account}\r\n".encode() + statement(*lines)


def counted() -> int:
    return Movement.objects.exclude(state="void").count()


def test_an_export_without_account_is_the_same_after_the_account_changed(cxc):
    first = imported(statement(*cash(), spei(None, "5.00", folio=1)), cxc)
    change_account()
    whole = [*cash(), spei(None, "5.00", folio=1), spei(None, "7.00", folio=2)]
    second = imported(statement(*whole), cxc)
    assert (second.movements.count(), second.sightings.count()) == (1, 2)
    assert counted() == 3
    third = imported(statement(*whole, opening="9.00"), cxc)
    assert (third.movements.count(), third.sightings.count()) == (0, 3)
    with pytest.raises(DecisionError, match="Deshaga primero"):
        ask_to_undo(statement=first, reason="Error.", by=cxc)


@pytest.mark.parametrize(("before", "after"), [(1, 3), (2, 2), (3, 1), (0, 2)])
def test_equal_deposits_are_counted_across_the_change(cxc, before, after):
    if before:
        imported(statement(*cash(before)), cxc)
    change_account()
    for opening in ("1.00", "2.00"):
        imported(statement(*cash(after), opening=opening), cxc)
    assert counted() == max(before, after)


@pytest.mark.parametrize("first_named", [True, False])
def test_one_export_names_the_old_account_and_the_other_none(cxc, first_named):
    contents = [naming(OLD["account_number"], *cash(2)), statement(*cash(2))]
    if not first_named:
        contents.reverse()
    change_account()  # so that the one without a name counts as the new account's
    for content in contents:
        imported(content, cxc)
    assert counted() == 2


def test_two_exports_that_name_two_accounts_are_of_two_accounts(cxc):
    new = change_account()
    for account in (OLD["account_number"], new.account_number):
        imported(naming(account, *cash()), cxc)
    assert counted() == 2


def test_an_account_registered_again_with_another_clabe_is_the_same_account(cxc):
    imported(naming(OLD["account_number"], *cash()), cxc)
    factories.make_bank_account(**{**OLD, "clabe": "012164001000000179"})
    imported(naming(OLD["account_number"], *cash(2)), cxc)
    assert counted() == 2
