"""Taking a payment back: a mistake of the desk, or a deposit the bank reversed."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent
from payments.models import Constancia, Payment, PaymentReversal
from payments.recording import record_payment, record_payments
from payments.reverting import revert_payments
from payments.services import cancel_constancia, expire_due
from renewals.models import MigrationNotice, Quote
from tests import factories
from tests.payments.ledger import DAY, actions, everything

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

LIST = "/admin/payments/payment/"


@pytest.fixture
def payment(constancia, cxc):
    """The whole total of the manual's constancia."""
    factories.pay(constancia, cxc)
    return Payment.objects.get()


def revert(*payments, by, reason="Era de otro cliente.") -> int:
    return revert_payments(payments=[each.pk for each in payments], reason=reason, by=by)


def test_the_constancia_waits_for_its_money_again(payment, constancia, cxc):
    assert revert(payment, by=cxc) == 1
    after = Constancia.objects.with_paid().get()
    assert (after.status, after.paid, after.paid_at, after.paid_by) == ("open", 0, None, None)
    assert Quote.objects.get().status == Quote.Status.HELD
    assert Payment.objects.count() == 1, "what was recorded stays in the books"
    undone = PaymentReversal.objects.get()
    assert (undone.payment, undone.reason, undone.reverted_by) == (
        payment,
        "Era de otro cliente.",
        cxc,
    )


def test_version_4_is_locked_again(payment, constancia, cxc):
    revert(payment, by=cxc)
    constancia.customer.refresh_from_db()
    assert constancia.customer.cfdi_version == "3.3"
    assert not MigrationNotice.objects.exists()


def test_version_4_stays_with_another_paid_constancia(payment, user, cxc):
    factories.pay(factories.make_constancia(user), cxc)
    revert(payment, by=cxc)
    user.customer.refresh_from_db()
    assert user.customer.cfdi_version == "4.0"
    assert MigrationNotice.objects.exists()


def test_who_keeps_version_4_is_read_once_the_customers_are_locked(payment, cxc):
    with CaptureQueriesContext(connection) as queries:
        revert(payment, by=cxc)
    reads = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    of_customers = [number for number, sql in enumerate(reads) if 'FROM "accounts_customer"' in sql]
    of_the_others = [number for number, sql in enumerate(reads) if "'paid'" in sql]
    assert of_customers[0] < of_the_others[0]
    if connection.features.has_select_for_update:
        assert "FOR UPDATE" in reads[of_customers[0]]


def test_the_audit_says_why(payment, constancia, cxc):
    revert(payment, by=cxc)
    assert actions(constancia)[-2:] == ["payment.reverted", "constancia.unpaid"]
    assert actions(constancia.customer) == ["customer.version", "customer.version"]
    event = AuditEvent.objects.get(action="payment.reverted")
    assert event.data == {
        "payment": payment.pk,
        "amount": "1305.00",
        "reason": "Era de otro cliente.",
    }


def test_it_can_be_paid_again(payment, constancia, cxc):
    revert(payment, by=cxc)
    assert factories.pay(constancia, cxc).status == Constancia.Status.PAID
    assert MigrationNotice.objects.count() == 1


def test_a_part_taken_back_leaves_the_others(constancia, cxc):
    record_payment(deposit=factories.make_deposit(constancia, "1000.00"), by=cxc)
    first = Payment.objects.get()
    rest = factories.make_deposit(constancia, "305.00", seen_paid=first.amount)
    record_payment(deposit=rest, by=cxc)
    revert(first, by=cxc)
    after = Constancia.objects.with_paid().get()
    assert (after.status, after.paid) == ("open", Decimal("305.00"))


def test_what_was_paid_above_the_total_may_go_and_it_stays_paid(constancia, cxc):
    parts = [("1000.00", "0.00"), ("1500.00", "1000.00")]
    for amount, seen in parts:
        deposit = factories.make_deposit(constancia, amount, seen_paid=Decimal(seen))
        record_payment(deposit=deposit, by=cxc)
    revert(Payment.objects.get(amount="1000.00"), by=cxc)
    assert Constancia.objects.get().status == Constancia.Status.PAID


def test_twice_is_once(payment, cxc):
    revert(payment, by=cxc)
    before = everything()
    assert revert(payment, by=cxc) == 0
    assert everything() == before


def test_one_without_money_may_expire_and_be_cancelled_again(payment, constancia, cxc, clock):
    revert(payment, by=cxc)
    clock(constancia.expires_on + DAY, 9)
    assert expire_due() == 1
    assert Constancia.objects.get().status == Constancia.Status.EXPIRED


def test_it_may_be_cancelled(payment, constancia, cxc):
    revert(payment, by=cxc)
    constancia.refresh_from_db()
    assert cancel_constancia(constancia=constancia, by=cxc)


def payments_of(number, cxc) -> list[Payment]:
    people = [factories.make_consenting_user() for _ in range(number)]
    deposits = [factories.make_deposit(factories.make_constancia(person)) for person in people]
    record_payments(deposits=deposits, by=cxc)
    return list(Payment.objects.order_by("-pk")[:number])


@pytest.mark.parametrize("number", [1, 3])
def test_queries_of_recording_do_not_grow(number, cxc, django_assert_num_queries):
    people = [factories.make_consenting_user() for _ in range(number)]
    deposits = [factories.make_deposit(factories.make_constancia(person)) for person in people]
    with django_assert_num_queries(26):
        record_payments(deposits=deposits, by=cxc)


@pytest.mark.parametrize("number", [1, 3])
def test_queries_of_reverting_do_not_grow(number, cxc, django_assert_num_queries):
    payments = payments_of(number, cxc)
    with django_assert_num_queries(29):
        revert(*payments, by=cxc)


class TestPage:
    """CxC takes a payment back in the admin."""

    def send(self, client, *payments, **data):
        return client.post(
            LIST,
            {"action": "revert", "_selected_action": [each.pk for each in payments], **data},
            follow=True,
        )

    def test_it_asks_why_first(self, payment, cxc, signed_in):
        page = self.send(signed_in(cxc), payment).content.decode()
        assert "Deshacer el pago" in page
        assert "$1,305.00" in page
        assert not PaymentReversal.objects.exists()

    def test_without_a_reason_nothing_happens(self, payment, cxc, signed_in):
        page = self.send(signed_in(cxc), payment, confirmed="1", reason=" ").content.decode()
        assert "Escriba el motivo" in page
        assert not PaymentReversal.objects.exists()

    def test_it_takes_it_back_and_the_list_says_so(self, payment, cxc, signed_in):
        page = self.send(signed_in(cxc), payment, confirmed="1", reason="El banco lo devolvió.")
        assert "Se deshizo 1 pago" in page.content.decode()
        assert PaymentReversal.objects.get().reverted_by == cxc
        assert "El banco lo devolvió." in page.content.decode()

    def test_the_list_tells_the_day_on_the_companys_clock(self, payment, cxc, signed_in):
        night = datetime(2026, 11, 21, 5, 30, tzinfo=UTC)  # still the 20th in Mexico
        PaymentReversal.objects.create(
            payment=payment, reason="Error", reverted_at=night, reverted_by=cxc
        )
        assert "deshecho el 20/11/2026 por" in signed_in(cxc).get(LIST).content.decode()

    def test_one_that_is_undone_is_not_asked_about(self, payment, cxc, signed_in):
        revert(payment, by=cxc)
        page = self.send(signed_in(cxc), payment).content.decode()
        assert "ya estaban deshechos" in page

    def test_it_takes_the_permission(self, payment, signed_in):
        looker = factories.make_user(is_staff=True)
        looker.user_permissions.add(Permission.objects.get(codename="view_payment"))
        self.send(signed_in(looker), payment, confirmed="1", reason="Nada.")
        assert not PaymentReversal.objects.exists()

    @pytest.mark.parametrize(("state", "shown"), [("vale", 1), ("deshecho", 1), ("", 2)])
    def test_the_list_is_filtered(self, payment, user, cxc, signed_in, state, shown):
        factories.pay(factories.make_constancia(user), cxc)
        revert(payment, by=cxc)
        page = signed_in(cxc).get(LIST, {"estado": state} if state else {})
        assert page.context["cl"].result_count == shown
