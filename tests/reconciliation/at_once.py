"""Two people who import the same file, and fifty who decide about one deposit, all at once.

Run as a program, in a process and on a database of its own with the demo data:
`python -m tests.reconciliation.at_once ROUNDS [unlocked]`. Prints each broken promise, one a line.
"""

import sys
import time
from collections.abc import Callable, Iterator
from threading import Barrier, Thread

import django

django.setup()

from django.db import connections  # noqa: E402
from django.db.models import QuerySet  # noqa: E402

from facturamos.models import OutboxMessage  # noqa: E402
from payments.models import Payment  # noqa: E402
from reconciliation import deciding  # noqa: E402
from reconciliation.deciding import DecisionError, Part, assign  # noqa: E402
from reconciliation.models import Movement, Statement  # noqa: E402
from tests import factories  # noqa: E402
from tests.reconciliation.bank import imported, spei, statement  # noqa: E402
from tests.reconciliation.kills import import_and_confirm  # noqa: E402

CROWD = 50


def all_at_once(act: Callable[[], object], number: int) -> list[str]:
    """What each was told; empty for one that did it."""
    barrier = Barrier(number)
    told = []

    def run() -> None:
        try:
            barrier.wait()
            act()
            told.append("")
        except DecisionError as error:
            told.append(str(error))
        except Exception as error:  # a page that says 500
            told.append(f"surprise: {error!r}"[:200])
        finally:
            connections.close_all()

    threads = [Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def import_round(user, cxc) -> Iterator[str]:
    """The same file, twice at once, to the end."""
    constancia = factories.make_constancia(user, factories.make_quote(user.customer))
    content = statement(
        spei(constancia, folio=constancia.pk), spei(None, "7.00", folio=constancia.pk + 10_000_000)
    )
    told = all_at_once(lambda: import_and_confirm(content, cxc), 2)
    yield from (sentence for sentence in told if sentence.startswith("surprise"))
    if Statement.objects.filter(sha256=Statement.objects.latest("pk").sha256).count() != 1:
        yield "the file is there twice"
    # Whoever came second left the rest to whoever was at it.
    import_and_confirm(content, cxc)
    yield from once(constancia)


def decide_round(user, cxc) -> Iterator[str]:
    """Fifty people give one deposit to its constancia."""
    constancia = factories.make_constancia(user, factories.make_quote(user.customer))
    read = imported(statement(spei(None, "1305.00", folio=constancia.pk)), cxc)
    movement = read.movements.get()
    parts = [Part(constancia.pk, movement.amount)]
    told = all_at_once(lambda: assign(movement=movement, parts=parts, by=cxc), CROWD)
    if told.count("") != 1:
        yield f"{told.count('')} of {CROWD} decided"
    yield from (sentence for sentence in told if sentence.startswith("surprise"))
    yield from once(constancia)


def once(constancia) -> Iterator[str]:
    """One payment, one mail, one movement that it came from."""
    payments = Payment.objects.filter(constancia=constancia).count()
    key = f"payment-confirmed:{constancia.pk}:"
    mails = OutboxMessage.objects.filter(key__startswith=key).count()
    applied = Movement.objects.filter(applications__payment__constancia=constancia).count()
    if (payments, mails, applied) != (1, 1, 1):
        yield f"{payments} payments, {mails} mails, {applied} movements"


def main(rounds: int, *, unlocked: bool) -> None:
    """Play the rounds and print what broke."""
    if unlocked:
        waiting = deciding.waiting_row

        def slow(movement: Movement) -> Movement:
            found = waiting(movement)
            time.sleep(0.5)  # long enough for the others to have looked
            return found

        QuerySet.select_for_update = lambda rows, *_, **__: rows  # type: ignore[method-assign]
        vars(deciding)["waiting_row"] = slow
    user, cxc = factories.make_consenting_user(), factories.make_user(is_staff=True)
    for _ in range(rounds):
        for problem in decide_round(user, cxc):
            print(problem)
        for problem in () if unlocked else import_round(user, cxc):
            print(problem)
    print(f"{rounds} rounds")


if __name__ == "__main__":
    main(int(sys.argv[1]), unlocked=sys.argv[2:] == ["unlocked"])
