"""Threads that all issue the same requested invoice at once, each with a UUID of its own.

Run as a program, in a process and on a database of its own with the demo data:
`python -m tests.payments.issuing_at_once ROUNDS [unlocked]`. Prints what each was told.
"""

import sys
import time
from threading import Barrier, Thread

import django

django.setup()

from django.core.files.storage import default_storage  # noqa: E402
from django.db import connections  # noqa: E402
from django.db.models import QuerySet  # noqa: E402

from payments import invoices  # noqa: E402
from payments.models import InvoiceRequest  # noqa: E402
from tests import factories  # noqa: E402
from tests.payments import cfdis  # noqa: E402

AT_ONCE = 4


def one_round(user, cxc) -> list[str]:
    """What each of the threads was told; empty for the one that issued it."""
    constancia = factories.make_constancia(user, factories.make_quote(user.customer))
    request = factories.make_invoice_request(factories.pay(constancia, cxc))
    barrier = Barrier(AT_ONCE)
    told = []

    def run() -> None:
        try:
            own = InvoiceRequest.objects.select_related("constancia").get(pk=request.pk)
            barrier.wait()
            cfdis.issue(own, cxc)
            told.append("")
        except invoices.InvoiceError as error:
            told.append(str(error))
        except Exception as error:  # a page that says 500
            told.append(f"surprise: {error!r}"[:200])
        finally:
            connections.close_all()

    threads = [Thread(target=run) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def main(rounds: int, *, unlocked: bool) -> None:
    """Play the rounds, print what was told, and how many files are left in the store."""
    if unlocked:
        check = invoices._check_issuable

        def slow_check(*args) -> None:
            check(*args)
            time.sleep(0.3)  # long enough for the others to have looked

        QuerySet.select_for_update = lambda rows, *_, **__: rows  # type: ignore[method-assign]
        vars(invoices)["_check_issuable"] = slow_check
    user, cxc = factories.make_consenting_user(), factories.make_user(is_staff=True)
    for _ in range(rounds):
        for sentence in one_round(user, cxc):
            print(sentence or "issued")
    folders = [f"facturas/{year}" for year in default_storage.listdir("facturas")[0]]
    months = [f"{year}/{month}" for year in folders for month in default_storage.listdir(year)[0]]
    print("files:", sum(len(default_storage.listdir(month)[1]) for month in months))


if __name__ == "__main__":
    main(int(sys.argv[1]), unlocked=sys.argv[2:] == ["unlocked"])
