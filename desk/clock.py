"""How long something has waited and how long is left, in words. Knows no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Clock:
    """Since when something waits for the company, until when it was promised (None: nothing was),
    and when somebody reads this. All aware.
    """

    since: datetime
    due: datetime | None
    seen_at: datetime

    @property
    def is_late(self) -> bool:
        """Whether what was promised did not happen in time."""
        return self.due is not None and self.seen_at > self.due

    @property
    def age(self) -> str:
        """`hace 5 h`."""
        return f"hace {span(self.seen_at - self.since)}"

    @property
    def left(self) -> str:
        """`quedan 19 h`, or `tarde por 3 h`; empty when nothing was promised."""
        if self.due is None:
            return ""
        if self.is_late:
            return f"tarde por {span(self.seen_at - self.due)}"
        words = span(self.due - self.seen_at)
        return f"{'queda' if words.startswith('1 ') else 'quedan'} {words}"


def span(time: timedelta) -> str:
    """A length of time in its largest sensible unit, cut: `40 min`, `30 h`, `3 días`."""
    if time < HOUR:
        return f"{max(time // MINUTE, 0)} min"
    if time < 2 * DAY:
        return f"{time // HOUR} h"
    return f"{time // DAY} días"
