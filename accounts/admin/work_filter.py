"""The filter of a list of work: at first what waits for somebody."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.http import HttpRequest


class WorkFilter(SimpleListFilter):
    """What waits, unless somebody asks for other rows; a search looks through all."""

    waiting: str  # what the first choice is called

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Django's "all" choice stands for what waits."""
        first, *others = super().choices(changelist)
        yield {**first, "display": self.waiting}
        yield from others

    def lists_what_waits(self, request: HttpRequest) -> bool:
        """Whether no other rows were asked for, by a choice or by a search."""
        return self.value() is None and not request.GET.get(SEARCH_VAR)
