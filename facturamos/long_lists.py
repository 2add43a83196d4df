"""Lists of the admin that stay quick when they are long."""

import json
from functools import cached_property
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest

from facturamos.tampered import CheckedFields, check_ticked, is_year

# From so many rows on, a list says about how many there are.
EXACT_BELOW = 10_000


class About(int):
    """A number that was estimated, and says so wherever it is shown."""

    def __str__(self) -> str:
        return f"cerca de {int(self):,}"


class LongListPaginator(Paginator):
    """Counts what is short, and takes PostgreSQL's estimate of what is long."""

    @cached_property
    def count(self) -> int:
        """The number of rows; from EXACT_BELOW on, an `About` on PostgreSQL."""
        rows: Any = self.object_list
        # All rows are counted along their primary key, and some by whatever index finds them.
        rows = rows.order_by() if rows.query.where else rows.order_by("pk")
        counted: int = rows[:EXACT_BELOW].count()
        if counted < EXACT_BELOW or connection.vendor != "postgresql":
            return counted if counted < EXACT_BELOW else super().count
        plan = json.loads(rows.order_by().explain(format="json"))
        return About(max(int(plan[0]["Plan"]["Plan Rows"]), counted))


class LongListAdmin(CheckedFields, admin.ModelAdmin):
    """What every list of the portal's admin has: no count of everything beside each page."""

    paginator = LongListPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """What Django's own filters send. No regular expression, which may keep the database busy
        for minutes, and no year or range that no calendar or column has.
        """
        kind = lookup.rpartition("__")[2]
        if kind.endswith(("regex", "range")) or (kind.endswith("year") and not is_year(value)):
            return False
        return super().lookup_allowed(lookup, value, request)

    def response_action(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """An action is about rows."""
        check_ticked(request)
        return super().response_action(request, *args, **kwargs)
