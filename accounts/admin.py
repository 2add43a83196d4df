"""Customers, users and notices in the admin; the audit and the consents to read."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db import models, transaction
from django.http import HttpRequest

from accounts import audit
from accounts.models import (
    AuditEvent,
    Customer,
    Distributor,
    PrivacyConsent,
    PrivacyNotice,
    User,
)
from accounts.services import publish_notice


class AuditedAdmin(admin.ModelAdmin):
    """Every change through a form leaves an audit row with what it said before and after."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What others refer to is never deleted."""
        return False

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """Save and record in one transaction."""
        fields = [name for name in form.changed_data if name != "password"]
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            audit.record(
                f"{obj._meta.model_name}.{'changed' if change else 'added'}",
                by=request.user,  # type: ignore[arg-type]
                target=obj,
                before={name: str(form.initial.get(name)) for name in fields} if change else {},
                after={name: str(form.cleaned_data.get(name)) for name in fields},
            )


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that only the services write."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


@admin.register(Distributor)
class DistributorAdmin(AuditedAdmin):
    """Who looks after customers."""

    list_display = ["name", "contact_name", "phone", "email"]
    search_fields = ["name", "contact_name"]


@admin.register(Customer)
class CustomerAdmin(AuditedAdmin):
    """The companies. Their version changes with a confirmed payment, not by hand."""

    list_display = ["legal_name", "rfc", "distributor", "cfdi_version", "stamps_available"]
    list_filter = ["cfdi_version"]
    list_select_related = ["distributor"]
    search_fields = ["legal_name", "rfc"]
    autocomplete_fields = ["distributor"]
    readonly_fields = ["cfdi_version"]


@admin.register(User)
class PortalUserAdmin(AuditedAdmin, UserAdmin):
    """Django's own page for users, with the company."""

    list_display = ["username", "email", "customer", "is_staff", "is_active"]
    list_select_related = ["customer"]
    autocomplete_fields = ["customer"]
    fieldsets = (*(UserAdmin.fieldsets or ()), ("Cliente", {"fields": ["customer"]}))
    add_fieldsets = (*UserAdmin.add_fieldsets, ("Cliente", {"fields": ["email", "customer"]}))


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
        notice = publish_notice(notice=queryset.get(), by=request.user)  # type: ignore[arg-type]
        self.message_user(request, f"{notice} está en vigor.", messages.SUCCESS)


@admin.register(PrivacyConsent)
class PrivacyConsentAdmin(ReadOnlyAdmin):
    """The evidence of each acceptance."""

    list_display = ["user", "notice_version", "decision", "decided_at", "ip"]
    list_select_related = ["user"]
    search_fields = ["user__username"]


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """Who did what, when, from where."""

    list_display = ["at", "actor", "action", "target", "ip"]
    list_filter = ["action"]
    search_fields = ["actor", "target", "action"]
    date_hierarchy = "at"
