"""Where a payment came from; taking it back also frees the bank's movement."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from accounts.audit import Target
from accounts.models import AuditEvent
from payments.admin.payments import PaymentAdmin
from payments.models import Payment
from reconciliation.taking_back import take_payments_back

admin.site.unregister(Payment)


@admin.register(Payment)
class AppliedPaymentAdmin(PaymentAdmin):
    """The payments, some of which came from a statement."""

    fields = [*PaymentAdmin.fields, "origin", "why"]
    readonly_fields = [*PaymentAdmin.readonly_fields, "origin", "why"]
    take_back = staticmethod(take_payments_back)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        """With who loaded the statement of each."""
        rows = super().get_queryset(request)
        return rows.select_related("application__movement__statement__uploaded_by")

    @admin.display(description="de dónde salió")
    def origin(self, payment: Payment) -> str:
        """The movement, and who loaded its statement."""
        if not hasattr(payment, "application"):
            return "A mano: nadie cargó el estado de cuenta que lo muestra."
        movement = payment.application.movement
        statement = movement.statement
        return format_html(
            '<a href="{}">{}</a>, de «{}», que cargó {} el {}',
            reverse("admin:reconciliation_movement_change", args=[movement.pk]),
            movement,
            statement.original_name,
            statement.uploaded_by,
            f"{timezone.localtime(statement.uploaded_at):%d/%m/%Y %H:%M}",
        )

    @admin.display(description="motivo", empty_value="–")
    def why(self, payment: Payment) -> Any:
        """Why it was confirmed although its amount or its day was not the plain one, if so."""
        target = Target.of(payment.constancia)
        events = AuditEvent.objects.filter(target_type=target.type, target_id=str(target.id))
        recorded = events.filter(action="payment.recorded", data__payment=payment.pk).first()
        return (recorded.data.get("reason") if recorded else None) or None
