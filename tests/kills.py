"""A worker that is killed again and again while it works, on a database of its own.

Run as a program on a database with the demo data: `python -m tests.kills SMTP_PORT KILLS`. Prints,
as JSON, when it killed, the mails, and each broken promise. Each worker is
a child of this warm process, so that a kill does not cost a start of Django.
"""

import hashlib
import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import AuditEvent  # noqa: E402
from facturamos import mail  # noqa: E402
from facturamos.models import OutboxMessage  # noqa: E402
from payments.models import Constancia  # noqa: E402
from tests import factories  # noqa: E402

# The longest a worker lives, in seconds: time for a PDF and a few mails.
LIFE = 0.4
# What a day takes in earnest takes seconds here. The lease is longer than a mail ever needs.
mail.LEASE = timedelta(seconds=3)
mail.PAUSES = [0.005] * 100
READERS = 2


def on_this_server(port: int) -> None:
    """Send by SMTP to that port of this machine."""
    settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 2


@contextmanager
def days_ago(days: int) -> Iterator[None]:
    """The clock set back."""
    now = timezone.now
    timezone.now = lambda: now() - timedelta(days=days)
    try:
        yield
    finally:
        timezone.now = now


def new_work(user, number: int) -> None:
    """A constancia: by turns new, about to expire, and one whose last day is over."""
    with days_ago((0, settings.CONSTANCIA_DAYS - 2, settings.CONSTANCIA_DAYS + 1)[number % 3]):
        factories.make_constancia(user)


def is_work_left(until: datetime | None = None) -> bool:
    """Whether a worker finds something to do, up to that moment if one is given."""
    waiting = OutboxMessage.objects.filter(state=OutboxMessage.State.WAITING)
    if until:
        waiting = waiting.filter(next_attempt_at__lte=until)
    return waiting.exists() or Constancia.objects.filter(pdf="").exists()


def start_worker() -> int:
    """A child that is `manage.py worker`; returns its id."""
    connections.close_all()
    for connection in connections.all():
        if hasattr(connection, "close_pool"):  # its threads would not live in the child
            connection.close_pool()
    if child := os.fork():
        return child
    try:
        call_command("worker", "--pause=0.01")
    finally:
        os._exit(1)


def kill_after(seconds: float) -> float:
    """Start a worker and kill it so much later; returns when it was dead."""
    child = start_worker()
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return time.monotonic()


def problems() -> Iterator[str]:
    """What should have happened exactly once and did not."""
    for row in OutboxMessage.objects.exclude(state=OutboxMessage.State.SENT):
        yield f"{row.key} is {row.state}: {row.last_error}"
    for constancia in Constancia.objects.all():
        with constancia.pdf.open("rb") as file:
            if hashlib.sha256(file.read()).hexdigest() != constancia.pdf_sha256:
                yield f"{constancia.reference} has another PDF than the one that was drawn"
    if Constancia.objects.values("pdf").distinct().count() != Constancia.objects.count():
        yield "two constancias have one PDF"
    yield from wrong_mails()
    yield from wrong_expiries()


def wrong_mails() -> Iterator[str]:
    """Those that are missing, doubled or about something else."""
    today = timezone.localdate()
    soon = today + timedelta(days=settings.EXPIRES_SOON_DAYS)
    payable = Constancia.objects.filter(expires_on__gte=today)
    expected = {
        f"{about}:{constancia.pk}"
        for constancia in payable
        for about in ("constancia-issued", "expiry-reminder")
        if about == "constancia-issued" or constancia.expires_on <= soon
    }
    keys = [str(row.key) for row in OutboxMessage.objects.all()]
    written = {key.rpartition(":")[0] for key in keys}
    if written != expected:
        yield f"mails missing: {expected - written}, unexpected: {written - expected}"
    if len(keys) != READERS * len(expected):
        yield f"{len(keys)} mails for {len(expected)} occasions"


def wrong_expiries() -> Iterator[str]:
    """Those that did not happen, or that the audit tells of twice."""
    overdue = set(
        Constancia.objects.filter(expires_on__lt=timezone.localdate()).values_list("pk", flat=True)
    )
    expired = Constancia.objects.filter(status=Constancia.Status.EXPIRED)
    if set(expired.values_list("pk", flat=True)) != overdue:
        yield f"{overdue} should have expired, and {expired} did"
    told = AuditEvent.objects.filter(action="constancia.expired")
    if sorted(told.values_list("target_id", flat=True)) != sorted(map(str, overdue)):
        yield f"the audit tells of {told.count()} expiries of {len(overdue)}"


def main(port: int, kills: int) -> None:
    """Kill, then let one worker finish, and say what came of it."""
    on_this_server(port)
    user = factories.make_consenting_user()
    factories.make_user(user.customer)
    new_work(user, number=0)
    call_command("run_due", stdout=sys.stderr)  # the first round loads what every worker needs
    killed, kinds = [], count()
    for _ in range(kills):
        while not is_work_left(until=timezone.now()):  # none is killed idle, none leaves a mountain
            new_work(user, next(kinds))
        killed.append(kill_after(random.uniform(0.01, LIFE)))
    child, deadline = start_worker(), time.monotonic() + 40
    while is_work_left() and time.monotonic() < deadline:
        time.sleep(0.2)
    os.kill(child, signal.SIGTERM)
    os.waitpid(child, 0)
    message_ids = list(OutboxMessage.objects.values_list("message_id", flat=True))
    told = {"killed": killed, "mails": message_ids, "problems": list(problems())}
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
