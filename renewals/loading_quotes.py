"""Quotes from a table, one product a line; the lines of one RFC are one quote.

A table says what each customer is offered now. An open quote is changed to it; one that waits for
its payment never is; one that says it already, open or paid for, is left as it is.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils import timezone

from accounts import audit
from accounts.audit import Target
from accounts.loading import BATCH, Kind, Plan, fetched, held
from accounts.loading_customers import read_rfc
from accounts.models import Customer, User
from facturamos.bulk import insert_rows, next_ids, update_rows
from facturamos.money import LARGEST, ZERO, format_money
from facturamos.tables.layout import (
    Column,
    Line,
    Problem,
    Table,
    day,
    price,
    text,
    whole,
    yes_or_no,
)
from renewals.models import Product, Quote, QuoteLine

MOST_PIECES = 100_000
MOST_LINES = 200
# With room for the IVA.
MOST_TOTAL = LARGEST / 2


class OfferLine(NamedTuple):
    """A line as a quote keeps it; the price in MXN without IVA."""

    product_id: int
    description: str
    quantity: int
    unit_price: Decimal
    is_required: bool


class Known(NamedTuple):
    """A quote that is there, and what it says."""

    quote: Quote
    says: tuple[date, list[OfferLine]]


@dataclass(slots=True)
class Offer:
    """What the table offers one customer: the quote to change, or None for a new one."""

    customer: Customer
    lines: list[OfferLine]
    valid_until: date
    quote: Quote | None = None
    before: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class QuotesPlan(Plan):
    """With the offers it would make."""

    offers: list[Offer] = field(default_factory=list)


def examine(table: Table) -> Plan:
    """What the table would bring; the quotes of its customers are held."""
    by_rfc: defaultdict[str, list[Line]] = defaultdict(list)
    for line in table.lines:
        by_rfc[line.values.get("rfc", "")].append(line)
    products = {product.code: product for product in Product.objects.all()}
    customers = {
        customer.rfc: customer
        for customer in fetched(Customer.objects.all(), "rfc", sorted(by_rfc))
    }
    quotes = _quotes_of([customer.pk for customer in customers.values()])
    plan = QuotesPlan()
    for rfc, lines in by_rfc.items():
        found = list(_problems(rfc, lines, customers, products))
        plan.problems += found
        if not found and all(_is_whole(line) for line in lines):
            customer = customers[rfc]
            offer = Offer(
                customer=customer,
                lines=[_offered(line, products) for line in lines],
                valid_until=lines[0].values["valid_until"],
            )
            _compare(plan, offer, quotes.get(customer.pk, []), lines[0].number)
    plan.write = lambda by: _write(plan, by)
    return plan


def _quotes_of(customers: Sequence[int]) -> dict[int, list[Known]]:
    """The quotes of each customer (ids), newest first, with their lines; no constancia can be
    issued of them meanwhile.
    """
    found: defaultdict[int, list[Known]] = defaultdict(list)
    quotes = held(Quote.objects.all(), "customer_id", customers)
    lines: defaultdict[int, list[OfferLine]] = defaultdict(list)
    rows = QuoteLine.objects.order_by("quote", "position")
    told = rows.values_list("quote_id", *OfferLine._fields)
    for quote_id, *line in fetched(told, "quote_id", [quote.pk for quote in quotes]):
        lines[quote_id].append(OfferLine(*line))
    for quote in reversed(quotes):
        found[quote.customer_id].append(Known(quote, (quote.valid_until, lines[quote.pk])))
    return found


def _is_whole(line: Line) -> bool:
    return {"rfc", "code", "unit_price", "valid_until"} <= set(line.values)


def _problems(
    rfc: str, lines: Sequence[Line], customers: dict[str, Customer], products: dict[str, Product]
) -> Iterator[Problem]:
    """All that is wrong with the lines of one RFC (empty where it could not be read)."""
    first = lines[0]
    if rfc and rfc not in customers:
        text = f"No hay un cliente con el RFC «{rfc}». Cargue primero a los clientes."
        yield Problem(first.number, text)
    if rfc and len(lines) > MOST_LINES:
        text = f"La cotización tiene {len(lines):,} productos; pueden ser hasta {MOST_LINES}."
        yield Problem(first.number, text)
    if rfc and sum(map(_amount, lines)) > MOST_TOTAL:
        yield Problem(first.number, "La cotización suma un importe demasiado grande.")
    today = timezone.localdate()
    for line in lines:
        values = line.values
        if "code" in values and values["code"] not in products:
            text = f"No hay un producto con el código «{values['code']}». Cárguelo primero."
            yield Problem(line.number, text)
        until = values.get("valid_until", today)
        if until < today:
            text = f"La cotización ya venció: dice vigente hasta el {until:%d/%m/%Y}."
            yield Problem(line.number, text)
        elif rfc and until != first.values.get("valid_until", until):
            text = f"Dice otra vigencia que la línea {first.number}, del mismo RFC."
            yield Problem(line.number, text)


def _amount(line: Line) -> Decimal:
    price: Decimal = line.values.get("unit_price", ZERO)
    return price * line.values.get("quantity", 1)


def _offered(line: Line, products: dict[str, Product]) -> OfferLine:
    product = products[line.values["code"]]
    return OfferLine(
        product_id=product.pk,
        description=line.values.get("description", product.name),
        quantity=line.values.get("quantity", 1),
        unit_price=line.values["unit_price"],
        is_required=line.values.get("is_required", False),
    )


def _compare(plan: QuotesPlan, offer: Offer, quotes: Sequence[Known], line: int) -> None:
    wanted = (offer.valid_until, offer.lines)
    opened = [known for known in quotes if known.quote.status == Quote.Status.OPEN][:1]
    others = [known for known in quotes if known.quote.status != Quote.Status.OPEN]
    if any(known.says == wanted for known in [*opened, *others]):
        plan.same += 1
    elif opened:
        offer.quote, offer.before = opened[0].quote, _told(*opened[0].says)
        plan.changed += 1
        plan.offers.append(offer)
    elif any(known.quote.status == Quote.Status.HELD for known in others):
        plan.problems.append(
            Problem(
                line,
                f"{offer.customer} ya generó su constancia de pago con otra cotización, que espera "
                "el pago y no se cambia. Quite sus líneas.",
            )
        )
    else:
        plan.new += 1
        plan.offers.append(offer)


def _told(valid_until: date, lines: Sequence[OfferLine]) -> dict[str, Any]:
    """What the audit keeps of a quote."""
    return {
        "valid_until": valid_until.isoformat(),
        "lines": [_in_words(line) for line in lines],
    }


def _in_words(line: OfferLine) -> str:
    required = ", obligatorio" if line.is_required else ""
    return f"{line.quantity} × {line.description} a {format_money(line.unit_price)}{required}"


def _write(plan: QuotesPlan, by: User) -> None:
    new = [offer for offer in plan.offers if offer.quote is None]
    for offer, pk in zip(new, next_ids(Quote, len(new)), strict=True):
        offer.quote = Quote(pk=pk, customer=offer.customer)
    now, status = timezone.now(), Quote.Status.OPEN.value
    insert_rows(
        Quote,
        ("id", "public_id", "customer_id", "status", "valid_until", "created_at"),
        [
            (offer.quote.pk, uuid.uuid4(), offer.customer.pk, status, offer.valid_until, now)
            for offer in new
            if offer.quote
        ],
    )
    _change([offer for offer in plan.offers if offer.before])
    insert_rows(
        QuoteLine,
        ("quote_id", "position", *OfferLine._fields),
        [
            (offer.quote.pk, position, *line)
            for offer in plan.offers
            if offer.quote
            for position, line in enumerate(offer.lines, start=1)
        ],
    )
    audit.record_all("quote.loaded", by=by, events=_events(plan))


def _change(offers: Sequence[Offer]) -> None:
    """Give the open quotes their new day, and take their lines away."""
    days = {offer.quote.pk: offer.valid_until for offer in offers if offer.quote}
    update_rows(Quote, ["valid_until"], days.items())
    changed = sorted(days)
    for start in range(0, len(changed), BATCH):
        QuoteLine.objects.filter(quote__in=changed[start : start + BATCH]).delete()


def _events(plan: QuotesPlan) -> Iterator[tuple[Target, dict[str, Any]]]:
    for offer in plan.offers:
        if offer.quote:
            offer.quote.customer = offer.customer
            after = _told(offer.valid_until, offer.lines)
            yield Target.of(offer.quote), {"before": offer.before, "after": after}


QUOTES = Kind(
    key="quotes",
    label="Cotizaciones",
    columns=(
        Column("rfc", "RFC", "FDE150803AB1", read_rfc, required=True),
        Column("code", "Código", "SP0800", text(20), also=("Clave", "Producto"), required=True),
        Column("description", "Descripción", "Actualizacion 3.3 NIVEL A.", text(200)),
        Column("quantity", "Cantidad", "1", whole(1, MOST_PIECES)),
        Column(
            "unit_price",
            "Precio",
            "575.00",
            price,
            also=("Precio unitario", "Precio sin IVA"),
            required=True,
        ),
        Column("is_required", "Obligatorio", "Sí", yes_or_no, also=("Requerido",)),
        Column(
            "valid_until",
            "Vigente hasta",
            "31/12/2026",
            day,
            also=("Vigencia", "Vence"),
            required=True,
        ),
    ),
    examine=examine,
    help="Un producto en cada línea; las líneas con el mismo RFC son una cotización. El precio es "
    "por pieza y sin IVA. Clientes y productos deben existir.",
)
