"""Sending the welcome to everyone who has not chosen a password yet.

The worker goes through them in order of their ids. Each batch writes its mails and moves the
campaign on in one transaction, so that a worker that dies leaves neither a gap nor a second mail.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts import audit, mails
from accounts.audit import Target
from accounts.models import AuditEvent, User, WelcomeCampaign

# People written to in one transaction, and batches before the worker's other jobs get their turn.
BATCH = 100
MOST_BATCHES = 10


class CampaignError(Exception):
    """The campaign cannot start. Its message is for the person who asked."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who has no password: those a campaign would go through, and why it leaves out others."""

    to_write: int
    welcomed: int
    without_address: int


def without_password() -> models.QuerySet[User]:
    """The people of customers and distributors who have not chosen one, and may sign in."""
    return User.objects.filter(
        is_active=True,
        is_staff=False,
        is_superuser=False,
        password__startswith=UNUSABLE_PASSWORD_PREFIX,
    )


def reachable() -> models.QuerySet[User]:
    """Those of them with an address."""
    return without_password().exclude(email="")


def audience() -> Audience:
    """How many a campaign would find now."""
    of_all = without_password().aggregate(
        reachable=models.Count("pk", filter=~models.Q(email="")),
        silent=models.Count("pk", filter=models.Q(email="")),
    )
    recently = _recent_welcomes().values("target_id")
    text = models.functions.Cast("pk", models.CharField())
    welcomed = reachable().annotate(key=text).filter(key__in=recently).count()
    return Audience(
        to_write=of_all["reachable"] - welcomed,
        welcomed=welcomed,
        without_address=of_all["silent"],
    )


def _recent_welcomes() -> models.QuerySet[AuditEvent]:
    """The welcomes whose link is still good."""
    since = timezone.now() - timedelta(hours=settings.WELCOME_HOURS)
    return AuditEvent.objects.filter(
        action="user.welcomed", target_type=User._meta.label_lower, at__gt=since
    )


@transaction.atomic
def start_campaign(*, by: User) -> WelcomeCampaign:
    """Have the worker write to them all.

    Raises CampaignError when there is nobody to write to, or another campaign is under way.
    """
    if not audience().to_write:
        raise CampaignError("No hay a quién enviar la bienvenida.")
    try:
        with transaction.atomic():
            campaign = WelcomeCampaign.objects.create(started_by=by, total=reachable().count())
    except IntegrityError:
        raise CampaignError("Ya hay un envío en curso; espere a que termine.") from None
    audit.record("welcomecampaign.started", by=by, target=campaign, total=campaign.total)
    return campaign


def go_on() -> int:
    """Go on with the campaign under way; returns how many mails were written. For the worker."""
    written = 0
    for _ in range(MOST_BATCHES):
        batch = _batch()
        if batch is None:
            break
        written += batch
    return written


@transaction.atomic
def _batch() -> int | None:
    """Write to the next few; None when no campaign is under way any more."""
    campaign = (
        WelcomeCampaign.objects.select_for_update(of=("self",))
        .filter(finished_at=None)
        .select_related("started_by")
        .first()
    )
    if campaign is None:
        return None
    people = list(reachable().filter(pk__gt=campaign.reached).order_by("pk")[:BATCH])
    if not people:
        campaign.finished_at = timezone.now()
        campaign.save(update_fields=["finished_at"])
        counts = {"written": campaign.written, "left_out": campaign.left_out}
        audit.record("welcomecampaign.finished", by=None, target=campaign, **counts)
        return None
    due = _without_good_link(people)
    mails.welcome(users=due, occasion=f"campaign-{campaign.pk}")
    events = [(Target.of(person), {"campaign": campaign.pk}) for person in due]
    audit.record_all("user.welcomed", by=campaign.started_by, events=events)
    campaign.reached = people[-1].pk
    campaign.written += len(due)
    campaign.left_out += len(people) - len(due)
    campaign.save(update_fields=["reached", "written", "left_out"])
    return len(due)


def _without_good_link(people: Iterable[User]) -> list[User]:
    """Those whose last welcome, if any, is too old to be used."""
    keys = {str(person.pk): person for person in people}
    welcomed = _recent_welcomes().filter(target_id__in=keys).values_list("target_id", flat=True)
    good = set(welcomed)
    return [person for key, person in keys.items() if key not in good]
