"""CxC's desk for the deposits that customers miss."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone

from accounts.admin.base import ReadOnlyAdmin, own_page, row_to_show
from accounts.admin.work_filter import WorkFilter
from facturamos.money import format_money
from reconciliation.claim_forms import AnswerForm
from reconciliation.claims import ClaimError, answer_claim, movements_like
from reconciliation.highlight import highlighted
from reconciliation.models import DepositClaim


class OpenFilter(WorkFilter):
    """The open ones."""

    title = "estado"
    parameter_name = "state__exact"
    waiting = "en revisión"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """After "open", which is the default."""
        return [(DepositClaim.State.ANSWERED.value, "contestados"), ("all", "todos")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrowed to the choice."""
        if self.value() == DepositClaim.State.ANSWERED:
            return queryset.filter(state=DepositClaim.State.ANSWERED)
        if self.lists_what_waits(request):
            return queryset.filter(state=DepositClaim.State.OPEN)
        return queryset


@admin.register(DepositClaim)
class DepositClaimAdmin(ReadOnlyAdmin):
    """Oldest first; each opens beside the deposits that may be it."""

    list_title = "Depósitos que reclaman los clientes"
    list_display = ["customer", "day", "money", "tracking_key", "made_at", "state"]
    list_filter = [OpenFilter]
    list_select_related = ["customer"]
    ordering = ["made_at", "pk"]
    search_fields = ["customer__legal_name", "customer__rfc", "tracking_key"]
    search_help_text = "Nombre o RFC del cliente, o clave de rastreo."

    @admin.display(description="depósito", ordering="paid_on")
    def day(self, claim: DepositClaim) -> str:
        """Short, so that the list fits."""
        return f"{claim.paid_on:%d/%m/%Y}"

    @admin.display(description="importe", ordering="amount")
    def money(self, claim: DepositClaim) -> str:
        """With its currency sign."""
        return format_money(claim.amount)

    def has_answer_permission(self, request: HttpRequest) -> bool:
        """Whether this person may answer."""
        return request.user.has_perm("reconciliation.answer_depositclaim")

    def get_urls(self) -> list[URLPattern]:
        """With the answer."""
        view = self.admin_site.admin_view(self.answer_view)
        return [
            path("<int:pk>/contestar/", view, name="reconciliation_depositclaim_answer"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page by itself."""
        return self._page(request, row_to_show(self, request, object_id), AnswerForm())

    def answer_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer once, then the list."""
        if not self.has_answer_permission(request):
            raise PermissionDenied
        claim = get_object_or_404(DepositClaim, pk=pk)
        if request.method != "POST":
            return redirect("admin:reconciliation_depositclaim_change", pk)
        form = AnswerForm(request.POST)
        if not form.is_valid():
            return self._page(request, claim, form)
        answer = form.cleaned_data["answer"]
        try:
            written = answer_claim(claim=claim, answer=answer, by=request.user)  # type: ignore[arg-type]
        except ClaimError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self._say_answered(request, claim, written)
        return redirect("admin:reconciliation_depositclaim_changelist")

    def _say_answered(self, request: HttpRequest, claim: DepositClaim, written: int) -> None:
        if written:
            text = f"{claim}: contestado. El cliente recibirá la respuesta por correo."
            self.message_user(request, text, messages.SUCCESS)
            return
        text = (
            f"{claim}: contestado. Nadie de este cliente tiene correo en el portal: verá la "
            "respuesta cuando entre. Avísele por otro medio."
        )
        self.message_user(request, text, messages.WARNING)

    def _page(self, request: HttpRequest, claim: DepositClaim, form: AnswerForm) -> HttpResponse:
        sees = request.user.has_perm("reconciliation.view_movement")
        alike = [
            (row, highlighted(row.description, row.spans))
            for row in (movements_like(claim) if sees else ())
        ]
        is_open = claim.state == DepositClaim.State.OPEN
        return own_page(
            self,
            request,
            "page",
            f"Depósito que reclama {claim.customer}",
            claim=claim,
            form=form if is_open and self.has_answer_permission(request) else None,
            alike=alike,
            waits_days=(timezone.now() - claim.made_at).days,
        )
