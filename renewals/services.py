"""The rules about quotes and the notice of version 4.0."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Customer, User
from accounts.services import move_to_version_4
from renewals.models import MigrationNotice, Product, Quote, QuoteLine
from renewals.pricing import iva_rate


@dataclass(frozen=True, slots=True)
class OfferedLine:
    """A product as it is offered to one customer; the price in MXN without IVA."""

    product: Product
    description: str
    quantity: int
    unit_price: Decimal
    is_required: bool = False


def current_iva_rate() -> Decimal:
    """The IVA rate in force today, in the company's zone."""
    return iva_rate(timezone.localdate(), settings.IVA_ZONE)


def find_quote(*, customer: Customer, public_id: str) -> Quote | None:
    """The customer's quote with that public id, in whatever state; None for anyone else's."""
    try:
        return Quote.objects.filter(customer=customer, public_id=UUID(public_id)).first()
    except ValueError:
        return None


def current_quote(customer: Customer) -> Quote | None:
    """The offer the customer can act on today: the newest open one."""
    return Quote.objects.open_for(customer).first()


@transaction.atomic
def offer_quote(
    *, customer: Customer, lines: Sequence[OfferedLine], valid_until: date, by: User | None
) -> Quote:
    """Offer a renewal to the customer, with its lines in the given order."""
    quote = Quote.objects.create(customer=customer, valid_until=valid_until)
    QuoteLine.objects.bulk_create(
        QuoteLine(
            quote=quote,
            position=position,
            product=line.product,
            description=line.description,
            quantity=line.quantity,
            unit_price=line.unit_price,
            is_required=line.is_required,
        )
        for position, line in enumerate(lines, start=1)
    )
    audit.record("quote.offered", by=by, target=quote, lines=len(lines))
    return quote


# The three below move the status inside the transaction of the service that calls them, which holds
# the quote's lock, looks at the answer and writes the audit.


def hold_quote(*, quote: Quote) -> bool:
    """A constancia was issued for it. False when it was not open any more."""
    return _move(quote, Quote.Status.OPEN, Quote.Status.HELD)


def release_quote(*, quote: Quote) -> bool:
    """Its constancia was cancelled or expired: the customer may choose again. False if not held."""
    return _move(quote, Quote.Status.HELD, Quote.Status.OPEN)


def renew_quote(*, quote: Quote) -> bool:
    """Its constancia was paid. False when none held it."""
    return _move(quote, Quote.Status.HELD, Quote.Status.RENEWED)


def _move(quote: Quote, before: Quote.Status, after: Quote.Status) -> bool:
    return bool(Quote.objects.filter(pk=quote.pk, status=before).update(status=after))


def postpone_quote(*, quote: Quote, by: User) -> None:
    """The customer does not want a constancia now: the offer stays open, the audit notes it."""
    audit.record("quote.postponed", by=by, target=quote)


@transaction.atomic
def unlock_version_4(*, customer: Customer, by: User | None) -> MigrationNotice:
    """Open version 4.0 and its notice to the customer. Doing it again changes nothing."""
    move_to_version_4(customer=customer, by=by)
    notice, created = MigrationNotice.objects.get_or_create(customer=customer)
    if created:
        audit.record("migration_notice.unlocked", by=by, target=notice)
    return notice


@transaction.atomic
def acknowledge_version_4(*, customer: Customer, by: User) -> None:
    """The customer read the notice and goes on; it is not in the way any more."""
    acknowledged = MigrationNotice.objects.filter(customer=customer, acknowledged_at=None).update(
        acknowledged_at=timezone.now(), acknowledged_by=by
    )
    if acknowledged:
        audit.record("migration_notice.acknowledged", by=by, target=customer.migration_notice)
