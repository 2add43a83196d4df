"""Round after round, threads that load the same table of quotes all at once.

Run as a program, in a process of its own on a database of its own with the demo data:
`python -m tests.renewals.loads_at_once ROUNDS [unlocked]`. Prints each broken promise, one a line.
"""

import sys
import time
from collections.abc import Iterator
from datetime import timedelta

import django

django.setup()

from django.db.models import QuerySet  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts import loading  # noqa: E402
from accounts.loading import apply_table  # noqa: E402
from accounts.models import AuditEvent, User  # noqa: E402
from renewals.models import Product, Quote  # noqa: E402
from tests import factories  # noqa: E402
from tests.payments.rounds import all_at_once  # noqa: E402
from tests.tables import as_csv, uploaded  # noqa: E402

HEADER = ["RFC", "Código", "Precio", "Vigente hasta"]


def a_round(people: list[User]) -> Iterator[str]:
    """One upload loaded by two people, and the same table uploaded twice, at once."""
    customer = factories.make_customer()
    until = timezone.localdate() + timedelta(days=30)
    content = as_csv(HEADER, [customer.rfc, "SP9999", "575.00", until.isoformat()])
    one, other = (uploaded("quotes", content, people[0]) for _ in "ab")
    applied: list[bool] = []

    def load(table, by) -> None:
        applied.append(apply_table(table=table, by=by))

    yield from all_at_once(
        [
            lambda: load(one, people[0]),
            lambda: load(one, people[1]),
            lambda: load(other, people[1]),
        ]
    )
    quotes = Quote.objects.filter(customer=customer).count()
    told = AuditEvent.objects.filter(action="tableimport.applied", target_id=str(one.pk)).count()
    if quotes != 1:
        yield f"{quotes} quotes of one table"
    if (sorted(applied), told) != ([False, True, True], 1):
        yield f"loaded {applied}, told {told} times"


def unlock() -> None:
    """Lock no rows, and pause where the race is, between looking and writing."""
    examine = loading.examine

    def slowly(*args):
        found = examine(*args)
        time.sleep(0.3)
        return found

    loading.examine = slowly
    QuerySet.select_for_update = lambda rows, *_, **__: rows  # type: ignore[method-assign]


def main(rounds: int, *, unlocked: bool) -> None:
    """Play the rounds and print what broke."""
    if unlocked:
        unlock()
    Product.objects.create(code="SP9999", name="Producto")
    people = [factories.make_user(is_staff=True) for _ in "ab"]
    for _ in range(rounds):
        for problem in a_round(people):
            print(problem)
    print(f"{rounds} rounds")


if __name__ == "__main__":
    main(int(sys.argv[1]), unlocked="unlocked" in sys.argv)
