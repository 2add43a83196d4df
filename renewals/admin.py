from django.contrib import admin
from django.http import HttpRequest

from accounts.admin import AuditedAdmin, ReadOnlyAdmin
from facturamos.tampered import CheckedFields
from renewals.models import MigrationNotice, Product, Quote, QuoteLine


@admin.register(Product)
class ProductAdmin(AuditedAdmin):
    """What is sold, and how the quote explains it; the price is each quote's."""

    fields = ["code", "name", "includes", "why_required"]

    list_display = ["code", "name"]
    search_fields = ["code", "name"]


class QuoteLineInline(CheckedFields, admin.TabularInline):
    """The products of the quote, while it is open."""

    model = QuoteLine
    extra = 0
    min_num = 1
    autocomplete_fields = ["product"]


@admin.register(Quote)
class QuoteAdmin(AuditedAdmin):
    """Offers. One that a customer turned into a constancia only reads."""

    list_display = ["__str__", "status", "valid_until", "created_at"]
    export_columns = ["id", "customer", "status", "valid_until", "created_at"]
    list_filter = ["status"]
    list_select_related = ["customer"]
    search_fields = ["customer__legal_name", "customer__rfc"]
    autocomplete_fields = ["customer"]
    readonly_fields = ["status"]
    inlines = [QuoteLineInline]

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Quote | None:
        """Hold the row while a form is saved, so that no constancia is issued in between."""
        if request.method == "POST" and object_id.isdecimal():
            Quote.objects.select_for_update().filter(pk=object_id).first()
        return super().get_object(request, object_id, from_field)

    def has_change_permission(self, request: HttpRequest, obj: Quote | None = None) -> bool:
        """Only an open quote can still change."""
        allowed = super().has_change_permission(request, obj)
        return allowed and not (obj and obj.status != Quote.Status.OPEN)


@admin.register(MigrationNotice)
class MigrationNoticeAdmin(ReadOnlyAdmin):
    """Who has version 4.0 unlocked, and who went on from the notice."""

    list_display = ["customer", "unlocked_at", "acknowledged_at"]
    list_select_related = ["customer"]
    search_fields = ["customer__legal_name", "customer__rfc"]
