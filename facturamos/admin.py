from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from facturamos.mail import retry
from facturamos.models import OutboxMessage


@admin.register(OutboxMessage)
class OutboxMessageAdmin(admin.ModelAdmin):
    """The mails: what left, what waits, and what stopped and needs a person."""

    list_display = ["subject", "to", "state", "attempts", "next_attempt_at", "sent_at"]
    list_filter = ["state"]
    search_fields = ["subject", "to"]
    # What a mail says is for its reader: a reset link opens somebody's account.
    exclude = ["text", "html"]
    actions: Sequence[Any] = ["retry_parked"]

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
        self.message_user(request, f"{count} correos se volverán a intentar.", messages.SUCCESS)
