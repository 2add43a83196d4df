"""CxC's desk for invoices: which to make, their data for another program, and issuing them."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone

from accounts.admin.base import own_page, posted
from accounts.admin.work_filter import WorkFilter
from facturamos.downloads import table_response
from facturamos.models import OutboxMessage
from facturamos.money import format_money
from payments import fiscal, invoices
from payments.admin.constancias import ReferenceSearchAdmin
from payments.invoice_forms import IssueForm
from payments.invoice_views import file_response
from payments.models import InvoiceRequest
from payments.searching import all_words, read_term


class StateFilter(WorkFilter):
    """Whose turn it is. At first what is to be done, which stays short."""

    title = "estado"
    parameter_name = "estado"
    waiting = "por hacer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The words of the list, and all of them."""
        return [
            ("pending", "por emitir"),
            ("unpaid", "en espera del pago"),
            ("issued", "emitida"),
            ("void", "sin efecto"),
            ("with_effect", "con efecto"),
            ("all", "todas"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those in the chosen state; an invented one narrows nothing."""
        state = "to_do" if self.lists_what_waits(request) else self.value()
        if state in ("to_do", "pending", "unpaid", "issued", "void", "with_effect"):
            narrowed: QuerySet[Any] = getattr(queryset, state)()
            return narrowed
        return queryset


@admin.register(InvoiceRequest)
class InvoiceRequestAdmin(ReferenceSearchAdmin):
    """The company's turn first, oldest first."""

    reference_field = "constancia__reference"
    list_display = ["reference", "name", "total", "state", "requested_on"]
    list_select_related = ["constancia"]
    list_filter = [StateFilter]
    search_fields = ["name", "rfc"]
    search_help_text = (
        "Busque por referencia (123 4567 o 1234567), RFC o nombre, de los datos fiscales o del "
        "cliente, con sus acentos."
    )
    ordering = InvoiceRequest.WORK_ORDER
    fields = [
        *("constancia", "state", "total", "rfc", "name", "postal_code", "regime_name"),
        *("use_name", "requested_at", "requested_by", "uuid", "issued_at", "issued_by"),
    ]
    readonly_fields = ["state", "total", "regime_name", "use_name"]
    actions = ["export_csv", "export_xlsx"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By the fiscal data or by the customer: two questions, so that each has its index."""
        found, _ = super().get_search_results(request, queryset, search_term)
        words = read_term(search_term)
        if not words.text or words.reference or words.slip:
            return found, False
        customer = "constancia__customer__legal_name", "constancia__customer__rfc"
        theirs = queryset.filter(all_words(words.text, *customer))
        either = found.order_by().values("pk").union(theirs.order_by().values("pk"))
        return queryset.filter(pk__in=either), False

    @admin.display(description="referencia", ordering="constancia__reference")
    def reference(self, row: InvoiceRequest) -> str:
        """As on the slip."""
        return row.constancia.printed_reference

    @admin.display(description="total", ordering="constancia__total")
    def total(self, row: InvoiceRequest) -> str:
        """With its currency sign."""
        return format_money(row.constancia.total)

    @admin.display(description="estado")
    def state(self, row: InvoiceRequest) -> str:
        """In words."""
        return row.state

    @admin.display(description="solicitada", ordering="requested_at")
    def requested_on(self, row: InvoiceRequest) -> str:
        """Short, so that the list fits."""
        return f"{timezone.localdate(row.requested_at):%d/%m/%Y}"

    @admin.display(description="régimen fiscal")
    def regime_name(self, row: InvoiceRequest) -> str:
        """The SAT's code with its name."""
        return f"{row.regime} · {fiscal.REGIMES.get(row.regime, '')}"

    @admin.display(description="uso del CFDI")
    def use_name(self, row: InvoiceRequest) -> str:
        """The SAT's code with its name."""
        return f"{row.cfdi_use} · {fiscal.USES.get(row.cfdi_use, '')}"

    # --- For the invoicing program ------------------------------------------------------
    def has_export_permission(self, request: HttpRequest) -> bool:
        """Whether this person may take the customers' data out."""
        return request.user.has_perm("payments.export_invoicerequest")

    @admin.action(
        description="Descargar CSV (para su programa de facturación)", permissions=["export"]
    )
    def export_csv(
        self, request: HttpRequest, queryset: QuerySet[InvoiceRequest]
    ) -> HttpResponseBase:
        """The chosen ones for any program. Excel would take the zero off a postal code in it."""
        return _export(request, queryset, "csv")

    @admin.action(description="Descargar XLSX (para abrir en Excel)", permissions=["export"])
    def export_xlsx(
        self, request: HttpRequest, queryset: QuerySet[InvoiceRequest]
    ) -> HttpResponseBase:
        """The chosen ones for Excel."""
        return _export(request, queryset, "xlsx")

    # --- Issuing ------------------------------------------------------------------------
    def has_issue_permission(self, request: HttpRequest) -> bool:
        """Whether this person may hand over invoices."""
        return request.user.has_perm("payments.issue_invoicerequest")

    def get_urls(self) -> list[URLPattern]:
        """The page that takes the two files, and the files once issued."""
        wrap = self.admin_site.admin_view
        name = "payments_invoicerequest"
        return [
            path("<int:pk>/emitir/", wrap(self.issue_view), name=f"{name}_issue"),
            path("<int:pk>/pdf/", wrap(self.file_view), {"kind": "pdf"}, name=f"{name}_pdf"),
            path("<int:pk>/xml/", wrap(self.file_view), {"kind": "xml"}, name=f"{name}_xml"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With the way to issue it, for those who may."""
        context |= {"may_issue": self.has_issue_permission(request)}
        return super().render_change_form(request, context, *args, **kwargs)

    def issue_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Takes the stamped XML and the PDF; the UUID is read from the XML."""
        if not self.has_issue_permission(request):
            raise PermissionDenied
        row = get_object_or_404(InvoiceRequest.objects.select_related("constancia"), pk=pk)
        form = IssueForm(posted(request), request.FILES or None)
        if form.is_valid() and self._issue(request, row, form):
            return redirect("admin:payments_invoicerequest_change", row.pk)
        data = {"regime": self.regime_name(row), "use": self.use_name(row)}
        return own_page(self, request, "issue", "Emitir la factura", row=row, form=form, **data)

    def _issue(self, request: HttpRequest, row: InvoiceRequest, form: IssueForm) -> bool:
        """Whether it was issued; what is wrong becomes the form's errors."""
        try:
            invoices.issue_invoice(
                request=row,
                xml=form.cleaned_data["xml"],
                pdf=form.cleaned_data["pdf"],
                by=request.user,  # type: ignore[arg-type]
            )
        except invoices.InvoiceError as error:
            for sentence in error.sentences:
                form.add_error(None, sentence)
            return False
        mailed = OutboxMessage.objects.filter(key__startswith=f"invoice-ready:{row.pk}:").exists()
        told = (
            "y le avisamos por correo."
            if mailed
            else "pero nadie suyo tiene correo en el portal, así que no se le avisó: avísele usted."
        )
        self.message_user(
            request, f"{row}: emitida. El cliente ya la puede descargar, {told}", messages.SUCCESS
        )
        return True

    def file_view(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        """The invoice as its customer has it; who takes it is audited."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        issued = InvoiceRequest.objects.issued().select_related("constancia")
        row = get_object_or_404(issued, pk=pk)
        invoices.record_download(request=row, kind=kind, by=request.user)  # type: ignore[arg-type]
        return file_response(request, row, kind)


def _export(
    request: HttpRequest, queryset: QuerySet[InvoiceRequest], file_format: str
) -> HttpResponseBase:
    rows = invoices.export_requests(
        requests=queryset,
        file_format=file_format,
        by=request.user,  # type: ignore[arg-type]
    )
    return table_response("solicitudes-de-factura", file_format, invoices.EXPORT_HEADER, rows)
