"""The tables that somebody explained."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin import ReadOnlyAdmin
from reconciliation.mappings import forget
from reconciliation.models import TableMapping
from reconciliation.statement_forms import columns_in_words


@admin.register(TableMapping)
class TableMappingAdmin(ReadOnlyAdmin):
    """Tables that somebody explained. A wrong one is forgotten, and asked about again."""

    list_display = ["__str__", "saved_at", "saved_by"]
    list_select_related = ["saved_by"]
    fields = ["header_row", "columns", "saved_at", "saved_by"]
    readonly_fields = ["header_row", "columns"]

    @admin.display(description="encabezados")
    def header_row(self, table: TableMapping) -> str:
        """As they stand in the file."""
        return str(table)

    @admin.display(description="columnas")
    def columns(self, table: TableMapping) -> str:
        """What somebody said of each."""
        said = columns_in_words(table.mapping)
        return "; ".join(f"{label}: {header}" for label, header in said)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was read with it stays as it is."""
        return request.user.has_perm("reconciliation.delete_tablemapping")

    def delete_model(self, request: HttpRequest, obj: TableMapping) -> None:
        """Forget it."""
        forget(table=obj, by=request.user)  # type: ignore[arg-type]

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[TableMapping]) -> None:
        """Forget each."""
        for row in queryset:
            forget(table=row, by=request.user)  # type: ignore[arg-type]
