"""The rules about quotes and the notice of version 4.0."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts import audit
from accounts.audit import Target
from accounts.models import Customer, User
from accounts.services import move_to_version
from facturamos.bulk import insert_rows, next_ids
from renewals.models import MigrationNotice, Product, Quote, QuoteLine, offered_on
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


def latest_quote(customer: Customer) -> Quote | None:
    """As `current_quote`, else the customer's newest; with the notice of version 4.0, if any."""
    rows = Quote.objects.filter(customer=customer)
    rows = rows.annotate(is_current=offered_on(timezone.localdate()))
    return rows.select_related("customer__migration_notice").order_by("-is_current", "-pk").first()


def picked_before(quote: Quote) -> set[int]:
    """The lines (ids) that the customer had picked before the quote was open again; or none."""
    found: set[int] = import_string(settings.PICKED_BEFORE)(quote)
    return found


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


# The four below move the status inside the transaction of the service that calls them, which holds
# the locks of the quotes (ids), looks at how many moved and writes the audit.


def hold_quotes(*, quotes: Collection[int]) -> int:
    """A constancia was issued for each."""
    return _move(quotes, Quote.Status.OPEN, Quote.Status.HELD)


def release_quote(*, quote: int) -> int:
    """Its constancia was cancelled or expired: the customer may choose again."""
    return _move([quote], Quote.Status.HELD, Quote.Status.OPEN)


def renew_quotes(*, quotes: Collection[int]) -> int:
    """Their constancias were paid."""
    return _move(quotes, Quote.Status.HELD, Quote.Status.RENEWED)


def unrenew_quotes(*, quotes: Collection[int]) -> int:
    """The payments were taken back: their constancias wait for the money again."""
    return _move(quotes, Quote.Status.RENEWED, Quote.Status.HELD)


def _move(quotes: Collection[int], before: Quote.Status, after: Quote.Status) -> int:
    return Quote.objects.filter(pk__among=quotes, status=before).update(status=after)


def postpone_quote(*, quote: Quote, by: User) -> None:
    """The customer does not want a constancia now: the offer stays open, the audit notes it."""
    audit.record("quote.postponed", by=by, target=quote)


@transaction.atomic
def unlock_version_4(*, customers: Collection[int], by: User | None) -> None:
    """Open version 4.0 and its notice to the customers (ids). Doing it again changes nothing."""
    names = move_to_version(Customer.CfdiVersion.V40, customers=customers, by=by)
    open_to = MigrationNotice.objects.filter(customer__among=customers).order_by()
    already = set(open_to.values_list("customer_id", flat=True))
    missing = [customer for customer in names if customer not in already]
    new = list(zip(next_ids(MigrationNotice, len(missing)), missing, strict=True))
    now, label = timezone.now(), MigrationNotice._meta.label_lower
    insert_rows(
        MigrationNotice,
        ("id", "customer_id", "unlocked_at"),
        [(pk, customer, now) for pk, customer in new],
    )
    audit.record_all(
        "migration_notice.unlocked",
        by=by,
        events=[
            (Target(label, pk, f"Versión 4.0 de {names[customer]}"), {}) for pk, customer in new
        ],
    )


@transaction.atomic
def lock_version_4(*, customers: Collection[int], by: User) -> None:
    """Close it again: the payment that opened it was taken back. The audit keeps what was."""
    move_to_version(Customer.CfdiVersion.V33, customers=customers, by=by)
    notices = MigrationNotice.objects.filter(customer__among=customers)
    audit.record_all(
        "migration_notice.locked",
        by=by,
        events=[
            (Target.of(notice), {"unlocked_at": notice.unlocked_at.isoformat()})
            for notice in notices.select_related("customer")
        ],
    )
    notices.delete()


@transaction.atomic
def acknowledge_version_4(*, customer: Customer, by: User) -> None:
    """The customer read the notice and goes on; it is not in the way any more."""
    acknowledged = MigrationNotice.objects.filter(customer=customer, acknowledged_at=None).update(
        acknowledged_at=timezone.now(), acknowledged_by=by
    )
    if acknowledged:
        audit.record("migration_notice.acknowledged", by=by, target=customer.migration_notice)
