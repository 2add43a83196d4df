"""CxC's desk: finding constancias and confirming their payments."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.admin.base import ReadOnlyAdmin, own_page, posted
from accounts.recently import recently_proved
from facturamos.money import format_money, format_rate
from facturamos.tampered import is_id
from payments.admin.pending import PendingFilter
from payments.forms import DepositForm
from payments.models import Constancia, ConstanciaLine, Payment, PaymentProof, paid_for_each
from payments.plain import road_of
from payments.recording import record_payments
from payments.references import format_reference
from payments.searching import nobody_has, read_term
from payments.slip_views import pdf_response
from payments.timeline import timeline


class ConstanciaLineInline(admin.TabularInline):
    """The frozen lines."""

    model = ConstanciaLine
    fields = ["code", "quantity", "description", "included", "unit_price", "amount"]
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Lines are written when the constancia is issued."""
        return False

    has_change_permission = has_add_permission


class PaymentInline(ConstanciaLineInline):
    """The payments recorded."""

    model = Payment  # type: ignore[assignment]
    fields = ["paid_on", "amount", "recorded_at", "recorded_by"]


class ProofInline(ConstanciaLineInline):
    """The proofs that were sent; each opens its own page."""

    model = PaymentProof  # type: ignore[assignment]
    fields = ["sent_at", "paid_on", "tracking_key", "state", "reason"]
    show_change_link = True


class ReferenceSearchAdmin(ReadOnlyAdmin):
    """A search that knows a reference however it is written, and says when it cannot be one."""

    reference_field = "reference"
    search_help_text = (
        "Busque por referencia (123 4567 o 1234567), RFC o nombre del cliente, con sus acentos."
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A term of digits is a reference: blanks and hyphens do not matter, a slip is said."""
        term = read_term(search_term)
        if term.slip:
            self.message_user(request, term.slip, messages.WARNING)
            return queryset.none(), False
        if not term.reference:
            return super().get_search_results(request, queryset, search_term)
        found = queryset.filter(**{self.reference_field: term.reference})
        if not found.exists():
            self.message_user(request, nobody_has(term.reference), messages.WARNING)
        return found, False


@admin.register(Constancia)
class ConstanciaAdmin(ReferenceSearchAdmin):
    """Found by reference (however it is typed), customer or RFC; confirmed one or many at once."""

    list_display = [
        *("printed_reference", "customer_name", "total_mxn", "missing_mxn"),
        *("status", "due_on", "issued_on"),
    ]
    export_columns = [
        *("printed_reference", "customer_name", "customer_rfc", "subtotal", "iva", "total"),
        *("missing_mxn", "status", "issued_at", "expires_on", "paid_at"),
    ]
    exclude = ["pdf", "token", "iva_rate", "subtotal", "iva", "total"]
    readonly_fields = ["subtotal_mxn", "iva_mxn", "total_mxn", "missing_mxn"]
    list_filter = ["status", PendingFilter, "issued_at"]
    search_fields = ["customer__legal_name", "customer__rfc"]
    inlines = [ConstanciaLineInline, PaymentInline, ProofInline]
    actions = ["confirm_payment"]

    @admin.display(description="referencia", ordering="reference")
    def printed_reference(self, constancia: Constancia) -> str:
        """As on the slip."""
        return constancia.printed_reference

    @admin.display(description="total", ordering="total")
    def total_mxn(self, constancia: Constancia) -> str:
        """With its currency sign."""
        return format_money(constancia.total)

    @admin.display(description="subtotal")
    def subtotal_mxn(self, constancia: Constancia) -> str:
        """With its currency sign."""
        return format_money(constancia.subtotal)

    @admin.display(description="IVA")
    def iva_mxn(self, constancia: Constancia) -> str:
        """With its rate."""
        return f"{format_money(constancia.iva)} ({format_rate(constancia.iva_rate)})"

    @admin.display(description="falta")
    def missing_mxn(self, constancia: Constancia) -> str:
        """What is still to be paid, while it can be."""
        return format_money(constancia.missing) if constancia.takes_deposits else "–"

    @admin.display(description="generada", ordering="issued_at")
    def issued_on(self, constancia: Constancia) -> str:
        """Short, so that the list fits."""
        return f"{timezone.localdate(constancia.issued_at):%d/%m/%Y}"

    @admin.display(description="vence", ordering="expires_on")
    def due_on(self, constancia: Constancia) -> str:
        """Short, so that the list fits."""
        return f"{constancia.expires_on:%d/%m/%Y}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Constancia]:
        """With what has been paid."""
        rows: QuerySet[Any] = Constancia.objects.select_related("quote")
        return rows.annotate(paid=paid_for_each())

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        """Whether this person may confirm payments."""
        return request.user.has_perm("payments.confirm_payment")

    @admin.action(description="Confirmar pago", permissions=["confirm"])
    def confirm_payment(
        self, request: HttpRequest, queryset: QuerySet[Constancia]
    ) -> HttpResponseRedirect:
        """Ask once more on a page of its own."""
        chosen = list(queryset.order_by("pk").values_list("pk", flat=True))
        query = urlencode({"c": chosen}, doseq=True)
        return HttpResponseRedirect(f"{reverse('admin:payments_constancia_confirm')}?{query}")

    def get_urls(self) -> list[URLPattern]:
        """The page that asks for date and amount, and the PDF."""
        wrap = self.admin_site.admin_view
        return [
            path("confirmar-pago/", wrap(self.confirm_view), name="payments_constancia_confirm"),
            path("<int:pk>/pdf/", wrap(self.pdf_view), name="payments_constancia_pdf"),
            *super().get_urls(),
        ]

    def pdf_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The slip as its customer has it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return pdf_response(request, get_object_or_404(Constancia, pk=pk))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With the timeline that the customer sees."""
        context |= {"timeline": timeline(road_of(kwargs["obj"]))}
        return super().render_change_form(request, context, *args, **kwargs)

    @recently_proved
    def confirm_view(self, request: HttpRequest) -> HttpResponse:
        """Date and amount of each deposit; recorded all at once when every field is right."""
        if not self.has_confirm_permission(request):
            raise PermissionDenied
        constancias = self._chosen(request)
        payable = [row for row in constancias if row.takes_deposits]
        for row in constancias:
            if not row.takes_deposits:
                state = f"está {row.get_status_display()}: no espera dinero"
                text = f"La constancia {row.printed_reference} {state}."
                self.message_user(request, text, messages.WARNING)
        if not payable:
            if not constancias:
                text = "No eligió ninguna constancia: márquela en la lista y vuelva a confirmar."
                self.message_user(request, text, messages.WARNING)
            return redirect("admin:payments_constancia_changelist")
        forms = [DepositForm(posted(request), constancia=row) for row in payable]
        valid = [form.is_valid() for form in forms]  # each one, so that each shows its errors
        if request.method == "POST" and all(valid):
            return self._record(request, forms)
        context = {"forms": forms, "two_people_above": settings.TWO_PEOPLE_ABOVE}
        return own_page(self, request, "confirm", "Confirmar pago", **context)

    def _chosen(self, request: HttpRequest) -> list[Constancia]:
        ids = [int(pk) for pk in request.GET.getlist("c") if is_id(pk)]
        return list(Constancia.objects.with_paid().filter(pk__in=ids).order_by("pk"))

    def _record(self, request: HttpRequest, forms: list[DepositForm]) -> HttpResponse:
        outcomes = record_payments(
            deposits=[form.deposit() for form in forms],
            by=request.user,  # type: ignore[arg-type]
        )
        touched = Constancia.objects.in_bulk([outcome.constancia_id for outcome in outcomes])
        for outcome in outcomes:
            if outcome.refusal:
                self.message_user(request, outcome.refusal, messages.ERROR)
            else:
                text = _outcome(touched[outcome.constancia_id])
                self.message_user(request, text, messages.SUCCESS)
        return redirect("admin:payments_constancia_changelist")


def _outcome(constancia: Constancia) -> str:
    name = f"Constancia {format_reference(constancia.reference)} de {constancia.customer_name}"
    if constancia.is_open:
        return f"{name}: pago parcial registrado; sigue vigente hasta completar el total."
    return f"{name}: pago confirmado; el cliente ya tiene la versión 4.0."
