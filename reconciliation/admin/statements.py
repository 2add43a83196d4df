"""CxC's desk for bank statements: the list, one statement as a traffic light, and its buttons."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

from accounts.admin.base import own_page, posted, row_to_show
from accounts.recently import recently_proved
from facturamos.money import ZERO, format_money
from reconciliation.admin.statement_files import StatementFiles, to_page
from reconciliation.admin.statement_page import page_of
from reconciliation.deciding import DecisionError
from reconciliation.models import Movement, Statement
from reconciliation.statement_forms import UndoForm
from reconciliation.taking_back import undo_problem
from reconciliation.work import SMALL_WORK, ask_to_confirm, ask_to_judge, ask_to_undo, go_on


def _of_each(aggregate: Count | Sum, **which: Any) -> Subquery:
    """Of each statement's movements; a subquery, so that only those on the page are counted."""
    movements = Movement.objects.filter(statement=OuterRef("pk"), **which).order_by()
    return Subquery(movements.values("statement").annotate(n=aggregate).values("n"))


@admin.register(Statement)
class StatementAdmin(StatementFiles):
    """Newest first."""

    list_display = [
        *("file_name", "progress", "uploaded", "counted"),
        *("applied", "waiting", "deposits"),
    ]
    list_select_related = ["uploaded_by"]
    list_filter = ["state", "uploaded_at"]
    list_per_page = 50
    search_fields = ["original_name", "account"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Statement]:
        """With what the list tells of each."""
        return Statement.objects.annotate(
            applied_count=Coalesce(_of_each(Count("pk"), state="applied"), Value(0)),
            waiting_count=Coalesce(_of_each(Count("pk"), state="waiting"), Value(0)),
            deposited=_of_each(Sum("amount"), amount__gt=0, currency="MXN"),
        )

    @admin.display(description="archivo", ordering="original_name")
    def file_name(self, statement: Statement) -> str:
        """As it was called at the bank."""
        return statement.original_name

    @admin.display(description="estado", ordering="state")
    def progress(self, statement: Statement) -> str:
        """Where it stands; of one that is worked on, how far."""
        of = f" ({statement.done:,} de {statement.total:,})" if statement.total else ""
        return f"{statement.get_state_display()}{of if statement.is_working else ''}"

    @admin.display(description="cargado", ordering="uploaded_at")
    def uploaded(self, statement: Statement) -> str:
        """When and by whom, in one column, so that the list fits."""
        return (
            f"{timezone.localtime(statement.uploaded_at):%d/%m/%Y %H:%M}, {statement.uploaded_by}"
        )

    @admin.display(description="aplicados")
    def applied(self, statement: Any) -> int:
        """Deposits that became payments."""
        return statement.applied_count

    @admin.display(description="por decidir")
    def waiting(self, statement: Any) -> int:
        """Deposits, and returned deposits, that wait."""
        return statement.waiting_count

    @admin.display(description="depósitos")
    def deposits(self, statement: Any) -> str:
        """With its currency sign."""
        return format_money(statement.deposited or ZERO)

    def get_urls(self) -> list[URLPattern]:
        """What can be done with what it brought."""
        wrap = self.admin_site.admin_view
        name = "reconciliation_statement"
        return [
            path("<int:pk>/confirmar/", wrap(self.confirm_view), name=f"{name}_confirm"),
            path("<int:pk>/revisar/", wrap(self.judge_view), name=f"{name}_judge"),
            path("<int:pk>/deshacer/", wrap(self.undo_view), name=f"{name}_undo"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With the button that uploads."""
        context = {"may_import": self.has_import_permission(request)}
        return super().changelist_view(request, context)

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """One statement as a traffic light; how far the work has come, while somebody is at it."""
        rows = Statement.objects.select_related("uploaded_by")  # without the list's counts
        statement = row_to_show(self, request, object_id, rows)
        context = page_of(statement, page=request.GET.get("p", "1")) | {
            "statement": statement,
            "may_import": self.has_import_permission(request),
            "may_undo": self.has_undo_permission(request),
        }
        return own_page(self, request, "page", str(statement), **context)

    @recently_proved
    def confirm_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Confirm every exact deposit."""
        statement = self.chosen(request, pk, self.has_import_permission(request))
        before = statement.movements.filter(state=Movement.State.APPLIED).count()
        asked = self._asked(request, statement, ask_to_confirm)
        if asked and not statement.is_working:
            done = statement.movements.filter(state=Movement.State.APPLIED).count() - before
            self._tell_confirmed(request, done, asked - done)
        return to_page(statement)

    def _tell_confirmed(self, request: HttpRequest, done: int, refused: int) -> None:
        text = "Se confirmó 1 pago." if done == 1 else f"Se confirmaron {done:,} pagos."
        self.message_user(request, text, messages.SUCCESS if done else messages.WARNING)
        if refused:
            text = (
                f"Exactos que cambiaron mientras tanto: {refused:,}. Esperan a una persona; cada "
                "uno dice por qué."
            )
            self.message_user(request, text, messages.WARNING)

    def judge_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Compare what waits with the constancias as they stand now."""
        statement = self.chosen(request, pk, self.has_import_permission(request))
        asked = self._asked(request, statement, ask_to_judge)
        if asked and not statement.is_working:
            text = f"Movimientos por decidir que se revisaron otra vez: {asked:,}."
            self.message_user(request, text, messages.SUCCESS)
        return to_page(statement)

    def _asked(self, request: HttpRequest, statement: Statement, ask: Callable[..., int]) -> int:
        """Ask for work by POST, and do it at once when it is little; 0 when it could not be asked
        for. Else the worker has it, and the page shows how far it is."""
        if request.method != "POST":
            return 0
        try:
            asked = ask(statement=statement, by=request.user)
        except DecisionError as error:
            self.message_user(request, str(error), messages.ERROR)
            return 0
        if asked <= SMALL_WORK:
            go_on(statement)
        statement.refresh_from_db()
        return asked

    @recently_proved
    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for the reason, then take back all that the statement brought."""
        statement = self.chosen(request, pk, self.has_undo_permission(request))
        form = UndoForm(posted(request))
        if not form.is_valid():
            counts = statement.movements.aggregate(
                all=Count("pk"), applied=Count("pk", filter=Q(state=Movement.State.APPLIED))
            )
            context = {"form": form, "counts": counts, "problem": undo_problem(statement)}
            title = "Deshacer toda la carga"
            return own_page(self, request, "undo", title, statement=statement, **context)
        ask = partial(ask_to_undo, reason=form.cleaned_data["reason"])
        asked = self._asked(request, statement, ask)
        if asked and statement.state == Statement.State.READY:  # an invoice was issued meanwhile
            text = f"No se deshizo todo. {undo_problem(statement)}"
            self.message_user(request, text, messages.ERROR)
        return to_page(statement)
