"""CxC's queue: the deposits of the statements that wait for a person."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin.base import own_page
from accounts.admin.work_filter import WorkFilter
from facturamos.tampered import is_id
from payments.balances import overpaid, partly_paid
from reconciliation.admin.movement_pages import MovementPages
from reconciliation.highlight import highlighted
from reconciliation.models import Movement, MovementQuerySet, Statement
from reconciliation.searching import search_movements

ALL = "all"
STATEMENTS_OFFERED = 30
# What a row shows of the bank's text; its page shows all.
TEXT_SHOWN = 160
BALANCES_SHOWN = 200


class StateFilter(WorkFilter):
    """Those that wait for a person."""

    title = "estado"
    parameter_name = "state__exact"
    waiting = "esperan a una persona"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """After "for a person", which is the default."""
        return [*Movement.State.choices, (ALL, "todos")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrowed to the choice."""
        if self.value() in Movement.State.values:
            return queryset.filter(state=self.value())
        if self.lists_what_waits(request):
            return queryset & Movement.objects.for_a_person()
        return queryset


class VerdictFilter(admin.SimpleListFilter):
    """By what the reading found."""

    title = "veredicto"
    parameter_name = "verdict__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[Any]:
        """All of them."""
        return list(Movement.Verdict.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrowed to the choice."""
        if self.value() in Movement.Verdict.values:
            return queryset.filter(verdict=self.value())
        return queryset


class StatementFilter(admin.SimpleListFilter):
    """The newest statements; an older one by its address."""

    title = "estado de cuenta"
    parameter_name = "statement__id__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The newest."""
        return [(str(row.pk), str(row)) for row in Statement.objects.all()[:STATEMENTS_OFFERED]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrowed to the choice; an address that means none shows none."""
        value = self.value()
        if value is None:
            return queryset
        return queryset.filter(statement=int(value)) if is_id(value) else queryset.none()


@admin.register(Movement)
class MovementAdmin(MovementPages):
    """Oldest first; each opens the page where it is decided."""

    list_title = "Depósitos por decidir"
    list_display = ["day", "money", "text", "verdict", "reason", "waiting_since"]
    list_display_links = ["day", "money"]
    list_filter = [StateFilter, VerdictFilter, StatementFilter, "date"]
    list_select_related = ["statement"]
    ordering = ["date", "pk"]
    search_fields = ["description"]  # shows the box; `search_movements` says how it searches
    search_help_text = (
        "Importe, referencia (123 4567 o 1234567), clave de rastreo, folio, quien paga o palabras "
        "del texto del banco."
    )

    @admin.display(description="fecha", ordering="date")
    def day(self, movement: Movement) -> str:
        """Short, so that the list fits."""
        return f"{movement.date:%d/%m/%Y}"

    @admin.display(description="importe", ordering="amount")
    def money(self, movement: Movement) -> str:
        """With its sign, and its currency when it is another."""
        return movement.printed_amount

    @admin.display(description="lo que dice el banco")
    def text(self, movement: Movement) -> SafeString:
        """With the digits that matched marked."""
        text = highlighted(movement.description[:TEXT_SHOWN], movement.spans)
        if not movement.reference:
            return text
        field = highlighted(movement.reference, movement.spans, in_field=True)
        return format_html("{} · ref. {}", text, field)

    @admin.display(description="espera desde", ordering="statement__uploaded_at")
    def waiting_since(self, movement: Movement) -> str:
        """When its statement was uploaded."""
        if movement.state != Movement.State.WAITING:
            return "–"
        return f"{timezone.localtime(movement.statement.uploaded_at):%d/%m/%Y}"

    def get_queryset(self, request: HttpRequest) -> MovementQuerySet:
        """With the statement of each."""
        return Movement.objects.select_related("statement")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Movement], search_term: str
    ) -> tuple[QuerySet[Movement], bool]:
        """By whatever is at hand."""
        return search_movements(queryset, search_term) if search_term else queryset, False

    def get_urls(self) -> list[URLPattern]:
        """With the balances."""
        view = self.admin_site.admin_view(self.balances_view)
        return [
            path("saldos/", view, name="reconciliation_movement_balances"),
            *super().get_urls(),
        ]

    def balances_view(self, request: HttpRequest) -> HttpResponse:
        """Constancias with too much, and overdue ones with too little."""
        self.check_may_view(request)
        return own_page(
            self,
            request,
            "balances",
            "Saldos a favor y pagadas en parte",
            overpaid=overpaid()[:BALANCES_SHOWN],
            partly_paid=partly_paid(timezone.localdate())[:BALANCES_SHOWN],
            shown=BALANCES_SHOWN,
        )
