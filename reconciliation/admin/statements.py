"""CxC's desk for bank statements: the list, one statement as a traffic light, and its buttons."""

import logging
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from accounts.admin import ReadOnlyAdmin
from facturamos.money import ZERO, format_money
from payments.proof_files import clean_name
from reconciliation.admin.statement_page import page_of
from reconciliation.deciding import DecisionError, judge_waiting, undo_problem
from reconciliation.mappings import explain, unknown_table
from reconciliation.models import Movement, Statement
from reconciliation.movement import UnreadableStatementError
from reconciliation.reading import upload_statement
from reconciliation.statement_forms import MappingForm, UndoForm, UploadForm
from reconciliation.work import SMALL_FILE, SMALL_WORK, ask_to_confirm, ask_to_undo, go_on

log = logging.getLogger(__name__)
TEMPLATES = "admin/reconciliation/statement"


def _of_each(aggregate: Count | Sum, **which: Any) -> Subquery:
    """Of each statement's movements; a subquery, so that only those on the page are counted."""
    movements = Movement.objects.filter(statement=OuterRef("pk"), **which).order_by()
    return Subquery(movements.values("statement").annotate(n=aggregate).values("n"))


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin):
    """Newest first."""

    list_display = [
        *("file_name", "progress", "uploaded", "counted"),
        *("applied", "waiting", "deposits"),
    ]
    list_select_related = ["uploaded_by"]
    list_filter = ["state", "uploaded_at"]
    list_per_page = 50
    search_fields = ["original_name", "account"]
    change_list_template = f"{TEMPLATES}/change_list.html"

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

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Whether this person may upload, map and confirm."""
        return request.user.has_perm("reconciliation.import_statement")

    def has_undo_permission(self, request: HttpRequest) -> bool:
        """Whether this person may take a whole statement back."""
        return request.user.has_perm("reconciliation.undo_statement")

    def get_urls(self) -> list[URLPattern]:
        """The upload, and what can be done with one."""
        wrap = self.admin_site.admin_view
        name = "reconciliation_statement"
        return [
            path("cargar/", wrap(self.upload_view), name=f"{name}_upload"),
            path("<int:pk>/columnas/", wrap(self.columns_view), name=f"{name}_columns"),
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
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One statement as a traffic light; how far the work has come, while somebody is at it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        statement = _found(object_id)
        context = page_of(statement, page=request.GET.get("p", "1")) | {
            "may_import": self.has_import_permission(request),
            "may_undo": self.has_undo_permission(request),
        }
        return self._page(request, "page", str(statement), statement, **context)

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Take the bank's file; one that was taken before leads to where it is."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = UploadForm(_posted(request), request.FILES or None)
        if form.is_valid():
            try:
                return self._uploaded(request, form.cleaned_data["file"])
            except UnreadableStatementError as error:
                form.add_error("file", str(error))
            except OSError:
                log.exception("A statement could not be stored")
                form.add_error(
                    "file",
                    "El servidor no pudo guardar el archivo; quizá no tiene espacio. Avise a su "
                    "administrador e inténtelo de nuevo.",
                )
        return self._page(request, "upload", "Cargar un estado de cuenta", None, form=form)

    def _uploaded(self, request: HttpRequest, file: UploadedFile) -> HttpResponse:
        statement, is_new = upload_statement(
            name=clean_name(file.name or ""),
            content=file.read(),
            by=request.user,  # type: ignore[arg-type]
        )
        if not is_new:
            text = f"Ese archivo ya estaba cargado como «{statement}»; no se cargó otra vez."
            self.message_user(request, text, messages.WARNING)
            return _to(statement)
        return self._read(request, statement)

    def _read(self, request: HttpRequest, statement: Statement) -> HttpResponse:
        """Read a small file now. Raises UnreadableStatementError when it cannot be read."""
        if statement.size <= SMALL_FILE:
            go_on(statement)
            statement.refresh_from_db()
        if statement.state != Statement.State.FAILED:
            return _to(statement)
        if unknown_table(statement):
            self.message_user(request, statement.failure, messages.WARNING)
            return redirect("admin:reconciliation_statement_columns", statement.pk)
        raise UnreadableStatementError(statement.failure)

    def columns_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Which header is what, for a table of no known bank."""
        statement = self._chosen(request, pk, self.has_import_permission(request))
        table = unknown_table(statement)
        if table is None:
            self.message_user(request, "No hay columnas que indicar.", messages.WARNING)
            return _to(statement)
        form = MappingForm(_posted(request), headers=table.headers)
        if form.is_valid():
            try:
                statement = explain(
                    statement=statement,
                    headers=table.headers,
                    mapping=form.mapping(),
                    by=request.user,  # type: ignore[arg-type]
                )
                return self._read(request, statement)
            except UnreadableStatementError as error:
                form.add_error(None, str(error))
        context = {"form": form, "table": table}
        return self._page(request, "columns", "Indicar las columnas", statement, **context)

    def confirm_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Confirm every exact deposit."""
        statement = self._chosen(request, pk, self.has_import_permission(request))
        if request.method != "POST":
            return _to(statement)
        before = statement.movements.filter(state=Movement.State.APPLIED).count()
        try:
            asked = ask_to_confirm(statement=statement, by=request.user)  # type: ignore[arg-type]
        except DecisionError as error:
            self.message_user(request, str(error), messages.ERROR)
            return _to(statement)
        if asked <= SMALL_WORK:
            go_on(statement)
        statement.refresh_from_db()
        if not statement.is_working:  # else the worker has it, and the page shows how far it is
            done = statement.movements.filter(state=Movement.State.APPLIED).count() - before
            self._tell_confirmed(request, done, asked - done)
        return _to(statement)

    def _tell_confirmed(self, request: HttpRequest, done: int, refused: int) -> None:
        text = "Se confirmó 1 pago." if done == 1 else f"Se confirmaron {done:,} pagos."
        self.message_user(request, text, messages.SUCCESS if done else messages.WARNING)
        if refused:
            text = (
                f"De los exactos, {refused:,} cambiaron mientras tanto; esperan a una persona y "
                "dicen por qué."
            )
            self.message_user(request, text, messages.WARNING)

    def judge_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Compare what waits with the constancias as they stand now."""
        statement = self._chosen(request, pk, self.has_import_permission(request))
        if request.method == "POST" and statement.state == Statement.State.READY:
            count = judge_waiting(statement=statement)
            text = f"Movimientos por decidir que se revisaron otra vez: {count:,}."
            self.message_user(request, text, messages.SUCCESS)
        return _to(statement)

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for the reason, then take back all that the statement brought."""
        statement = self._chosen(request, pk, self.has_undo_permission(request))
        form = UndoForm(_posted(request))
        if not form.is_valid():
            counts = statement.movements.aggregate(
                all=Count("pk"), applied=Count("pk", filter=Q(state=Movement.State.APPLIED))
            )
            context = {"form": form, "counts": counts, "problem": undo_problem(statement)}
            return self._page(request, "undo", "Deshacer toda la carga", statement, **context)
        try:
            asked = ask_to_undo(
                statement=statement,
                reason=form.cleaned_data["reason"],
                by=request.user,  # type: ignore[arg-type]
            )
        except DecisionError as error:
            self.message_user(request, str(error), messages.ERROR)
            return _to(statement)
        if asked <= SMALL_WORK:
            go_on(statement)
            statement.refresh_from_db()
            if statement.state == Statement.State.READY:  # an invoice was issued meanwhile
                text = f"No se deshizo todo. {undo_problem(statement)}"
                self.message_user(request, text, messages.ERROR)
        return _to(statement)

    def _chosen(self, request: HttpRequest, pk: int, allowed: bool) -> Statement:
        if not (allowed and self.has_view_permission(request)):
            raise PermissionDenied
        return get_object_or_404(Statement, pk=pk)

    def _page(
        self,
        request: HttpRequest,
        name: str,
        title: str,
        statement: Statement | None,
        **context: Any,
    ) -> HttpResponse:
        form = context.get("form")
        context |= self.admin_site.each_context(request) | {
            "title": f"Error: {title}" if form is not None and form.errors else title,
            "opts": self.opts,
            "statement": statement,
        }
        return TemplateResponse(request, f"{TEMPLATES}/{name}.html", context)


def _found(object_id: str) -> Statement:
    """The statement, without what the list counts of each."""
    try:
        return Statement.objects.select_related("uploaded_by").get(pk=object_id)
    except (ValueError, Statement.DoesNotExist) as error:
        raise Http404 from error


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _to(statement: Statement) -> HttpResponse:
    return redirect("admin:reconciliation_statement_change", statement.pk)
