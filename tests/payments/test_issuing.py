"""Issuing a constancia."""

from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import AuditEvent
from payments import services
from payments.models import BankAccount, Constancia
from payments.services import (
    NoBankAccountError,
    PaymentsError,
    QuoteClosedError,
    TotalChangedError,
    cancel_constancia,
)
from renewals.models import Quote
from renewals.pricing import SelectionError
from tests import factories
from tests.payments.ledger import DAY, TODAY, everything, issue

pytestmark = pytest.mark.django_db


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
