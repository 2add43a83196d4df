"""Every list of the admin as CSV and XLSX: what it shows, with its filters, search and order."""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field, lookup_field
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.utils.text import capfirst, slugify

from facturamos.downloads import table_response
from facturamos.exports import Cell
from facturamos.limits import too_often
from facturamos.long_lists import LongListAdmin

# On top of the permission to see the list.
EXPORT_PERMISSION = "accounts.export_lists"
# An XLSX is written whole before it leaves: a longer one would outlast the request.
MOST_XLSX_ROWS = 30_000
_AT_ONCE = 2000
_MONEY = re.compile(r"-?\$[\d,]+\.\d\d", re.ASCII)
_DAY = re.compile(r"(\d\d)/(\d\d)/(\d{4})", re.ASCII)


class ExportableAdmin(LongListAdmin):
    """A list with «Exportar»: the columns on screen unless `export_columns` names others."""

    export_columns: Sequence[Any] = ()
    list_title = ""  # where people call the list otherwise than its rows

    def has_export_lists_permission(self, request: HttpRequest) -> bool:
        """Whether this person may take the list out, and not only look at it."""
        return self.has_view_permission(request) and request.user.has_perm(EXPORT_PERMISSION)

    def get_urls(self) -> list[URLPattern]:
        """With the address of the export, beside the list's."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        view = self.admin_site.admin_view(self.export_view)
        return [path("exportar/", view, name=name), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Called by its name, with the links to the export (`change_list_object_tools.html`)."""
        context = {
            "may_export": self.has_export_lists_permission(request),
            "title": self.list_title or capfirst(str(self.opts.verbose_name_plural)),
        }
        return super().changelist_view(request, context | (extra_context or {}))

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """The file: `?formato=csv|xlsx` with the parameters of the list."""
        if not self.has_export_lists_permission(request):
            raise PermissionDenied
        if refused := too_often(request, action="export", user=request.user, limit_get=True):
            return refused
        query = request.GET.copy()
        file_format = "xlsx" if query.pop("formato", [""])[-1] == "xlsx" else "csv"
        request.GET = query  # type: ignore[assignment]  # where the list finds its filters
        try:
            rows = self._listed(request)
        except IncorrectLookupParameters:
            return self._back_to_list("e=1")
        count = rows.count()
        if file_format == "xlsx" and count > MOST_XLSX_ROWS:
            text = (
                f"Son {count:,} filas y un XLSX lleva hasta {MOST_XLSX_ROWS:,}: expórtelas como "
                "CSV, o filtre antes la lista."
            )
            self.message_user(request, text, messages.ERROR)
            return self._back_to_list(query.urlencode())
        record: Callable[..., None] = import_string(settings.EXPORT_RECORDER)
        record(
            by=request.user,
            model=self.model,
            file_format=file_format,
            filters=dict(query.lists()),
            rows=count,
        )
        columns = list(self.export_columns or self.get_list_display(request))
        header = [self._label(column) for column in columns]
        stem = slugify(str(self.opts.verbose_name_plural))
        return table_response(stem, file_format, header, self._cells(rows, columns))

    def _back_to_list(self, query: str) -> HttpResponseRedirect:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
        url = reverse(name, current_app=self.admin_site.name)
        return HttpResponseRedirect(f"{url}?{query}")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """For an export, one that neither counts its rows nor cuts them into pages."""
        usual = super().get_changelist(request, **kwargs)
        whole = getattr(request, "wants_whole_list", False)
        return type("WholeList", (_WholeList, usual), {}) if whole else usual

    def _listed(self, request: HttpRequest) -> QuerySet[Any]:
        request.wants_whole_list = True  # type: ignore[attr-defined]
        rows: QuerySet[Any] = self.get_changelist_instance(request).queryset
        return rows

    def _label(self, column: Any) -> str:
        label = str(label_for_field(column, self.model, self))
        return f"{label[:1].upper()}{label[1:]}"

    def _cells(self, rows: QuerySet[Any], columns: Sequence[Any]) -> Iterator[list[Cell]]:
        for row in rows.iterator(chunk_size=_AT_ONCE):
            yield [self._cell(column, row) for column in columns]

    def _cell(self, column: Any, row: Any) -> Cell:
        """What the list shows of the row; amounts and days as what they are."""
        try:
            field, _, value = lookup_field(column, row, self)
        except ObjectDoesNotExist:
            return None
        if field is None:
            return _as_written(value)
        choices = dict(field.flatchoices)
        return _plain(choices.get(value, value) if choices else value)


class _WholeList(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        """None: who asks for this list takes its query."""


def _as_written(value: Any) -> Cell:
    """What a column of ours made: `$1,305.00` and `22/11/2026` are an amount and a day."""
    if isinstance(value, SafeString):
        value = html.unescape(strip_tags(value)).strip()
    if isinstance(value, str) and _MONEY.fullmatch(value):
        return Decimal(re.sub(r"[$,]", "", value))
    if isinstance(value, str) and (day := _DAY.fullmatch(value)):
        return date(int(day[3]), int(day[2]), int(day[1]))
    return _plain(value)


def _plain(value: Any) -> Cell:
    match value:
        case True:
            return "Sí"
        case False:
            return "No"
        case datetime():
            return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
        case None | int() | Decimal() | date():
            return value
        case list():
            return ", ".join(map(str, value))
    return str(value)
