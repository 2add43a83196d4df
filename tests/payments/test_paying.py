"""Recording deposits against a constancia."""

from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from payments.models import Constancia, Payment
from payments.recording import record_payment, record_payments
from payments.services import NotPayableError, cancel_constancia, expire_due
from renewals.models import MigrationNotice, Quote
from tests import factories
from tests.payments.ledger import DAY, actions, everything, issue

pytestmark = pytest.mark.django_db


def test_the_whole_total_pays_the_constancia(constancia, cxc):
    paid = record_payment(deposit=factories.make_deposit(constancia), by=cxc)
    assert paid.status == Constancia.Status.PAID
    assert paid.paid_by == cxc
    assert paid.paid_at
    payment = Payment.objects.get(constancia=constancia)
    assert payment.amount == Decimal("1305.00")
    assert payment.recorded_by == cxc


def test_paying_renews_the_quote(constancia, cxc):
    factories.pay(constancia, cxc)
    constancia.quote.refresh_from_db()
    assert constancia.quote.status == Quote.Status.RENEWED


def test_paying_opens_version_4_and_its_notice(constancia, cxc):
    assert constancia.customer.cfdi_version == "3.3"
    factories.pay(constancia, cxc)
    constancia.customer.refresh_from_db()
    assert constancia.customer.cfdi_version == "4.0"
    notice = MigrationNotice.objects.get(customer=constancia.customer)
    assert notice.acknowledged_at is None


def test_a_second_renewal_does_not_open_the_notice_again(constancia, user, cxc):
    factories.pay(constancia, cxc)
    factories.pay(factories.make_constancia(user), cxc)
    assert MigrationNotice.objects.count() == 1


def test_the_audit_tells_the_whole_story_of_a_payment(constancia, cxc):
    factories.pay(constancia, cxc)
    assert actions(constancia) == ["constancia.issued", "payment.recorded", "constancia.paid"]
    assert actions(constancia.customer) == ["customer.version"]
    assert actions(constancia.customer.migration_notice) == ["migration_notice.unlocked"]
    rows = [constancia, constancia, constancia.customer, constancia.customer.migration_notice]
    of_payment = AuditEvent.objects.order_by("pk").filter(actor=cxc.username)
    assert list(of_payment.values_list("target", flat=True)) == list(map(str, rows))
    event = AuditEvent.objects.get(action="payment.recorded")
    assert event.actor == cxc.username
    payment = Payment.objects.get()
    assert event.data == {
        "payment": payment.pk,
        "amount": "1305.00",
        "paid_on": str(payment.paid_on),
    }


def test_part_of_the_total_leaves_it_open(constancia, cxc):
    after = record_payment(deposit=factories.make_deposit(constancia, "1304.99"), by=cxc)
    assert after.status == Constancia.Status.OPEN
    assert after.quote.status == Quote.Status.HELD
    assert after.customer.cfdi_version == "3.3"
    assert actions(constancia) == ["constancia.issued", "payment.recorded"]


def test_parts_add_up_to_the_total(constancia, cxc):
    for amount, seen_paid in [("1000.00", "0.00"), ("304.99", "1000.00"), ("0.01", "1304.99")]:
        assert Constancia.objects.get().status == Constancia.Status.OPEN
        deposit = factories.make_deposit(constancia, amount, seen_paid=Decimal(seen_paid))
        record_payment(deposit=deposit, by=cxc)
    assert Constancia.objects.with_paid().get().paid == Decimal("1305.00")
    assert Constancia.objects.get().status == Constancia.Status.PAID


def test_more_than_the_total_pays_it_too(constancia, cxc):
    deposit = factories.make_deposit(constancia, "2000.00")
    assert record_payment(deposit=deposit, by=cxc).status == Constancia.Status.PAID
    assert Payment.objects.get().amount == Decimal("2000.00")


def test_a_deposit_of_the_day_of_issue_counts(account, quote, user, cxc):
    constancia = issue(quote, user)
    deposit = factories.make_deposit(constancia, paid_on=timezone.localdate(constancia.issued_at))
    assert record_payment(deposit=deposit, by=cxc).status == Constancia.Status.PAID


def test_the_rest_may_come_after_the_last_day(constancia, cxc, clock):
    record_payment(deposit=factories.make_deposit(constancia, "1000.00"), by=cxc)
    clock(constancia.expires_on + DAY, 12)
    rest = factories.make_deposit(constancia, "305.00", seen_paid=Decimal("1000.00"))
    assert record_payment(deposit=rest, by=cxc).status == Constancia.Status.PAID


def refused(constancia: Constancia, by, **deposit) -> str:
    """Why the deposit is not recorded; and it must leave no trace."""
    before = everything()
    with pytest.raises(NotPayableError) as refusal:
        record_payment(deposit=factories.make_deposit(constancia, **deposit), by=by)
    assert everything() == before
    return str(refusal.value).replace(constancia.printed_reference, "123 4566")


def test_a_paid_constancia_is_not_paid_twice(constancia, cxc):
    factories.pay(constancia, cxc)
    assert refused(constancia, cxc) == (
        "La constancia 123 4566 está pagada; no se registró ningún pago."
    )


def test_a_cancelled_constancia_takes_no_payment(constancia, cxc):
    cancel_constancia(constancia=constancia, by=cxc)
    assert refused(constancia, cxc) == (
        "La constancia 123 4566 está cancelada; no se registró ningún pago."
    )


@pytest.fixture
def expired(constancia, clock):
    """The constancia of the manual on the day after its last."""
    clock(constancia.expires_on + DAY, 9)
    assert expire_due() == 1
    constancia.refresh_from_db()
    return constancia


def test_a_deposit_after_the_end_does_not_pay_an_expired_constancia(expired, cxc):
    assert refused(expired, cxc) == (
        "La constancia 123 4566: el depósito se hizo después de que venció la constancia, así que "
        "no puede confirmarse con ella. Pida al cliente que genere otra, o resuélvalo con su "
        "administrador."
    )


def test_a_deposit_made_in_time_counts_although_it_is_confirmed_late(expired, cxc):
    deposit = factories.make_deposit(expired, paid_on=expired.expires_on)
    paid = record_payment(deposit=deposit, by=cxc)
    assert paid.status == Constancia.Status.PAID
    assert paid.expired_at is None
    assert Quote.objects.get().status == Quote.Status.RENEWED
    assert actions(expired)[1:] == [
        "constancia.expired",
        "constancia.reopened",
        "payment.recorded",
        "constancia.paid",
    ]


def followed_by_another(expired, user):
    Quote.objects.update(valid_until=expired.expires_on + 9 * DAY)
    return factories.make_constancia(user, Quote.objects.get(pk=expired.quote_id))


def test_an_unpaid_constancia_gives_way_to_the_one_that_was_paid_in_time(expired, user, cxc):
    newer = followed_by_another(expired, user)
    deposit = factories.make_deposit(expired, paid_on=expired.expires_on)
    assert record_payment(deposit=deposit, by=cxc).status == Constancia.Status.PAID
    newer.refresh_from_db()
    assert (newer.status, newer.cancelled_by) == (Constancia.Status.CANCELLED, cxc)
    assert Quote.objects.get(pk=expired.quote_id).status == Quote.Status.RENEWED


def test_a_constancia_with_money_does_not_give_way(expired, user, cxc):
    newer = followed_by_another(expired, user)
    today = {"paid_on": timezone.localdate()}
    record_payment(deposit=factories.make_deposit(newer, "5.00", **today), by=cxc)
    assert "ya recibió un pago" in refused(expired, cxc, paid_on=expired.expires_on)


def test_two_people_who_confirm_the_same_deposit_record_it_once(constancia, cxc):
    record_payment(deposit=factories.make_deposit(constancia, "500.00"), by=cxc)
    assert refused(constancia, cxc, amount="500.00", seen_paid=Decimal("0.00")) == (
        "La constancia 123 4566 recibió otro pago mientras usted confirmaba: lleva $500.00 de "
        "$1,305.00. No se registró nada; revise el banco y confirme de nuevo si hace falta."
    )


def test_a_deposit_of_tomorrow_is_refused(constancia, cxc):
    tomorrow = timezone.localdate() + DAY
    assert refused(constancia, cxc, paid_on=tomorrow) == (
        "La constancia 123 4566: la fecha del depósito todavía no llega; revísela."
    )


def test_a_deposit_from_before_the_constancia_is_refused(constancia, cxc):
    the_day_before = timezone.localdate(constancia.issued_at) - DAY
    assert refused(constancia, cxc, paid_on=the_day_before) == (
        "La constancia 123 4566: la fecha del depósito es anterior a la constancia; revísela."
    )


def test_one_deposit_that_is_refused_does_not_hold_up_the_others(user, outsider, cxc):
    first, second, third = (factories.make_constancia(who) for who in (user, outsider, user))
    factories.pay(second, cxc)
    done = record_payments(
        deposits=[factories.make_deposit(each) for each in (first, second, third)], by=cxc
    )
    recorded = [outcome.constancia_id for outcome in done if outcome.payment_id]
    assert recorded == [first.pk, third.pk]
    assert [outcome.refusal for outcome in done if not outcome.payment_id] == [
        f"La constancia {second.printed_reference} está pagada; no se registró ningún pago."
    ]
    assert set(Constancia.objects.values_list("status", flat=True)) == {"paid"}
    assert Payment.objects.count() == 3
