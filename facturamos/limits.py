"""How often something may be asked for. The limits stand in `ACCOUNT_RATE_LIMITS`."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from allauth.core import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

log = structlog.get_logger(__name__)

_SECONDS: Final = {"m": 60, "h": 3600}


def too_often(request: HttpRequest, *, action: str, **counted_by: Any) -> HttpResponse | None:
    """Count this request; the page 429 when there were too many of them, else None.

    `counted_by` is what allauth takes: `user`, `key`, and `limit_get=True` for a page that is read.
    """
    request.retry_after = max(seconds for _, seconds in _rates(action))  # type: ignore[attr-defined]
    refused: HttpResponse | None = ratelimit.consume_or_429(request, action=action, **counted_by)
    return refused


def made_too_many(
    request: HttpRequest, *, action: str, made_since: Callable[[datetime], int]
) -> HttpResponse | None:
    """As `too_often` where what was made leaves rows: a button pressed ten times makes one.

    `made_since` counts the rows since a moment.
    """
    for amount, seconds in _rates(action):
        if made_since(timezone.now() - timedelta(seconds=seconds)) >= amount:
            request.retry_after = seconds  # type: ignore[attr-defined]
            return ratelimit.respond_429(request)
    return None


def tell(what: str) -> None:
    """A line in the log: somebody was refused because it was too often."""
    log.warning("rate_limited", what=what)


def _rates(action: str) -> list[tuple[int, int]]:
    """How many in how many seconds, of `20/m/ip,5/h/key`."""
    rates = [rate.split("/") for rate in settings.ACCOUNT_RATE_LIMITS[action].split(",")]
    return [(int(amount), _SECONDS[per]) for amount, per, _ in rates]
