"""A filter from one day to another, for lists that are too long to look through."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.admin import FieldListFilter
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date


class DaysFilter(FieldListFilter):
    """Two days, both included, in the company's clock; what is no day narrows nothing."""

    template = "admin/accounts/days_filter.html"

    def __init__(self, field: Any, *args: Any, **kwargs: Any) -> None:
        self.name = field.name
        super().__init__(field, *args, **kwargs)
        self.title = "fecha"

    def expected_parameters(self) -> list[str | None]:
        """The first day and the last."""
        return [*self._names()]

    def _names(self) -> tuple[str, str]:
        return f"{self.name}_desde", f"{self.name}_hasta"

    def has_output(self) -> bool:
        """Always."""
        return True

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """The two fields, and what else the address holds."""
        first, last = self._names()
        kept = changelist.get_filters_params() | {"q": [changelist.query]}
        yield {
            "first": {"name": first, "value": self._day(first)},
            "last": {"name": last, "value": self._day(last)},
            "others": [
                (key, value)
                for key, values in kept.items()
                if key not in (first, last, PAGE_VAR)
                for value in values
            ],
            "without": changelist.get_query_string(remove=[first, last]),
        }

    def _day(self, name: str) -> date | None:
        given: Any = self.used_parameters.get(name) or [""]
        try:
            return parse_date(given[-1] if isinstance(given, list) else given)
        except ValueError:
            return None

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of those days."""
        first, last = (self._day(name) for name in self._names())
        if first:
            queryset = queryset.filter(**{f"{self.name}__gte": _midnight(first)})
        if last and last < date.max:
            queryset = queryset.filter(**{f"{self.name}__lt": _midnight(last + timedelta(days=1))})
        return queryset


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
