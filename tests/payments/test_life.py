"""Cancelling and expiring."""

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from payments.models import Constancia
from payments.proofs import refuse_proof
from payments.recording import record_payment
from payments.services import cancel_constancia, expire_due
from renewals.models import Quote
from tests import factories
from tests.payments.ledger import DAY, actions, everything

pytestmark = pytest.mark.django_db


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


def test_a_constancia_whose_proof_is_in_review_cannot_be_cancelled(constancia, user, cxc):
    proof = factories.make_proof(constancia)
    before = everything()
    assert cancel_constancia(constancia=constancia, by=user) is False
    assert everything() == before
    refuse_proof(proof=proof, reason="No se lee.", by=cxc)
    assert cancel_constancia(constancia=constancia, by=user) is True


def test_a_paid_constancia_cannot_be_cancelled(constancia, cxc):
    factories.pay(constancia, cxc)
    before = everything()
    assert cancel_constancia(constancia=constancia, by=cxc) is False
    assert everything() == before


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
