from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEvent
from payments import services
from payments.models import BankAccount, Constancia, ConstanciaLine, Payment
from payments.services import (
    NoBankAccountError,
    NotPayableError,
    PaymentsError,
    QuoteClosedError,
    TotalChangedError,
    cancel_constancia,
    expire_due,
    issue_constancia,
    record_payment,
    record_payments,
)
from renewals.models import MigrationNotice, Quote
from renewals.pricing import SelectionError
from tests import factories

pytestmark = pytest.mark.django_db

JUAREZ = ZoneInfo("America/Ciudad_Juarez")
TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)


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


def everything() -> list:
    """All that a service could have written."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (
            Quote,
            Constancia,
            ConstanciaLine,
            Payment,
            MigrationNotice,
            AuditEvent,
        )
    ]


def issue(quote, by, **arguments) -> Constancia:
    picked = set(quote.lines.values_list("pk", flat=True))
    return issue_constancia(
        **{"quote": quote, "picked": picked, "seen_total": None, "by": by, **arguments}
    )


def actions(target) -> list[str]:
    """What the audit says was done to the row, oldest first."""
    rows = AuditEvent.objects.filter(target_type=target._meta.label_lower, target_id=str(target.pk))
    return list(rows.order_by("pk").values_list("action", flat=True))


# --- issue_constancia -------------------------------------------------------------------


def test_the_constancia_of_the_manual_comes_to_1305(account, user):
    constancia = issue(factories.make_quote(user.customer), user)
    constancia.refresh_from_db()
    assert constancia.subtotal == Decimal("1125.00")
    assert constancia.iva_rate == Decimal("0.16")
    assert constancia.iva == Decimal("180.00")
    assert constancia.total == Decimal("1305.00")


def test_a_line_left_out_is_kept_with_no_and_adds_nothing(account, quote, user):
    picked = set(quote.lines.filter(description__in=["Actualizacion 3.3 NIVEL 1", "Emisor"]))
    constancia = issue(quote, user, picked={line.pk for line in picked})
    assert list(
        constancia.lines.values_list("code", "quantity", "description", "included", "amount")
    ) == [
        ("SP0801", 1, "Actualizacion 3.3 NIVEL 1", True, Decimal("900.00")),
        ("SP0100", 1, "Emisor", True, Decimal("0.00")),
        ("SP0300", 2, "Diseños especiales de factura", False, Decimal("0.00")),
    ]
    assert constancia.lines.get(code="SP0300").unit_price == Decimal("1800.00")
    assert constancia.total == Decimal("1044.00")


def test_prices_and_names_are_frozen(constancia, user):
    user.customer.legal_name = "Otro nombre"
    user.customer.save()
    line = constancia.quote.lines.first()
    line.unit_price = Decimal("9.00")
    line.save()
    name = constancia.customer_name
    constancia.refresh_from_db()
    assert constancia.customer_name == name != "Otro nombre"
    assert constancia.lines.first().unit_price == Decimal("575.00")


def test_it_says_whose_it_is_and_who_asked(account, quote, user):
    constancia = issue(quote, user)
    assert constancia.customer == user.customer
    assert constancia.customer_name == user.customer.legal_name
    assert constancia.customer_rfc == user.customer.rfc
    assert constancia.issued_by == user
    assert constancia.status == Constancia.Status.OPEN


def test_it_keeps_the_account_that_was_in_force(constancia):
    factories.make_bank_account(
        bank_name="Otro", account_number="1", clabe="072164001016446372", beneficiary="Otra"
    )
    constancia.refresh_from_db()
    assert constancia.beneficiary == "Sistemas Perseo S.A. de C.V."
    assert constancia.bank_name == "BBVA"
    assert constancia.account_number == "0101644637"
    assert constancia.clabe == "012164001016446374"


def test_it_can_be_paid_for_as_many_days_as_the_setting_says(account, quote, user, settings, clock):
    settings.CONSTANCIA_DAYS = 10
    quote.valid_until = TODAY
    quote.save()
    clock(TODAY, 23, 59)
    assert str(issue(quote, user).expires_on) == "2026-12-02"


def test_the_quote_is_held_while_the_constancia_stands(account, quote, user):
    issue(quote, user)
    quote.refresh_from_db()
    assert quote.status == Quote.Status.HELD


def test_the_audit_says_who_issued_what_for_how_much(account, quote, user):
    constancia = issue(quote, user)
    event = AuditEvent.objects.get(action="constancia.issued")
    assert (event.actor_id, event.actor) == (user.pk, user.username)
    assert event.target_id == str(constancia.pk)
    assert event.data == {"total": "5220.00"}


def test_asking_again_gives_the_same_constancia(account, quote, user):
    first = issue(quote, user)
    before = everything()
    again = issue(quote, user, picked={quote.lines.first().pk}, seen_total=Decimal("1.00"))
    assert again == first
    assert everything() == before


def test_asking_again_after_paying_gives_the_paid_one(constancia, user, cxc):
    factories.pay(constancia, cxc)
    assert issue(constancia.quote, user).status == Constancia.Status.PAID


def test_after_a_cancellation_there_is_a_new_reference(constancia, user, cxc):
    cancel_constancia(constancia=constancia, by=cxc)
    again = issue(constancia.quote, user)
    assert again.pk != constancia.pk
    assert again.reference != constancia.reference


def test_the_total_the_customer_saw_is_the_one_they_get(account, quote, user):
    assert issue(quote, user, seen_total=Decimal("5220.00")).total == Decimal("5220.00")


def test_another_total_than_the_customer_saw_writes_nothing(account, quote, user):
    before = everything()
    with pytest.raises(TotalChangedError) as refusal:
        issue(quote, user, seen_total=Decimal("1305.00"))
    assert str(refusal.value) == (
        "El total no coincide con su cotización: es $5,220.00. "
        "No se generó nada; revise el importe y acepte de nuevo."
    )
    assert everything() == before


def test_a_quote_can_be_used_until_the_end_of_its_last_day(account, quote, user, clock):
    quote.valid_until = TODAY
    quote.save()
    clock(TODAY, 23, 59, 59)
    assert issue(quote, user).pk


def test_an_expired_quote_writes_nothing(account, quote, user, clock):
    quote.valid_until = TODAY
    quote.save()
    clock(TODAY + DAY)
    before = everything()
    with pytest.raises(QuoteClosedError) as refusal:
        issue(quote, user)
    assert str(refusal.value) == "La cotización ya no está vigente; pida una nueva a ventas."
    assert everything() == before


def test_without_an_account_in_force_nothing_is_written(quote, user, cxc):
    factories.make_bank_account()
    BankAccount.objects.update(retired_at=timezone.now(), retired_by=cxc)
    before = everything()
    with pytest.raises(NoBankAccountError, match="falta la cuenta de depósito"):
        issue(quote, user)
    assert everything() == before


def test_a_pick_that_cannot_be_paid_for_writes_nothing(account, quote, user):
    before = everything()
    with pytest.raises(SelectionError, match="es necesario para su renovación"):
        issue(quote, user, picked={quote.lines.last().pk})
    assert everything() == before


def test_a_line_of_somebody_else_s_quote_writes_nothing(account, quote, user, outsider):
    others = factories.make_quote(outsider.customer).lines.values_list("pk", flat=True)
    before = everything()
    with pytest.raises(SelectionError, match="no está en su cotización"):
        issue(quote, user, picked={*others, *quote.lines.values_list("pk", flat=True)})
    assert everything() == before


def test_a_reference_that_was_used_before_is_drawn_again(constancia, quote, user, monkeypatch):
    drawn = iter([constancia.reference, constancia.reference, "1000002"])
    monkeypatch.setattr(services, "new_reference", lambda: next(drawn))
    assert issue(quote, user).reference == "1000002"


def test_a_cancelled_constancia_s_reference_is_never_used_again(constancia, user, cxc, monkeypatch):
    cancel_constancia(constancia=constancia, by=cxc)
    drawn = iter([constancia.reference, "1000002"])
    monkeypatch.setattr(services, "new_reference", lambda: next(drawn))
    assert issue(constancia.quote, user).reference == "1000002"


def test_it_does_not_draw_references_for_ever(constancia, quote, user, monkeypatch):
    drawn = iter([constancia.reference] * 100)
    monkeypatch.setattr(services, "new_reference", lambda: next(drawn))
    before = everything()
    with pytest.raises(PaymentsError, match="No fue posible asignar una referencia"):
        issue(quote, user)
    assert everything() == before


def test_another_broken_rule_is_not_taken_for_a_used_reference(quote, user, monkeypatch):
    factories.make_bank_account()
    drawn = iter(["not seven digits"[:6]])
    monkeypatch.setattr(services, "new_reference", lambda: next(drawn))
    with pytest.raises(IntegrityError):
        issue(quote, user)


# --- record_payment ---------------------------------------------------------------------


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


def test_a_deposit_made_in_time_does_not_count_once_there_is_another_constancia(expired, user, cxc):
    Quote.objects.update(valid_until=expired.expires_on + DAY)
    issue(expired.quote, user)
    assert refused(expired, cxc, paid_on=expired.expires_on) == (
        "La constancia 123 4566 venció y el cliente ya generó otra para la misma cotización. "
        "No se registró nada; confirme el depósito en la nueva."
    )


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


# --- record_payments --------------------------------------------------------------------


def test_one_deposit_that_is_refused_does_not_hold_up_the_others(user, outsider, cxc):
    first, second, third = (factories.make_constancia(who) for who in (user, outsider, user))
    factories.pay(second, cxc)
    done = record_payments(
        deposits=[factories.make_deposit(each) for each in (first, second, third)], by=cxc
    )
    assert done.recorded == [first, third]
    assert done.refused == [
        f"La constancia {second.printed_reference} está pagada; no se registró ningún pago."
    ]
    assert set(Constancia.objects.values_list("status", flat=True)) == {"paid"}
    assert Payment.objects.count() == 3


# --- cancel_constancia ------------------------------------------------------------------


def test_cancelling_says_who_and_when_and_releases_the_quote(constancia, cxc):
    assert cancel_constancia(constancia=constancia, by=cxc) is True
    constancia.refresh_from_db()
    assert constancia.status == Constancia.Status.CANCELLED
    assert constancia.cancelled_by == cxc
    assert constancia.cancelled_at
    assert Quote.objects.get().status == Quote.Status.OPEN
    assert actions(constancia) == ["constancia.issued", "constancia.cancelled"]


def test_a_constancia_is_cancelled_once(constancia, user, cxc):
    cancel_constancia(constancia=constancia, by=cxc)
    before = everything()
    assert cancel_constancia(constancia=constancia, by=user) is False
    assert everything() == before


def test_a_constancia_with_part_of_its_money_cannot_be_cancelled(constancia, cxc):
    record_payment(deposit=factories.make_deposit(constancia, "1.00"), by=cxc)
    before = everything()
    assert cancel_constancia(constancia=constancia, by=cxc) is False
    assert everything() == before


def test_a_paid_constancia_cannot_be_cancelled(constancia, cxc):
    factories.pay(constancia, cxc)
    before = everything()
    assert cancel_constancia(constancia=constancia, by=cxc) is False
    assert everything() == before


# --- expire_due -------------------------------------------------------------------------


def test_a_constancia_stands_until_the_last_second_of_its_last_day(constancia, clock):
    clock(constancia.expires_on, 23, 59, 59)
    assert expire_due() == 0
    assert Constancia.objects.get().status == Constancia.Status.OPEN


def test_a_constancia_expires_when_its_last_day_is_over(constancia, clock):
    clock(constancia.expires_on + DAY)
    assert expire_due() == 1
    constancia.refresh_from_db()
    assert constancia.status == Constancia.Status.EXPIRED
    assert constancia.expired_at == timezone.now()


def test_the_last_day_is_the_company_s_and_not_greenwich_s(constancia, clock, settings):
    clock(constancia.expires_on, 20)  # in Greenwich the next day has begun
    assert expire_due() == 0
    settings.TIME_ZONE = "UTC"
    assert expire_due() == 1


def test_a_sweep_that_was_missed_for_weeks_is_made_up_for(constancia, clock):
    clock(constancia.expires_on + 70 * DAY, 4, 30)
    assert expire_due() == 1
    assert expire_due() == 0


def test_expiring_releases_the_quote(constancia, clock):
    clock(constancia.expires_on + DAY)
    expire_due()
    assert Quote.objects.get().status == Quote.Status.OPEN


def test_the_audit_says_that_the_portal_itself_expired_it(constancia, clock):
    clock(constancia.expires_on + DAY)
    expire_due()
    event = AuditEvent.objects.get(action="constancia.expired")
    assert (event.actor_id, event.actor) == (None, "el portal")
    assert event.target_id == str(constancia.pk)


def test_a_constancia_with_part_of_its_money_does_not_expire(constancia, cxc, clock):
    record_payment(deposit=factories.make_deposit(constancia, "1.00"), by=cxc)
    clock(constancia.expires_on + 70 * DAY)
    assert expire_due() == 0
    assert Constancia.objects.get().status == Constancia.Status.OPEN


def test_a_paid_constancia_does_not_expire(constancia, cxc, clock):
    factories.pay(constancia, cxc)
    clock(constancia.expires_on + DAY)
    before = everything()
    assert expire_due() == 0
    assert everything() == before


def test_a_cancelled_constancia_does_not_expire(constancia, cxc, clock):
    cancel_constancia(constancia=constancia, by=cxc)
    clock(constancia.expires_on + DAY)
    before = everything()
    assert expire_due() == 0
    assert everything() == before


def test_each_overdue_constancia_expires(user, outsider, clock):
    overdue = [factories.make_constancia(who) for who in (user, outsider, user)]
    clock(overdue[0].expires_on + DAY)
    assert expire_due() == 3


# --- The database's own rules -----------------------------------------------------------


def copy_of(constancia: Constancia, **changes) -> Constancia:
    """The same row once more under another reference, not saved."""
    fields = [field.attname for field in Constancia._meta.fields if not field.primary_key]
    values = {name: getattr(constancia, name) for name in fields}
    other = {"reference": "1000002", "token": "another"}
    return Constancia(**{**values, **other, **changes})


def refused_by_the_database(constraint: str, write) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        write()


def test_a_copy_breaks_no_rule_but_the_one_under_test(constancia, user):
    copy_of(constancia, quote_id=factories.make_quote(user.customer).pk).save()
    assert Constancia.objects.count() == 2


@pytest.mark.parametrize("status", ["open", "paid"])
def test_a_quote_has_one_standing_constancia_at_most(constancia, cxc, status):
    paid = {"paid_at": timezone.now(), "paid_by_id": cxc.pk} if status == "paid" else {}
    second = copy_of(constancia, status=status, **paid)
    refused_by_the_database("(?i)unique", lambda: Constancia.objects.bulk_create([second]))


@pytest.mark.parametrize(("quantity", "price"), [(1, "0.05"), (1, "575.06"), (3, "0.10")])
def test_no_amount_is_lost_to_binary_fractions(account, user, quantity, price):
    # SQLite adds and multiplies decimals as floats, where 0.05 + 0.01 is not 0.06.
    lines = [("SP0900", "Timbres", quantity, price, True)]
    constancia = issue(factories.make_quote(user.customer, lines), user)
    constancia.refresh_from_db()
    assert constancia.subtotal == quantity * Decimal(price)
    assert constancia.total == constancia.subtotal + constancia.iva


def test_a_reference_belongs_to_one_constancia_for_ever(constancia, user, cxc):
    cancel_constancia(constancia=constancia, by=cxc)
    quote = factories.make_quote(user.customer)
    second = copy_of(constancia, quote_id=quote.pk, reference=constancia.reference)
    refused_by_the_database("(?i)unique", second.save)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"total": Decimal("1305.01")}, "constancia_adds_up"),
        (
            {"subtotal": Decimal(0), "iva": Decimal(0), "total": Decimal(0)},
            "constancia_costs_something",
        ),
        ({"reference": "935447"}, "constancia_reference_length"),
        ({"reference_scheme": "legacy6"}, "constancia_reference_length"),
        ({"status": "lost"}, "constancia_known_status"),
        ({"status": "paid"}, "constancia_paid_at_and_by"),
        ({"paid_at": timezone.now()}, "constancia_paid_at_and_by"),
        ({"status": "cancelled"}, "constancia_cancelled_at_and_by"),
        ({"status": "expired"}, "constancia_expired_at"),
        ({"pdf": "constancias/a.pdf"}, "constancia_pdf_with_hash"),
        ({"pdf_sha256": "0" * 64}, "constancia_pdf_with_hash"),
    ],
)
def test_the_database_refuses_a_constancia_that_cannot_be(constancia, user, changes, constraint):
    quote = factories.make_quote(user.customer)
    wrong = copy_of(constancia, quote_id=quote.pk, **changes)
    refused_by_the_database(constraint, lambda: Constancia.objects.bulk_create([wrong]))


@pytest.mark.parametrize("missing", ["paid_at", "paid_by_id"])
def test_a_paid_constancia_says_who_and_when(constancia, user, cxc, missing):
    quote = factories.make_quote(user.customer)
    paid = {"status": "paid", "paid_at": timezone.now(), "paid_by_id": cxc.pk}
    wrong = copy_of(constancia, quote_id=quote.pk, **{**paid, missing: None})
    refused_by_the_database("constancia_paid_at_and_by", wrong.save)
    copy_of(constancia, quote_id=quote.pk, **paid).save()


@pytest.mark.parametrize("amount", ["-5.00", "0.00"])
def test_a_payment_is_more_than_nothing(constancia, cxc, amount):
    payment = Payment(
        constancia=constancia,
        amount=Decimal(amount),
        paid_on=timezone.localdate(),
        recorded_by=cxc,
    )
    refused_by_the_database("payment_is_positive", payment.save)


@pytest.mark.parametrize(
    ("included", "amount"), [(True, "574.99"), (True, "0.00"), (False, "575.00")]
)
def test_a_frozen_line_costs_quantity_times_price_or_nothing(constancia, included, amount):
    line = ConstanciaLine(
        constancia=constancia,
        position=3,
        code="SP0800",
        quantity=1,
        description="Actualizacion 3.3 NIVEL A.",
        included=included,
        unit_price=Decimal("575.00"),
        amount=Decimal(amount),
    )
    refused_by_the_database("constancialine_amount", line.save)
