"""The outbox to look after, and what each mail looks like."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone

from facturamos.admin_exports import ExportableAdmin
from facturamos.letters import examples
from facturamos.mail import retry
from facturamos.models import PARKED_FIRST, OutboxMessage


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ExportableAdmin):
    """The mails: what stopped and needs a person comes first."""

    list_display = ["subject", "reader", "state", "error", "attempts", "next_try", "sent_on"]
    export_columns = [*list_display[:5], "next_attempt_at", "sent_at"]
    list_filter = ["state"]
    # The reader's address, from its beginning: `outbox_reader` answers.
    search_fields = ["to__0__istartswith"]
    search_help_text = "El correo de quien lo recibe, o cómo empieza."
    ordering = [PARKED_FIRST.asc(), "-pk"]
    # What a mail says is for its reader: a reset link opens somebody's account.
    exclude = ["text", "html", "draft"]
    actions: Sequence[Any] = ["retry_parked"]

    @admin.display(description="para", ordering="to")
    def reader(self, row: OutboxMessage) -> str:
        """The address it goes to."""
        return ", ".join(row.to)

    @admin.display(description="último error")
    def error(self, row: OutboxMessage) -> str:
        """Why it is still here; of one that left, it is of no use any more."""
        return "" if row.state == OutboxMessage.State.SENT else row.last_error[:200]

    @admin.display(description="próximo intento", ordering="next_attempt_at")
    def next_try(self, row: OutboxMessage) -> str:
        """When it is tried again; of one that left or is parked, never by itself."""
        return _short(row.next_attempt_at if row.state == OutboxMessage.State.WAITING else None)

    @admin.display(description="enviado", ordering="sent_at")
    def sent_on(self, row: OutboxMessage) -> str:
        """Short, so that the list fits."""
        return _short(row.sent_at)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Nor is it guessed letter by letter, with `?text__startswith=` in the list's address."""
        asks_content = lookup.partition("__")[0] in self.exclude
        return not asks_content and super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Mails are written by the portal."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Mails are not edited."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was sent stays on record."""
        return False

    @admin.action(description="Reintentar el envío de los detenidos", permissions=["view"])
    def retry_parked(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> None:
        """Give the parked ones their attempts back."""
        count = retry(list(queryset.values_list("pk", flat=True)))
        if not count:
            text = "Ninguno de los que eligió está detenido: no hay qué reintentar."
            self.message_user(request, text, messages.WARNING)
            return
        mails = "correo se volverá" if count == 1 else "correos se volverán"
        self.message_user(request, f"{count:,} {mails} a intentar.", messages.SUCCESS)

    def get_urls(self) -> list[URLPattern]:
        """With the pages of example mails."""
        wrap = self.admin_site.admin_view
        return [
            path("ejemplos/", wrap(self.examples), name="facturamos_outboxmessage_examples"),
            path("ejemplos/<str:name>/", wrap(_html), name="facturamos_outboxmessage_example"),
            *super().get_urls(),
        ]

    def examples(self, request: HttpRequest) -> HttpResponse:
        """Every mail of the portal with invented data: subject and text; the HTML by a link."""
        _administrators_only(request)
        context = self.admin_site.each_context(request)
        context |= {"title": "Ejemplos de los correos", "letters": examples()}
        return render(request, "admin/facturamos/outboxmessage/examples.html", context)


def _short(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%d/%m/%Y %H:%M}" if moment else "–"


def _html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML of one example as a mail program shows it: with its own styles, and nothing else."""
    _administrators_only(request)
    letter = examples().get(name)
    if letter is None:
        raise Http404
    policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    return HttpResponse(letter.html, headers={"Content-Security-Policy": policy})


def _administrators_only(request: HttpRequest) -> None:
    if not request.user.is_superuser:
        raise PermissionDenied
