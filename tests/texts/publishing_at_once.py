"""Threads that all publish what follows the same version at once, each its own words.

Run as a program, in a process and on a database of its own with the demo data:
`python -m tests.texts.publishing_at_once ROUNDS`. Prints what each was told.
"""

import sys
from threading import Barrier, Thread

import django

django.setup()

from django.db import connections  # noqa: E402

from accounts.company_texts import NewerVersionError, publish_text  # noqa: E402
from accounts.models import AuditEvent, User  # noqa: E402
from facturamos.models import TextVersion  # noqa: E402

AT_ONCE = 6
KEY = "contacts.hours"


def one_round(seen: int) -> list[str]:
    """What each was told who had seen that version."""
    by = User.objects.get(username="admin")
    barrier = Barrier(AT_ONCE)
    told = []

    def run(number: int) -> None:
        try:
            barrier.wait()
            body = f"De {seen} a {number}"
            publish_text(key=KEY, body=body, reason="A la vez.", seen=seen, by=by)
            told.append("published")
        except NewerVersionError:
            told.append("newer")
        except Exception as error:  # a page that says 500
            told.append(f"surprise: {error!r}"[:200])
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=[number]) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


if __name__ == "__main__":
    for seen in range(int(sys.argv[1])):
        print(*one_round(seen))
    print("versions:", TextVersion.objects.filter(key=KEY).count())
    print("audited:", AuditEvent.objects.filter(action="text.published").count())
