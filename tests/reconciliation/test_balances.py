"""Constancias whose money does not come out even."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from payments.balances import overpaid, partly_paid
from payments.recording import record_payment
from payments.reverting import revert_payments
from tests import factories
from tests.reconciliation.desk import text_of

BALANCES = "/admin/reconciliation/movement/saldos/"

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def client(cxc, signed_in):
    return signed_in(cxc)


def paid(amount: str, cxc):
    """A constancia of 1,305.00 to which so much was paid."""
    constancia = factories.make_constancia(factories.make_consenting_user())
    record_payment(deposit=factories.make_deposit(constancia, amount), by=cxc)
    return constancia


@pytest.fixture
def _later(monkeypatch):
    """It is long after the last day of every constancia here."""
    day = timezone.localdate() + timedelta(days=400)
    monkeypatch.setattr("reconciliation.admin.movements.timezone.localdate", lambda: day)


def test_only_what_exceeds_the_total_the_most_first(cxc):
    small, large = paid("1305.01", cxc), paid("1400.00", cxc)
    for amount in ("1305.00", "1304.99"):
        paid(amount, cxc)
    found = [(row, row.over) for row in overpaid()]
    assert found == [(large, Decimal("95.00")), (small, Decimal("0.01"))]


def test_what_was_taken_back_is_no_balance(cxc):
    constancia = paid("1400.00", cxc)
    ids = list(constancia.payments.values_list("pk", flat=True))
    revert_payments(payments=ids, reason="Error.", by=cxc)
    assert not overpaid()


def test_a_part_is_listed_once_its_last_day_is_over(cxc):
    part = paid("1000.00", cxc)
    paid("1305.00", cxc)
    factories.make_constancia(factories.make_consenting_user())
    assert not partly_paid(part.expires_on)
    [row] = partly_paid(part.expires_on + timedelta(days=1))
    assert (row, str(row.missing)) == (part, "305.00")


def test_the_page_tells_both_and_the_queue_leads_to_it(client, cxc, request):
    over, part = paid("1400.00", cxc), paid("1000.00", cxc)
    request.getfixturevalue("_later")
    told = text_of(client.get(BALANCES))
    assert f"{over.printed_reference} {over.customer_name} $1,305.00 $1,400.00 $95.00" in told
    assert part.printed_reference in told
    assert "$1,305.00 $1,000.00 $305.00" in told
    assert f'href="{BALANCES}"' in client.get("/admin/reconciliation/movement/").content.decode()


def test_nothing_to_tell_is_told(client):
    told = text_of(client.get(BALANCES))
    assert "Ninguna constancia tiene pagos de más" in told


@pytest.mark.parametrize("count", [1, 3])
def test_the_queries_do_not_grow(client, cxc, count, request, django_assert_num_queries):
    for _ in range(count):
        paid("1400.00", cxc)
        paid("1000.00", cxc)
    request.getfixturevalue("_later")
    with django_assert_num_queries(6):
        assert client.get(BALANCES).content.decode().count("$1,305.00") == 2 * count


def test_strangers_are_kept_out(user, signed_in):
    assert signed_in(factories.make_user(is_staff=True)).get(BALANCES).status_code == 403
    assert signed_in(user).get(BALANCES).status_code == 302
