"""Round after round, threads that want opposite things of one constancia or account, all at once.

Run as a program, in a process of its own on a database of its own with the demo data:
`python -m tests.payments.rounds ROUNDS [unlocked]`. Prints each broken promise, one a line.
"""

import random
import sys
from collections.abc import Callable, Iterator
from threading import Barrier, Thread

import django

django.setup()

from django.db import connections  # noqa: E402
from django.db.models import QuerySet  # noqa: E402

from payments import bank_accounts, services  # noqa: E402
from payments.models import BankAccount, Constancia  # noqa: E402
from payments.recording import record_payment  # noqa: E402
from renewals.models import Quote  # noqa: E402
from tests import factories  # noqa: E402

EXPECTED = (services.PaymentsError, bank_accounts.BankAccountError)


def all_at_once(acts: list[Callable[[], object]]) -> list[str]:
    """Do all of them from threads that wait for one another; returns what nobody expected."""
    barrier = Barrier(len(acts))
    surprises = []

    def run(act: Callable[[], object]) -> None:
        try:
            barrier.wait()
            act()
        except EXPECTED:
            pass  # a sentence for whoever came second
        except Exception as error:  # anything else would be a page that says 500
            surprises.append(repr(error)[:200])
        finally:
            connections.close_all()

    random.shuffle(acts)
    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return surprises


def constancia_round(user, cxc) -> Iterator[str]:
    """Pay, pay a part, cancel, expire and issue again, at once."""
    quote = factories.make_quote(user.customer)
    first = factories.make_constancia(user, quote)

    def fresh() -> Constancia:
        return Constancia.objects.select_related("quote").get(pk=first.pk)

    yield from all_at_once(
        [
            lambda: record_payment(deposit=factories.make_deposit(first), by=cxc),
            lambda: record_payment(deposit=factories.make_deposit(first, "5.00"), by=cxc),
            lambda: services.cancel_constancia(constancia=fresh(), by=user),
            lambda: services._expire(fresh()),
            lambda: factories.make_constancia(user, Quote.objects.get(pk=quote.pk)),
        ]
    )
    rows = list(Constancia.objects.with_paid().filter(quote=quote))
    standing = [row for row in rows if row.status in Constancia.STANDING]
    wanted = {"open": "held", "paid": "renewed"}[standing[0].status] if standing else "open"
    quote.refresh_from_db()
    if len(standing) > 1 or quote.status != wanted:
        yield f"quote {quote.status} with constancias {[row.status for row in rows]}"
    for row in rows:
        if row.paid and row.status not in Constancia.STANDING:
            yield f"{row.paid} paid on a constancia that is {row.status}"
        if (row.paid >= row.total) != (row.status == Constancia.Status.PAID):
            yield f"{row.paid} of {row.total} paid on a constancia that is {row.status}"


def account_round(proposer, approver) -> Iterator[str]:
    """Two approvals and a rejection, at once."""
    one, two = (
        bank_accounts.propose_bank_account(
            account=BankAccount(
                beneficiary="B", bank_name="BBVA", account_number="0101644637", clabe=CLABE
            ),
            by=proposer,
        )
        for _ in "ab"
    )
    yield from all_at_once(
        [
            lambda: bank_accounts.approve_bank_account(account=one, by=approver),
            lambda: bank_accounts.approve_bank_account(account=two, by=approver),
            lambda: bank_accounts.reject_bank_account(account=one, by=approver),
        ]
    )
    if BankAccount.objects.in_force().count() != 1 or BankAccount.objects.proposed().exists():
        yield "not exactly one account in force"


CLABE = "012164001016446374"


def main(rounds: int, *, unlocked: bool) -> None:
    """Play the rounds and print what broke."""
    if unlocked:
        QuerySet.select_for_update = lambda rows, *_, **__: rows  # type: ignore[method-assign]
    user = factories.make_consenting_user()
    proposer, approver = (factories.make_user(is_staff=True) for _ in "ab")
    for _ in range(rounds):
        for problem in (*constancia_round(user, approver), *account_round(proposer, approver)):
            print(problem)
    print(f"{rounds} rounds")


if __name__ == "__main__":
    main(int(sys.argv[1]), unlocked=sys.argv[2:] == ["unlocked"])
