"""The reminder a few days before a constancia expires."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from django.conf import settings
from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from facturamos.mail import Mail, post
from facturamos.models import OutboxMessage
from facturamos.texts.in_force import read_once
from payments import letters
from payments.mails import REMINDER
from payments.models import Constancia, has_money

BATCH = 500


def send_reminders() -> int:
    """Remind whoever was not reminded yet; returns how many mails were written. For the worker.

    From `EXPIRES_SOON_DAYS` days before the last day until that day is over, whatever pause the
    worker made; never later, and never about one that was paid in part.
    """
    due = list(_due()[:BATCH])
    with read_once():
        post(_mails(due))
    return len(due)


def _mails(due: Sequence[Constancia]) -> Iterator[Mail]:
    for pk, rows in groupby(due, key=attrgetter("pk")):
        same = list(rows)
        letter = letters.reminder(same[0])
        for row in same:
            reader: str = row.reader  # type: ignore[attr-defined]  # annotated in `_due`
            yield Mail(letter=letter, to=reader, about=f"{REMINDER}:{pk}")


def _due() -> QuerySet[Constancia]:
    """A row for each reader who waits for the reminder, with the address as `reader`."""
    today = timezone.localdate()
    return (
        Constancia.objects.expiring(today, settings.EXPIRES_SOON_DAYS)
        .filter(
            ~has_money(),
            customer__users__is_active=True,
            customer__users__email__gt="",
        )
        .annotate(
            reader=F("customer__users__email"),
            # As `Mail.key` has it: the index of that unique column answers.
            key=Concat(
                Value(f"{REMINDER}:"),
                Cast("pk", CharField()),
                Value(":"),
                "reader",
                output_field=CharField(),
            ),
        )
        .filter(~Exists(OutboxMessage.objects.filter(key=OuterRef("key"))))
        .order_by("pk")
    )
