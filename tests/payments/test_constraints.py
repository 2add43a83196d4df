"""The database's own rules: the last line, whatever the code does."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from payments.models import Constancia, ConstanciaLine, Payment
from payments.services import cancel_constancia
from tests import factories
from tests.payments.ledger import issue

pytestmark = pytest.mark.django_db


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
