"""A distributor's customers with the state of each renewal: what stands, never how it was paid."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone

from accounts import audit
from accounts.models import Customer, Distributor, User
from facturamos.exports import Cell
from facturamos.money import to_cents
from payments.models import Constancia, PaymentProof
from renewals.models import Quote

CSV_HEADER = ("RFC", "Cliente", "Versión", "Renovación", "Vigente hasta", "Total")


class Standing(models.TextChoices):
    """Where a customer's renewal stands; the value is what addresses carry."""

    NOTHING = "sin-cotizacion", "Sin cotización"
    QUOTED = "cotizada", "Cotizada"
    LAPSED = "cotizacion-vencida", "Cotización vencida"
    ISSUED = "constancia-vigente", "Constancia vigente"
    EXPIRED = "constancia-vencida", "Constancia vencida"
    REVIEW = "en-revision", "Comprobante en revisión"
    PAID = "pagada", "Pagada"


# Those whom the distributor may remind; whoever sent a proof waits for the company.
UNPAID = "sin-pagar"
UNPAID_STANDINGS = (Standing.QUOTED, Standing.LAPSED, Standing.ISSUED, Standing.EXPIRED)


@dataclass(frozen=True, slots=True)
class Renewal:
    """A customer as their distributor sees them; the total in MXN, of the constancia."""

    rfc: str
    legal_name: str
    version: str
    standing: Standing
    until: date | None
    total: Decimal | None


def customers_of(distributor: Distributor, search: str = "") -> QuerySet[Any]:
    """The distributor's customers, each with what its newest quote and its constancia say."""
    own = Customer.objects.filter(distributor=distributor)
    if search:
        own = own.filter(Q(legal_name__icontains=search) | Q(rfc__istartswith=search))
    quote = Quote.objects.filter(customer=OuterRef("pk")).order_by("-pk")
    slip = Constancia.objects.filter(quote=OuterRef("quote_id")).order_by("-pk")
    slip = slip.exclude(status=Constancia.Status.CANCELLED)
    proofs = PaymentProof.objects.in_review().filter(constancia=OuterRef("slip_id"))
    return (
        own.annotate(
            quote_id=Subquery(quote.values("pk")[:1]),
            quote_status=Subquery(quote.values("status")[:1]),
            quoted_until=Subquery(quote.values("valid_until")[:1]),
        )
        .annotate(
            slip_id=Subquery(slip.values("pk")[:1]),
            slip_status=Subquery(slip.values("status")[:1]),
            slip_until=Subquery(slip.values("expires_on")[:1]),
            slip_total=Subquery(slip.values("total")[:1]),
        )
        .annotate(standing=_standing(Exists(proofs)))
        .order_by("legal_name", "pk")
    )


def _standing(in_review: Exists) -> Case:
    today = timezone.localdate()
    slip_open = Q(slip_status=Constancia.Status.OPEN)
    return Case(
        When(quote_status=None, then=Value(Standing.NOTHING.value)),
        When(quote_status=Quote.Status.RENEWED, then=Value(Standing.PAID.value)),
        When(in_review, then=Value(Standing.REVIEW.value)),
        When(slip_open & Q(slip_until__gte=today), then=Value(Standing.ISSUED.value)),
        When(slip_id__isnull=False, then=Value(Standing.EXPIRED.value)),
        When(quoted_until__lt=today, then=Value(Standing.LAPSED.value)),
        default=Value(Standing.QUOTED.value),
        output_field=models.CharField(),
    )


def standing_in(customers: QuerySet[Any], chosen: str) -> QuerySet[Any]:
    """Those of one standing, or of all that mean "not paid"; everyone for anything else."""
    if chosen == UNPAID:
        return customers.filter(standing__in=UNPAID_STANDINGS)
    return customers.filter(standing=chosen) if chosen in Standing.values else customers


def totals(customers: QuerySet[Any]) -> dict[Standing, int]:
    """How many there are of each standing."""
    rows = customers.order_by().values("standing").annotate(count=Count("pk"))
    counted = {row["standing"]: row["count"] for row in rows}
    return {standing: counted.get(standing.value, 0) for standing in Standing}


def renewals(customers: Any) -> Iterator[Renewal]:
    """The customers (some of `customers_of`) as their distributor sees them."""
    for customer in customers:
        standing = Standing(customer.standing)
        has_slip = standing in (Standing.ISSUED, Standing.EXPIRED, Standing.REVIEW, Standing.PAID)
        quoted = standing in (Standing.QUOTED, Standing.LAPSED)
        dated = standing in (Standing.ISSUED, Standing.EXPIRED)
        yield Renewal(
            rfc=customer.rfc,
            legal_name=customer.legal_name,
            version=customer.cfdi_version,
            standing=standing,
            until=customer.slip_until if dated else customer.quoted_until if quoted else None,
            # SQLite gives a subquery's amount without its cents.
            total=to_cents(customer.slip_total) if has_slip else None,
        )


def export_rows(
    *, customers: QuerySet[Any], distributor: Distributor, by: User, filters: dict[str, str]
) -> list[tuple[Cell, ...]]:
    """The rows of the CSV; that they left is written into the audit."""
    rows: list[tuple[Cell, ...]] = [
        (each.rfc, each.legal_name, each.version, each.standing.label, each.until, each.total)
        for each in renewals(customers)
    ]
    audit.record("distributor.exported", by=by, target=distributor, rows=len(rows), filters=filters)
    return rows
