"""What the page of one statement shows."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.utils import timezone
from django.utils.safestring import SafeString

from payments.models import Constancia
from payments.references import format_reference
from reconciliation.highlight import highlighted
from reconciliation.models import Movement, Statement
from reconciliation.summary import summary_of

EXACT_SHOWN = 100
# A worker moves every few seconds; a silence longer than this is told.
SILENT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ExactRow:
    """An exact movement, with what it pays."""

    movement: Movement
    description: SafeString
    reference: SafeString
    constancia: Constancia

    @property
    def printed_reference(self) -> str:
        """As on the slip."""
        return format_reference(self.constancia.reference)


def page_of(statement: Statement, *, page: str) -> dict[str, Any]:
    """The page's context; `page` is which hundred of the exact movements."""
    if statement.is_working:
        silent = statement.worked_at and timezone.now() - statement.worked_at > SILENT
        return {"is_silent": bool(silent)}
    if statement.state == Statement.State.FAILED:
        return {}
    exact = Paginator(statement.movements.exact().order_by("pk"), EXACT_SHOWN).get_page(page)
    summary = summary_of(statement)
    return {
        "summary": summary,
        "not_for_us": summary.not_ours + summary.ignored,
        "confirmed_by": _confirmed_by(statement),
        "exact": exact,
        "rows": _rows(list(exact)),
        "unlisted": statement.unread - len(statement.problems),
    }


def _confirmed_by(statement: Statement) -> list[tuple[str, int]]:
    """Who confirmed its deposits, and how many each."""
    applied = statement.movements.filter(state=Movement.State.APPLIED).order_by()
    people = applied.values("decided_by__username").annotate(count=Count("pk"))
    return list(people.order_by("-count").values_list("decided_by__username", "count"))


def _rows(movements: list[Movement]) -> list[ExactRow]:
    ids = [movement.proposal[0][0] for movement in movements]
    constancias = Constancia.objects.in_bulk(ids)
    return [
        ExactRow(
            movement=movement,
            description=highlighted(movement.description, movement.spans),
            reference=highlighted(movement.reference, movement.spans, in_field=True),
            constancia=constancias[movement.proposal[0][0]],
        )
        for movement in movements
    ]
