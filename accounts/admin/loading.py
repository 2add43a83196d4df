"""Loading tables in the admin: upload, see what it would bring, load all of it."""

import logging
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path

from accounts.admin.base import NOT_STORED, ReadOnlyAdmin, own_page, posted, row_to_show
from accounts.loading import apply_table, kinds, look_again, upload_table
from accounts.loading_forms import TableForm
from accounts.models import TableImport
from accounts.recently import recently_proved
from facturamos.exports import to_csv
from facturamos.tables import UnreadableFileError

log = logging.getLogger(__name__)
PROBLEMS_A_PAGE = 200


@admin.register(TableImport)
class TableImportAdmin(ReadOnlyAdmin):
    """Every table that was uploaded, newest first."""

    list_display = ["name", "kind_label", "uploaded_at", "uploaded_by", "applied_at", "applied_by"]
    list_select_related = ["uploaded_by", "applied_by"]
    list_filter = ["kind", "uploaded_at"]
    search_fields = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[TableImport]:
        """Without the problems of each, which may be many."""
        return super().get_queryset(request).defer("result")

    @admin.display(description="qué trae", ordering="kind")
    def kind_label(self, table: TableImport) -> str:
        """In words."""
        kind = kinds().get(table.kind)
        return kind.label if kind else table.kind

    def has_load_permission(self, request: HttpRequest) -> bool:
        """Whether this person may load tables."""
        return request.user.has_perm("accounts.load_tables")

    def has_view_permission(self, request: HttpRequest, obj: TableImport | None = None) -> bool:
        """Whoever loads them sees them, too."""
        return self.has_load_permission(request) or super().has_view_permission(request, obj)

    def get_urls(self) -> list[URLPattern]:
        """The upload with its templates, and what can be done with one."""
        wrap = self.admin_site.admin_view
        name = "accounts_tableimport"
        return [
            path("cargar/", wrap(self.upload_view), name=f"{name}_upload"),
            path("plantilla/<str:key>/", wrap(self.template_view), name=f"{name}_template"),
            path("<int:pk>/cargar/", wrap(self.apply_view), name=f"{name}_apply"),
            path("<int:pk>/revisar/", wrap(self.look_view), name=f"{name}_look"),
            *super().get_urls(),
        ]

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Take a table and show what it would bring."""
        self._check(request)
        form = TableForm(
            posted(request),
            request.FILES or None,
            initial={"kind": request.GET.get("kind", "")},
        )
        if form.is_valid():
            try:
                return self._uploaded(request, form)
            except UnreadableFileError as error:
                form.add_error("file", str(error))
            except OSError:
                log.exception("A table could not be stored")
                form.add_error("file", NOT_STORED)
        context = {"form": form, "kinds": kinds().values()}
        return own_page(self, request, "upload", "Cargar una tabla", **context)

    def _uploaded(self, request: HttpRequest, form: TableForm) -> HttpResponse:
        file = form.cleaned_data["file"]
        table = upload_table(
            kind=kinds()[form.cleaned_data["kind"]],
            name=file.name or "tabla",
            content=file.read(),
            by=request.user,  # type: ignore[arg-type]
        )
        return _to(table)

    def template_view(self, request: HttpRequest, key: str) -> HttpResponse:
        """A CSV with the headers and a line as an example."""
        self._check(request)
        kind = kinds().get(key)
        if kind is None:
            raise Http404
        header = [column.header for column in kind.columns]
        return HttpResponse(
            to_csv(header, [[column.example for column in kind.columns]]),
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="plantilla-{kind.label.lower()}.csv"'
            },
        )

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """What the table brings, with all that is wrong, or what it brought."""
        rows = TableImport.objects.select_related("uploaded_by", "applied_by")
        table = row_to_show(self, request, object_id, rows)
        kind = kinds().get(table.kind)
        if kind is None:
            raise Http404
        result = table.result
        problems = Paginator(result["problems"], PROBLEMS_A_PAGE)
        return own_page(
            self,
            request,
            "page",
            table.name,
            table=table,
            kind=kind,
            result=result,
            to_load=result["new"] + result["changed"],
            problems=problems.get_page(request.GET.get("p", "1")),
        )

    def look_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Look at the table again: something may have been added meanwhile."""
        table = self._chosen(request, pk)
        if request.method == "POST":
            look_again(table=table)
        return _to(table)

    @recently_proved
    def apply_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Load all of it."""
        table = self._chosen(request, pk)
        if request.method == "POST":
            applied = apply_table(table=table, by=request.user)  # type: ignore[arg-type]
            table.refresh_from_db()
            if applied:
                count = table.result["new"] + table.result["changed"]
                self.message_user(
                    request,
                    f"La tabla se cargó: {count:,} entre nuevos y cambiados.",
                    messages.SUCCESS,
                )
            elif table.applied_at:
                text = "La tabla ya estaba cargada; no se cargó otra vez."
                self.message_user(request, text, messages.WARNING)
            else:
                text = "Desde que se revisó cambió algo: no se cargó nada. Vea los problemas."
                self.message_user(request, text, messages.ERROR)
        return _to(table)

    def _check(self, request: HttpRequest) -> None:
        if not self.has_load_permission(request):
            raise PermissionDenied

    def _chosen(self, request: HttpRequest, pk: int) -> TableImport:
        self._check(request)
        return get_object_or_404(TableImport, pk=pk)


def _to(table: TableImport) -> HttpResponse:
    return redirect("admin:accounts_tableimport_change", table.pk)
