"""The desk's home: what needs a person, and how the company is doing."""

from typing import Any

from django.utils import timezone

from accounts.company_texts import to_confirm
from accounts.models import User
from desk.figures import figures_for
from desk.waiting import work_for


def home_context(user: User) -> dict[str, Any]:
    """What the home's template shows: only what the person may see."""
    now = timezone.now()
    cards = work_for(user, now)
    figures = figures_for(user, now)
    publishes = user.has_perm("facturamos.publish_texts")
    return {
        "to_confirm": to_confirm() if publishes else [],
        "work": [card for card in cards if card.count],
        "calm": [card for card in cards if not card.count],
        "charts": [chart for group in figures for chart in group.charts],
        "counted_at": min((group.counted_at for group in figures), default=None),
    }
