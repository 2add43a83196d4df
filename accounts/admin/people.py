"""Customers, their distributors and users, and what each group may do."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse

from accounts import audit, mails
from accounts.admin.base import AuditedAdmin, ReadOnlyAdmin
from accounts.admin.door import DoorAdmin
from accounts.admin.user_forms import CustomersUserForm, NewUserForm
from accounts.models import Customer, Distributor, User
from accounts.recently import recently_proved
from accounts.services import send_welcome

# What of a user whoever is no administrator only reads.
READ_OF_A_USER = ["last_login", "distributor", "is_staff", "is_superuser", "groups"]

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
    export_columns = [*list_display, "created_at"]
    list_filter = ["cfdi_version"]
    list_select_related = ["distributor"]
    search_fields = ["legal_name", "rfc"]
    autocomplete_fields = ["distributor"]
    readonly_fields = ["cfdi_version"]


@admin.register(User)
class PortalUserAdmin(DoorAdmin, AuditedAdmin, UserAdmin):
    """Django's own page for users, with their company.

    All of it is the administrators'. Whoever else may add and change users does so with the people
    of customers: who is staff, what they may do, and every password, is not theirs to say.
    """

    list_display = ["username", "email", "customer", "is_staff", "is_active"]
    list_select_related = ["customer"]
    autocomplete_fields = ["customer", "distributor"]
    add_form = NewUserForm
    fieldsets = (
        *(UserAdmin.fieldsets or ()),
        ("De quién es", {"fields": ["customer", "distributor"]}),
    )
    add_fieldsets = (
        *UserAdmin.add_fieldsets,
        ("De quién es", {"fields": ["email", "customer", "distributor"]}),
    )
    actions = ["send_welcome", *DoorAdmin.actions]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Of the staff and of distributors, only administrators change anything."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (
            _is_administrator(request) or obj is None or obj.customer_id is not None
        )

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """All of it for administrators."""
        if _is_administrator(request):
            return super().get_fieldsets(request, obj)
        seen = READ_OF_A_USER if obj else ()
        return [(None, {"fields": [*CustomersUserForm.Meta.fields, *seen]})]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """What only administrators say."""
        own = super().get_readonly_fields(request, obj)
        return own if _is_administrator(request) else [*own, *READ_OF_A_USER]

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """An administrator's form, or that of customers' people."""
        if not _is_administrator(request):
            kwargs["form"] = CustomersUserForm
        return super().get_form(request, obj, change=change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A new address gets the links that open the account: who had the old one hears of it."""
        super().save_model(request, obj, form, change)
        old = form.initial.get("email")
        if change and old and "email" in form.changed_data:
            mails.email_changed(user=obj, old=old)

    @admin.action(
        description="Enviar bienvenida: un enlace para elegir su contraseña",
        permissions=["change"],
    )
    def send_welcome(self, request: HttpRequest, queryset: models.QuerySet[User]) -> None:
        """Mail the link to those who have not signed in yet; says who was left out."""
        left_out = [
            person.username
            for person in queryset
            if not self.has_change_permission(request, person)
            or not send_welcome(user=person, by=request.user)  # type: ignore[arg-type]
        ]
        if sent := queryset.count() - len(left_out):
            self.message_user(request, f"Bienvenidas enviadas: {sent}.", messages.SUCCESS)
        if left_out:
            self.message_user(
                request,
                f"No se envió a {', '.join(left_out)}: ya entró alguna vez (puede usar «¿Olvidaste "
                "tu contraseña?»), está inactivo, no tiene correo o no es de un cliente.",
                messages.WARNING,
            )

    @recently_proved
    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        """Django's page, for administrators, with a trace in the audit."""
        if not _is_administrator(request):
            raise PermissionDenied
        with transaction.atomic():
            response = super().user_change_password(request, id, form_url)
            if request.method == "POST" and response.status_code == 302:
                person = User.objects.get(pk=id)
                audit.record("user.password_set", by=request.user, target=person)  # type: ignore[arg-type]
                get_adapter().send_notification_mail("account/email/password_changed", person)
        return response


def _is_administrator(request: HttpRequest) -> bool:
    return request.user.is_superuser
