"""The constancias that some movements may speak of, as the plain data that matching knows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from django.db.models import Q
from django.db.models.functions import TruncDate

from payments.models import Constancia
from reconciliation.expected import Expected, Index, Status, neighbours, payer_keys
from reconciliation.models import KnownPayer
from reconciliation.movement import Movement
from reconciliation.references_in_text import Kind, find

T = TypeVar("T")

# So many values fit in one query of both databases.
CHUNK = 5000
# Up to so many mistyped numbers, their neighbours are asked for.
FEW = 200
COLUMNS = (
    *("id", "reference", "total", "subtotal", TruncDate("issued_at"), "expires_on", "status"),
    *("paid", "customer_name", "customer_rfc", "customer_id"),
)


def index_for(movements: Sequence[Movement]) -> Index:
    """The constancias whose reference, or nearly, stands in a text, and those of payers we know.

    The queries grow with the thousands of movements, and not with the constancias.
    """
    references: set[str] = set()
    mistyped: set[str] = set()
    payers: set[str] = set()
    for movement in movements:
        if movement.amount <= 0:
            continue
        for candidate in find(movement.description, movement.reference, broken=True):
            (mistyped if candidate.kind is Kind.BROKEN else references).add(candidate.reference)
        payers |= payer_keys(movement)
    references |= _near(mistyped)
    keys_of_customer = _known(payers)
    rfcs = {key.removeprefix("rfc:") for key in payers if key.startswith("rfc:")}
    waiting = Q(status__in=Constancia.TAKES_DEPOSITS)
    conditions = [Q(reference__among=chunk) for chunk in _chunks(references)]
    conditions += [Q(customer__among=chunk) & waiting for chunk in _chunks(keys_of_customer)]
    conditions += [Q(customer_rfc__among=chunk) & waiting for chunk in _chunks(rfcs)]
    found = {}
    for condition in conditions:
        rows = Constancia.objects.with_paid().filter(condition).order_by()
        for *values, status, paid, name, rfc, customer in rows.values_list(*COLUMNS):
            keys = frozenset(keys_of_customer.get(customer, ()))
            expected = Expected(*values, Status(status), paid, name, rfc, keys)  # type: ignore[call-arg]
            found[expected.id] = expected
    return Index(found.values())


def _near(mistyped: set[str]) -> set[str]:
    """The references one slip away: each number has 68, so many numbers are held against ours."""
    if len(mistyped) <= FEW:
        return {near for number in mistyped for near in neighbours(number)}
    waiting = Constancia.objects.filter(status__in=Constancia.TAKES_DEPOSITS)
    ours = set(waiting.values_list("reference", flat=True))
    return {near for number in mistyped for near in neighbours(number) if near in ours}


def _known(keys: Iterable[str]) -> dict[int, set[str]]:
    """The customers (ids) for whom these payers paid before, with the keys of each."""
    customers: dict[int, set[str]] = defaultdict(set)
    for chunk in _chunks(keys):
        rows = KnownPayer.objects.filter(key__among=chunk).values_list("customer_id", "key")
        for customer, key in rows:
            customers[customer].add(key)
    return customers


def _chunks(values: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(values)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
