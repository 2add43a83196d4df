"""The tables that somebody explained."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import audit
from accounts.admin import ReadOnlyAdmin
from reconciliation.models import TableMapping


@admin.register(TableMapping)
class TableMappingAdmin(ReadOnlyAdmin):
    """Tables that somebody explained. A wrong one is forgotten, and asked about again."""

    list_display = ["__str__", "saved_at", "saved_by"]
    list_select_related = ["saved_by"]
    fields = ["headers", "mapping", "saved_at", "saved_by"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was read with it stays as it is."""
        return request.user.has_perm("reconciliation.delete_tablemapping")

    def delete_model(self, request: HttpRequest, obj: TableMapping) -> None:
        """With a row in the audit."""
        self._forget(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[TableMapping]) -> None:
        """Each with a row in the audit."""
        for row in queryset:
            self._forget(request, row)

    def _forget(self, request: HttpRequest, row: TableMapping) -> None:
        by: Any = request.user
        audit.record("tablemapping.forgotten", by=by, target=row, mapping=row.mapping)
        row.delete()
