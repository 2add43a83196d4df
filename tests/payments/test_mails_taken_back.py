"""What customers are written when a payment is taken back."""

from datetime import timedelta
from decimal import Decimal

import pytest

from facturamos.dates import long_date
from facturamos.mail import _write_out
from payments.models import Constancia
from payments.recording import record_payment
from payments.reverting import revert_payments
from tests import factories
from tests.payments.mailbox import (
    keys,
    only_reader,
    pay_part,
    seen,
    the_mail,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def user():
    return only_reader()


def test_what_is_taken_back_is_told(constancia, user, cxc):
    factories.pay(constancia, cxc)
    revert_payments(payments=[constancia.payments.get().pk], reason="Interno.", by=cxc)
    row = the_mail(f"payment-reverted:{constancia.pk}")
    _write_out(row)
    assert row.to == [user.email]
    assert "Falta por depositar: $1,305.00\xa0MXN" in row.text
    assert "no deposite otra vez" in seen(row.html)
    assert "Interno." not in row.text, "the reason is for the books"


def reverted_mail(constancia: Constancia) -> str:
    """The text of the only one, which the HTML repeats."""
    row = the_mail(f"payment-reverted:{constancia.pk}")
    _write_out(row)
    _, _, intro, _, what_next, *_ = row.text.split("\n\n")
    assert intro in seen(row.html)
    assert what_next in seen(row.html)
    return row.text


class TestTakenBack:
    """The mail says what is true now: what is missing, and whether version 4.0 waits."""

    WAITS = "la versión 4.0 queda en espera"
    MISSING = "Falta por depositar"

    def test_version_4_waits_with_what_is_missing(self, constancia, cxc):
        factories.pay(constancia, cxc)
        revert_payments(payments=[constancia.payments.get().pk], reason="Rebotó.", by=cxc)
        text = reverted_mail(constancia)
        assert "Falta por depositar: $1,305.00\xa0MXN" in text
        assert f"Fecha límite de pago: {long_date(constancia.expires_on)}" in text
        assert f"Mientras falte una parte, {self.WAITS}." in text

    def test_version_4_stays_with_another_paid_one(self, constancia, user, cxc):
        factories.pay(constancia, cxc)
        factories.pay(factories.make_constancia(user), cxc)
        revert_payments(payments=[constancia.payments.get().pk], reason="Rebotó.", by=cxc)
        text = reverted_mail(constancia)
        assert "Falta por depositar: $1,305.00\xa0MXN" in text
        assert self.WAITS not in text

    def test_version_4_stays_when_a_part_of_an_open_one_goes(self, constancia, user, cxc):
        factories.pay(factories.make_constancia(user), cxc)
        pay_part(constancia, cxc, "500.00")
        revert_payments(payments=[constancia.payments.get().pk], reason="Rebotó.", by=cxc)
        text = reverted_mail(constancia)
        assert self.MISSING in text
        assert self.WAITS not in text

    def test_nothing_is_missing_when_the_rest_covers_the_total(self, constancia, cxc):
        pay_part(constancia, cxc, "1000.00")
        rest = factories.make_deposit(constancia, "1500.00", seen_paid=Decimal("1000.00"))
        record_payment(deposit=rest, by=cxc)
        first = constancia.payments.get(amount="1000.00")
        revert_payments(payments=[first.pk], reason="Rebotó.", by=cxc)
        text = reverted_mail(constancia)
        assert "su constancia sigue pagada" in text
        assert self.MISSING not in text
        assert self.WAITS not in text

    @pytest.mark.parametrize("days", [0, 1])
    def test_one_whose_last_day_is_over_cannot_be_paid(self, constancia, cxc, clock, days):
        factories.pay(constancia, cxc)
        clock(constancia.expires_on + timedelta(days=days), 12)
        revert_payments(payments=[constancia.payments.get().pk], reason="Rebotó.", by=cxc)
        text = reverted_mail(constancia)
        assert ("ya venció, no la pague: en el portal puede generar otra" in text) is (days == 1)
        assert (self.MISSING in text) is (days == 0)
        assert self.WAITS in text

    def test_what_remains_paid_keeps_it_alive_after_its_last_day(self, constancia, cxc, clock):
        pay_part(constancia, cxc, "1000.00")
        rest = factories.make_deposit(constancia, "305.00", seen_paid=Decimal("1000.00"))
        record_payment(deposit=rest, by=cxc)
        clock(constancia.expires_on + timedelta(days=1), 12)
        last = constancia.payments.get(amount="305.00")
        revert_payments(payments=[last.pk], reason="Rebotó.", by=cxc)
        text = reverted_mail(constancia)
        assert "Falta por depositar: $305.00\xa0MXN" in text
        assert "Su fecha límite ya pasó: escriba a cxc@sistemasperseo.com antes" in text


def test_a_part_that_is_paid_again_after_it_was_taken_back_is_told_again(constancia, cxc):
    pay_part(constancia, cxc, "500.00")
    revert_payments(payments=[constancia.payments.get().pk], reason="Rebotó.", by=cxc)
    pay_part(constancia, cxc, "500.00")
    assert sum(key.startswith("payment-short:") for key in keys()) == 2


def test_what_was_paid_taken_back_and_paid_again_is_confirmed_again(constancia, cxc):
    factories.pay(constancia, cxc)
    revert_payments(payments=[constancia.payments.get().pk], reason="Rebotó.", by=cxc)
    factories.pay(constancia, cxc)
    assert sum(key.startswith("payment-confirmed:") for key in keys()) == 2


def test_what_was_taken_back_counts_no_more_and_paying_again_is_told(constancia, cxc):
    pay_part(constancia, cxc, "500.00")
    record_payment(
        deposit=factories.make_deposit(constancia, "805.00", seen_paid=Decimal("500.00")), by=cxc
    )
    revert_payments(payments=[constancia.payments.latest("pk").pk], reason="Rebotó.", by=cxc)
    record_payment(
        deposit=factories.make_deposit(constancia, "5.00", seen_paid=Decimal("500.00")), by=cxc
    )
    assert "$800.00\xa0MXN" in the_mail(f"payment-short:{constancia.pk}:505.00").text
    assert sum(key.startswith("payment-confirmed:") for key in keys()) == 1
