"""How long a session lives, and ending it from elsewhere."""

import time
from datetime import UTC, datetime
from math import ceil
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts import audit
from accounts.models import User
from facturamos.dates import long_hour

# Keys of the session; both are seconds since the epoch.
BORN_AT = "born_at"
SEEN_AT = "seen_at"
# A session that is in use is written no more often than this (seconds).
TOUCH_EVERY = 60


def idle_limit(user: Any) -> int:
    """For how many seconds a session of this person may rest."""
    return settings.SESSION_IDLE_STAFF if user.is_staff else settings.SESSION_IDLE_CUSTOMER


def ends_at(request: HttpRequest) -> float:
    """When the session ends unless it is used (seconds since the epoch)."""
    session, now = request.session, time.time()
    rests_until = session.get(SEEN_AT, now) + idle_limit(request.user)
    return min(rests_until, session.get(BORN_AT, now) + settings.SESSION_COOKIE_AGE)


def context(request: HttpRequest) -> dict[str, object]:
    """Template variable `session_ends`: in how many seconds and minutes, and at what time."""
    return {"session_ends": SimpleLazyObject(lambda: told(ends_at(request)))}


def told(moment: float) -> dict[str, object]:
    """In how many `seconds` and (begun) `minutes` that is, and `at` what hour, with its clock."""
    at = timezone.localtime(datetime.fromtimestamp(moment, UTC))
    seconds = max(0, int(moment - time.time()))
    return {"seconds": seconds, "minutes": ceil(seconds / 60), "at": long_hour(at)}


def begin(request: HttpRequest) -> None:
    """Somebody signed in just now."""
    request.session[BORN_AT] = request.session[SEEN_AT] = time.time()


def touch(request: HttpRequest) -> None:
    """The session is in use. It is written at most once a minute."""
    session, now = request.session, time.time()
    session.setdefault(BORN_AT, now)
    if now - session.get(SEEN_AT, 0) >= TOUCH_EVERY:
        session[SEEN_AT] = now
        UserSession.objects.filter(session_key=session.session_key).update(
            last_seen_at=timezone.now()
        )


@transaction.atomic
def renew(request: HttpRequest) -> None:
    """Another key for a session that may do more than before: a copy of the old one opens nothing.

    ASVS 7.2.4: a new token whenever somebody proves again who they are.
    """
    old = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=old).update(session_key=request.session.session_key)


@transaction.atomic
def end(*, session: UserSession, by: User) -> None:
    """End one session; its browser must sign in again."""
    session.end()
    audit.record("session.ended", by=by, target=session.user, sessions=1)


@transaction.atomic
def end_all(*, user: User, by: User, but: str | None = None) -> int:
    """End a person's sessions, apart from the one with the key `but`; returns how many."""
    rows = list(UserSession.objects.filter(user=user).exclude(session_key=but or ""))
    for row in rows:
        row.end()
    if rows:
        audit.record("session.ended", by=by, target=user, sessions=len(rows))
    return len(rows)
