"""The privacy notices and the evidence of each acceptance."""

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest

from accounts.admin.base import AuditedAdmin, ReadOnlyAdmin
from accounts.models import PrivacyConsent, PrivacyNotice
from accounts.services import publish_notice


@admin.register(PrivacyNotice)
class PrivacyNoticeAdmin(AuditedAdmin):
    """Drafts are written here and put in force by an action; what was published only reads."""

    list_display = ["version", "published_at"]
    readonly_fields = ["published_at", "text_sha256"]
    actions = ["publish"]

    def has_change_permission(self, request: HttpRequest, obj: PrivacyNotice | None = None) -> bool:
        """A published notice never changes."""
        allowed = super().has_change_permission(request, obj)
        return allowed and not (obj and obj.published_at)

    @admin.action(description="Publicar: pedir a todos que lo acepten", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: models.QuerySet[PrivacyNotice]) -> None:
        """Put one draft in force."""
        if queryset.count() != 1:
            self.message_user(request, "Elija un solo aviso para publicar.", messages.ERROR)
            return
        notice = queryset.get()
        if notice.published_at:
            text = f"{notice} ya se había publicado y no cambia. Agregue un aviso nuevo."
            self.message_user(request, text, messages.ERROR)
            return
        notice = publish_notice(notice=notice, by=request.user)  # type: ignore[arg-type]
        self.message_user(request, f"{notice} está en vigor.", messages.SUCCESS)


@admin.register(PrivacyConsent)
class PrivacyConsentAdmin(ReadOnlyAdmin):
    """The evidence of each acceptance."""

    list_display = ["user", "notice_version", "decision", "decided_at", "ip"]
    list_select_related = ["user"]
    search_fields = ["user__username"]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Those of one customer, too: its page in the admin leads here."""
        return lookup == "user__customer" or super().lookup_allowed(lookup, value, request)
