"""A campaign whose worker is killed at every step of a batch, in children of this process.

Run as a program on a database with the demo data, which goes afterwards. Prints each broken
promise, one a line, and how many workers were killed.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import django

django.setup()

from django.db import connections  # noqa: E402

from accounts import audit, campaigns, mails  # noqa: E402
from accounts.models import AuditEvent, User, WelcomeCampaign  # noqa: E402
from facturamos.models import OutboxMessage  # noqa: E402
from tests import factories  # noqa: E402

PEOPLE = 30
campaigns.BATCH = 5


def dies(*_: Any, **__: Any) -> None:
    """As if the power went."""
    os.kill(os.getpid(), signal.SIGKILL)


def after(step: Callable[..., Any]) -> Callable[..., Any]:
    """The step, and then death."""

    def both(*args: Any, **kwargs: Any) -> None:
        step(*args, **kwargs)
        dies()

    return both


def before_the_mails() -> None:
    mails.welcome = dies


def after_the_mails() -> None:
    mails.welcome = after(mails.welcome)


def after_the_audit() -> None:
    audit.record_all = after(audit.record_all)


def before_the_end_of_the_batch() -> None:
    WelcomeCampaign.save = dies  # type: ignore[method-assign]


def after_one_batch() -> None:
    batch, left = campaigns._batch, iter([batch_is_done, dies])
    campaigns._batch = lambda: (next(left)(), batch())[1]


def batch_is_done() -> None:
    """Nothing yet."""


POINTS = (
    *(before_the_mails, after_the_mails, after_the_audit),
    *(before_the_end_of_the_batch, after_one_batch),
)


def killed_at(point: Callable[[], None]) -> bool:
    """Go on in a child that dies there; whether it did."""
    connections.close_all()
    for connection in connections.all():
        if hasattr(connection, "close_pool"):  # its threads would not live in the child
            connection.close_pool()
    if not (child := os.fork()):
        try:
            point()
            campaigns.go_on()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def problems(people: list[User], campaign: WelcomeCampaign) -> Iterator[str]:
    """What should have happened once to each, and did not."""
    campaign.refresh_from_db()
    if not campaign.finished_at or campaign.written != len(people):
        yield f"the campaign says {campaign.written} of {len(people)}"
    mailed = Counter(row.to[0] for row in OutboxMessage.objects.filter(key__contains="campaign-"))
    told = Counter(
        AuditEvent.objects.filter(action="user.welcomed").values_list("target_id", flat=True)
    )
    for person in people:
        if (mailed[person.email], told[str(person.pk)]) != (1, 1):
            yield f"{person} has {mailed[person.email]} mails and {told[str(person.pk)]} events"


def main() -> None:
    """Kill at every point twice, let one finish, and say what came of it."""
    boss = factories.make_user(is_staff=True)
    customer = factories.make_customer()
    people = [factories.make_user(customer, password=None) for _ in range(PEOPLE)]
    campaign = campaigns.start_campaign(by=boss)
    kills = sum(killed_at(point) for point in POINTS * 2)
    campaigns.go_on()
    for problem in problems(people, campaign):
        print(problem)
    print(f"{kills} kills, {PEOPLE} people")


if __name__ == "__main__":
    main()
