"""The payments confirmed, and taking one back."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.admin.base import own_page
from accounts.recently import recently_proved
from facturamos.money import format_money
from payments.admin.constancias import ReferenceSearchAdmin
from payments.models import Payment
from payments.reverting import revert_payments
from payments.services import PaymentsError


class RevertForm(forms.Form):
    """Why payments are taken back."""

    reason = forms.CharField(
        label="Motivo",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
        error_messages={"required": "Escriba el motivo: queda en la auditoría."},
    )


class StandingFilter(admin.SimpleListFilter):
    """Those that count, and those that were taken back."""

    title = "estado"
    parameter_name = "estado"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The two choices."""
        return [("vale", "Vale"), ("deshecho", "Deshecho")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Payment]) -> QuerySet[Payment]:
        """The chosen ones."""
        if self.value() is None:
            return queryset
        return queryset.filter(reversal__isnull=self.value() == "vale")


@admin.register(Payment)
class PaymentAdmin(ReferenceSearchAdmin):
    """What was confirmed, by whom and when; a mistake is taken back with its reason."""

    reference_field = "constancia__reference"

    list_display = ["constancia", "amount_mxn", "paid_on", "recorded_by", "recorded_at", "state"]
    list_filter = [StandingFilter, "paid_on"]
    fields = ["constancia", "amount_mxn", "paid_on", "recorded_by", "recorded_at", "state"]
    readonly_fields = ["amount_mxn", "state"]
    search_fields = ["constancia__customer__legal_name", "constancia__customer__rfc"]
    actions = ["revert"]

    @admin.display(description="importe", ordering="amount")
    def amount_mxn(self, payment: Payment) -> str:
        """With its currency sign."""
        return format_money(payment.amount)

    @admin.display(description="estado")
    def state(self, payment: Payment) -> str:
        """Whether it counts; if not, why, by whom and when."""
        if not hasattr(payment, "reversal"):
            return "vale"
        undone = payment.reversal
        day = timezone.localdate(undone.reverted_at)
        return f"deshecho el {day:%d/%m/%Y} por {undone.reverted_by}: {undone.reason}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        """With what undid each."""
        of_each = ("constancia", "recorded_by", "reversal__reverted_by")
        return super().get_queryset(request).select_related(*of_each)

    def has_revert_permission(self, request: HttpRequest) -> bool:
        """Whether this person may take payments back."""
        return request.user.has_perm("payments.revert_payment")

    @admin.action(description="Deshacer el pago", permissions=["revert"])
    @recently_proved
    def revert(self, request: HttpRequest, queryset: QuerySet[Payment]) -> HttpResponse | None:
        """Ask why on a page of its own, then take them back."""
        form = RevertForm(request.POST if "confirmed" in request.POST else None)
        if form.is_valid():
            self._revert(request, queryset, form.cleaned_data["reason"])
            return None
        standing = [payment for payment in queryset if not hasattr(payment, "reversal")]
        if not standing:
            self.message_user(request, "Esos pagos ya estaban deshechos.", messages.WARNING)
            return None
        return own_page(self, request, "revert", "Deshacer el pago", payments=standing, form=form)

    # reconciliation puts its own in this place: a deposit that is free again waits in its queue.
    take_back = staticmethod(revert_payments)

    def _revert(self, request: HttpRequest, queryset: QuerySet[Payment], reason: str) -> None:
        try:
            done = self.take_back(
                payments=list(queryset.values_list("pk", flat=True)),
                reason=reason,
                by=request.user,  # type: ignore[arg-type]
            )
        except PaymentsError as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        text = (
            "Se deshizo 1 pago." if done == 1 else f"Se deshicieron {done} pagos."
        ) + " Las constancias que quedaron sin completar esperan su depósito otra vez."
        self.message_user(request, text, messages.SUCCESS)
