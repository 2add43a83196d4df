"""Customers, users and notices in the admin; the audit and the consents to read."""

from collections.abc import Iterable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse

from accounts import audit
from accounts.models import (
    AuditEvent,
    Customer,
    Distributor,
    PrivacyConsent,
    PrivacyNotice,
    User,
)
from accounts.services import publish_notice, send_welcome


class AuditedAdmin(admin.ModelAdmin):
    """Every change through a form leaves an audit row with what it said before and after."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What others refer to is never deleted."""
        return False

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """Save the fields that were edited, and no others: a service may have moved them since."""
        if change:
            obj.save(update_fields=_columns(obj, form.changed_data))
        else:
            super().save_model(request, obj, form, change)
        _record(request, obj, form, added=not change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """The lines below the form, each with its own row in the audit."""
        super().save_formset(request, form, formset, change)
        for line in formset.forms:
            if line.has_changed() and line.instance.pk:
                _record(request, line.instance, line, added=line in formset.extra_forms)
        for deleted in formset.deleted_objects:
            audit.record(
                f"{deleted._meta.model_name}.deleted",
                by=request.user,  # type: ignore[arg-type]
                target=formset.instance,
                line=str(deleted),
            )


def _columns(obj: models.Model, names: Iterable[str]) -> list[str]:
    """Those of the names that are columns of the row."""
    columns = {field.name for field in obj._meta.concrete_fields}
    return [name for name in names if name in columns]


def _record(request: HttpRequest, obj: models.Model, form: Any, *, added: bool) -> None:
    # Only columns, and never a password: a form also has fields that nobody may read later.
    fields = [name for name in _columns(obj, form.changed_data) if name != "password"]
    audit.record(
        f"{obj._meta.model_name}.{'added' if added else 'changed'}",
        by=request.user,  # type: ignore[arg-type]
        target=obj,
        before={} if added else {name: str(form.initial.get(name)) for name in fields},
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


# allauth's list of addresses: a second one there would receive a user's reset links.
admin.site.unregister(EmailAddress)
# What a group may do is decided in payments/groups.py.
admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(ReadOnlyAdmin):
    """What each group may do, to read."""

    fields = ["name", "permissions"]


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
    actions = ["send_welcome"]

    @admin.action(
        description="Enviar bienvenida: un enlace para elegir su contraseña",
        permissions=["change"],
    )
    def send_welcome(self, request: HttpRequest, queryset: models.QuerySet[User]) -> None:
        """Mail the link to those who have not signed in yet; says who was left out."""
        left_out = [
            person.username
            for person in queryset
            if not send_welcome(user=person, by=request.user)  # type: ignore[arg-type]
        ]
        if sent := queryset.count() - len(left_out):
            self.message_user(request, f"Bienvenidas enviadas: {sent}.", messages.SUCCESS)
        if left_out:
            self.message_user(
                request,
                f"No se envió a {', '.join(left_out)}: ya entró alguna vez (puede usar «¿Olvidaste "
                "tu contraseña?»), está inactivo o no tiene correo.",
                messages.WARNING,
            )

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        """Django's page, with a trace in the audit."""
        with transaction.atomic():
            response = super().user_change_password(request, id, form_url)
            if request.method == "POST" and response.status_code == 302:
                person = User.objects.get(pk=id)
                audit.record("user.password_set", by=request.user, target=person)  # type: ignore[arg-type]
                get_adapter().send_notification_mail("account/email/password_changed", person)
        return response


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
