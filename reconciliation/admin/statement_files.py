"""The bank's file on CxC's desk: taken in, its columns explained, given back as it came."""

import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
)
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from accounts import audit
from accounts.admin.base import NOT_STORED, ReadOnlyAdmin, own_page, posted
from accounts.recently import ask_again
from payments.proof_files import clean_name
from reconciliation.mappings import explain, unknown_table
from reconciliation.models import Statement
from reconciliation.movement import UnreadableStatementError
from reconciliation.reading import upload_statement
from reconciliation.statement_forms import MappingForm, UploadForm
from reconciliation.work import SMALL_FILE, go_on

log = logging.getLogger(__name__)


class StatementFiles(ReadOnlyAdmin):
    """What the pages of statements share, and those about the file itself."""

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Whether this person may upload, map and confirm."""
        return request.user.has_perm("reconciliation.import_statement")

    def has_undo_permission(self, request: HttpRequest) -> bool:
        """Whether this person may take a whole statement back."""
        return request.user.has_perm("reconciliation.undo_statement")

    def get_urls(self) -> list[URLPattern]:
        """The upload, the columns and the download."""
        wrap = self.admin_site.admin_view
        name = "reconciliation_statement"
        return [
            path("cargar/", wrap(self.upload_view), name=f"{name}_upload"),
            path("<int:pk>/columnas/", wrap(self.columns_view), name=f"{name}_columns"),
            path("<int:pk>/archivo/", wrap(self.download_view), name=f"{name}_download"),
            *super().get_urls(),
        ]

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Take the bank's file; one that was taken before leads to where it is."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        if refused := _ask_who(request):
            return refused
        form = UploadForm(posted(request), request.FILES or None)
        if form.is_valid():
            try:
                return self._uploaded(request, form.cleaned_data["file"])
            except UnreadableStatementError as error:
                form.add_error("file", str(error))
            except OSError:
                log.exception("A statement could not be stored")
                form.add_error("file", NOT_STORED)
        return own_page(self, request, "upload", "Cargar un estado de cuenta", form=form)

    def _uploaded(self, request: HttpRequest, file: UploadedFile) -> HttpResponse:
        statement, is_new = upload_statement(
            name=clean_name(file.name or ""),
            content=file.read(),
            by=request.user,  # type: ignore[arg-type]
        )
        if not is_new:
            text = f"Ese archivo ya estaba cargado como «{statement}»; no se cargó otra vez."
            self.message_user(request, text, messages.WARNING)
            return to_page(statement)
        return self._read(request, statement)

    def _read(self, request: HttpRequest, statement: Statement) -> HttpResponse:
        """Read a small file now. Raises UnreadableStatementError when it cannot be read."""
        if statement.size <= SMALL_FILE:
            go_on(statement)
            statement.refresh_from_db()
        if statement.state != Statement.State.FAILED:
            return to_page(statement)
        if statement.headers:
            self.message_user(request, statement.failure, messages.WARNING)
            return redirect("admin:reconciliation_statement_columns", statement.pk)
        kept = format_html(
            'El archivo se guardó como <a href="{}">{}</a>, con la razón por la que no se pudo '
            "leer. De él no entró nada.",
            reverse("admin:reconciliation_statement_change", args=[statement.pk]),
            statement,
        )
        self.message_user(request, kept, messages.WARNING)
        raise UnreadableStatementError(statement.failure)

    def columns_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Which header is what, for a table of no known bank."""
        statement = self.chosen(request, pk, self.has_import_permission(request))
        if refused := _ask_who(request):
            return refused
        table = unknown_table(statement)
        if table is None:
            self.message_user(request, "No hay columnas que indicar.", messages.WARNING)
            return to_page(statement)
        form = MappingForm(posted(request), headers=table.headers)
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
        context = {"statement": statement, "form": form, "table": table}
        return own_page(self, request, "columns", "Indicar las columnas", **context)

    def download_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The file as it came, to be kept and never to be run in a browser; it is audited."""
        statement = self.chosen(request, pk, allowed=True)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        try:
            content = statement.file.open("rb")
        except OSError:
            log.exception("A stored statement cannot be served")
            text = "El archivo no está en el servidor. Avise a su administrador."
            self.message_user(request, text, messages.ERROR)
            return to_page(statement)
        by: Any = request.user
        audit.record("statement.downloaded", by=by, target=statement, sha256=statement.sha256)
        return FileResponse(
            content,
            as_attachment=True,
            filename=statement.original_name or f"estado-{statement.pk}",
            content_type="application/octet-stream",
            headers={
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "X-Content-Type-Options": "nosniff",
                "Cross-Origin-Resource-Policy": "same-origin",
                "Cache-Control": "no-store",
            },
        )

    def chosen(self, request: HttpRequest, pk: int, allowed: bool) -> Statement:
        """The statement, for those who may look and are allowed more."""
        if not (allowed and self.has_view_permission(request)):
            raise PermissionDenied
        return get_object_or_404(Statement, pk=pk)


def _ask_who(request: HttpRequest) -> HttpResponse | None:
    """As before any payment, where a file that is read confirms some by itself."""
    return ask_again(request) if settings.AUTO_CONFIRM_EXACT else None


def to_page(statement: Statement) -> HttpResponse:
    """To the statement's own page."""
    return redirect("admin:reconciliation_statement_change", statement.pk)
