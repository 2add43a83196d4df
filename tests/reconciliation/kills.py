"""Imports killed between two SQL statements, each a statement later, and run again twice.

Run as a program on a database with the demo data: `python -m tests.reconciliation.kills POINTS`.
Prints each broken promise, one a line, and how many imports were killed. Each import is a child of
this warm process, so that a kill does not cost a start of Django.
"""

import os
import signal
import sys
from collections.abc import Iterator
from datetime import timedelta

import django

django.setup()

from django.db import connection, connections  # noqa: E402

from accounts.models import User  # noqa: E402
from facturamos.models import OutboxMessage  # noqa: E402
from payments.models import Constancia, Payment  # noqa: E402
from reconciliation import work  # noqa: E402
from reconciliation.deciding import DecisionError  # noqa: E402
from reconciliation.models import Movement, Statement  # noqa: E402
from reconciliation.reading import upload_statement  # noqa: E402
from tests import factories  # noqa: E402
from tests.reconciliation.bank import spei, statement  # noqa: E402

# Whoever was killed is known to be gone.
work.SILENCE = timedelta(0)


class Killer:
    """Ends its own process before, or just after, the SQL statement of that number."""

    def __init__(self, number: int, *, after: bool) -> None:
        self.left = number
        self.after = after

    def __call__(self, execute, *arguments):
        self.left -= 1
        if self.left == 0 and not self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = execute(*arguments)
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result


def import_and_confirm(content: bytes, by: User) -> None:
    """What CxC does, or the command: upload, read, confirm what is exact."""
    uploaded, _ = upload_statement(name="x.exp", content=content, by=by)
    work.go_on(uploaded)
    uploaded.refresh_from_db()
    try:
        work.ask_to_confirm(statement=uploaded, by=by)
    except DecisionError:
        return  # it was all confirmed before
    work.go_on(uploaded)


def in_a_child(content: bytes, by: User, killer: Killer | None = None) -> bool:
    """Import in a process of its own, twice unless it is killed; returns whether it was."""
    connections.close_all()
    for each in connections.all():
        if hasattr(each, "close_pool"):  # its threads would not live in the child
            each.close_pool()
    child = os.fork()
    if child:
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    code = 1
    try:
        if killer:
            with connection.execute_wrapper(killer):
                import_and_confirm(content, by)
        else:
            for _ in range(2):
                import_and_confirm(content, by)
        code = 0
    finally:
        os._exit(code)


def statements_of_an_import(user: User, cxc: User) -> int:
    """How many SQL statements one runs from end to end: each of them is a point."""
    run = 0

    def count(execute, *arguments):
        nonlocal run
        run += 1
        return execute(*arguments)

    _, _, content = invented(user)
    with connection.execute_wrapper(count):
        import_and_confirm(content, cxc)
    return run


def invented(user: User) -> tuple[list[Constancia], Constancia, bytes]:
    """Two constancias paid exactly, one in part, and the statement that says so."""
    assert user.customer
    exact = [factories.make_constancia(user, factories.make_quote(user.customer)) for _ in "ab"]
    partial = factories.make_constancia(user, factories.make_quote(user.customer))
    lines = [
        *(spei(each, folio=each.pk) for each in exact),
        spei(partial, "5.00", folio=partial.pk),
        spei(None, "9.00", folio=partial.pk + 10_000_000),
    ]
    return exact, partial, statement(*lines)


def one_point(number: int, *, after: bool, user: User, cxc: User) -> Iterator[str]:
    """Kill there, import twice more, and look at what is there."""
    exact, partial, content = invented(user)
    if in_a_child(content, cxc, Killer(number, after=after)):
        yield "killed"
    if in_a_child(content, cxc):
        yield "the second import died"
    kept = Movement.objects.filter(statement=Statement.objects.latest("pk"))
    states = list(kept.order_by("pk").values_list("state", flat=True))
    if states != ["applied", "applied", "waiting", "waiting"]:
        yield f"at {number}: movements {states}"
    paid = Payment.objects.filter(constancia__in=exact)
    if sorted(paid.values_list("constancia_id", flat=True)) != [each.pk for each in exact]:
        yield f"at {number}: {paid.count()} payments for 2 constancias"
    if set(Constancia.objects.filter(pk__in=[each.pk for each in exact]).values_list("status")) != {
        ("paid",)
    }:
        yield f"at {number}: not every constancia is paid"
    if Payment.objects.filter(constancia=partial).exists():
        yield f"at {number}: money nobody confirmed"
    for each in exact:
        mails = OutboxMessage.objects.filter(key__startswith=f"payment-confirmed:{each.pk}:")
        if mails.count() != 1:
            yield f"at {number}: {mails.count()} mails for one payment"


def main(points: int) -> None:
    """Go through the points, before and after each SQL statement by turns."""
    user, cxc = factories.make_consenting_user(), factories.make_user(is_staff=True)
    most, killed = statements_of_an_import(user, cxc), 0
    for point in range(points):
        number, after = divmod(point, 2)
        for told in one_point(number % most + 1, after=bool(after), user=user, cxc=cxc):
            if told == "killed":
                killed += 1
            else:
                print(told)
    print(f"{killed} killed")


if __name__ == "__main__":
    main(int(sys.argv[1]))
