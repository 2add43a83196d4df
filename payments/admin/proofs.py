"""CxC's desk for proofs: what waits and since when, what it says, and the refusal."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone

from accounts.admin.base import own_page, posted
from accounts.admin.work_filter import WorkFilter
from facturamos.money import format_money
from facturamos.texts.in_force import in_force
from payments.admin.constancias import ReferenceSearchAdmin
from payments.cep import Cep, Finding, compare
from payments.models import PaymentProof, ProofFile
from payments.proof_forms import RefusalForm
from payments.proofs import NotInReviewError, refuse_proof
from payments.references import format_reference


class ReviewFilter(WorkFilter):
    """Those in review."""

    title = "revisión"
    parameter_name = "revision"
    waiting = "en revisión"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """After "waiting", which is the default."""
        return [("answered", "no corresponden"), ("paid", "con pago confirmado"), ("all", "todos")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrowed to the choice."""
        match self.value():
            case "answered":
                return queryset.filter(state=PaymentProof.State.REFUSED)
            case "paid":
                return queryset.filter(settled_at__isnull=False)
            case _ if self.lists_what_waits(request):
                return queryset.filter(state=PaymentProof.State.WAITING, settled_at=None)
        return queryset


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file as CxC sees it: what its CEP says, and the other constancias it was sent for."""

    file: ProofFile
    findings: tuple[Finding, ...]
    also_in: list[str]


@admin.register(PaymentProof)
class PaymentProofAdmin(ReferenceSearchAdmin):
    """Oldest first, with the time each has waited."""

    reference_field = "constancia__reference"
    list_display = ["reference", "customer", "total", "paid", "waited", "status", "same_file"]
    list_display_links = ["reference"]
    list_select_related = ["constancia"]
    list_filter = [ReviewFilter]
    search_fields = ["constancia__customer__legal_name", "constancia__customer__rfc"]
    ordering = ["sent_at", "pk"]
    fields = [
        *("constancia", "customer", "total", "paid_on", "tracking_key", "sent_at", "sent_by"),
        *("waited", "status", "answered_at", "answered_by", "reason"),
    ]
    readonly_fields = ["customer", "total", "waited", "status"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PaymentProof]:
        """With what the list and the page tell of each.

        The promise is read here: an export writes its rows when the request is over.
        """
        promised = Value(in_force().contacts.promise_hours)
        return PaymentProof.objects.with_same_file_elsewhere().annotate(promised_hours=promised)

    @admin.display(description="referencia", ordering="constancia__reference")
    def reference(self, proof: PaymentProof) -> str:
        """As on the slip."""
        return proof.constancia.printed_reference

    @admin.display(description="cliente", ordering="constancia__customer_name")
    def customer(self, proof: PaymentProof) -> str:
        """As on the slip."""
        return proof.constancia.customer_name

    @admin.display(description="total")
    def total(self, proof: PaymentProof) -> str:
        """With its currency sign."""
        return format_money(proof.constancia.total)

    @admin.display(description="depósito", ordering="paid_on")
    def paid(self, proof: PaymentProof) -> str:
        """Short, so that the list fits."""
        return f"{proof.paid_on:%d/%m/%Y}"

    @admin.display(description="espera", ordering="sent_at")
    def waited(self, proof: PaymentProof) -> str:
        """Against what the customer was promised."""
        if not proof.is_in_review:
            return "–"
        gone = timezone.now() - proof.sent_at
        promised: int = proof.promised_hours  # type: ignore[attr-defined]  # annotated above
        hours = f"{gone // timedelta(hours=1)} h de {promised}"
        return f"{hours}: fuera de plazo" if gone > timedelta(hours=promised) else hours

    @admin.display(description="estado")
    def status(self, proof: PaymentProof) -> str:
        """In review, refused, or settled by a payment."""
        return proof.told

    @admin.display(description="mismo archivo")
    def same_file(self, proof: PaymentProof) -> str:
        """A warning when one of its files was sent for another constancia too."""
        reference = proof.same_file_in
        return f"también en {format_reference(reference)}" if reference else ""

    def has_answer_permission(self, request: HttpRequest) -> bool:
        """Whether this person may say that a proof does not match."""
        return request.user.has_perm("payments.answer_paymentproof")

    def get_urls(self) -> list[URLPattern]:
        """The page that asks for the reason."""
        view = self.admin_site.admin_view(self.refuse_view)
        name = "payments_paymentproof_refuse"
        return [path("<int:pk>/no-corresponde/", view, name=name), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With the files, what they say, and where else they were sent."""
        proof = kwargs["obj"]
        may_read = request.user.has_perm("payments.view_prooffile")
        context |= {
            "files": shown_files(proof) if may_read else None,
            "may_answer": proof.is_in_review and self.has_answer_permission(request),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def refuse_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for the reason, then answer once."""
        if not self.has_answer_permission(request):
            raise PermissionDenied
        proof = get_object_or_404(PaymentProof.objects.select_related("constancia"), pk=pk)
        form = RefusalForm(posted(request))
        if not form.is_valid():
            title = "El comprobante no corresponde"
            return own_page(self, request, "refuse", title, proof=proof, form=form)
        try:
            written = refuse_proof(
                proof=proof,
                reason=form.cleaned_data["reason"],
                by=request.user,  # type: ignore[arg-type]
            )
        except NotInReviewError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self._say_refused(request, proof, written)
        return redirect("admin:payments_paymentproof_changelist")

    def _say_refused(self, request: HttpRequest, proof: PaymentProof, written: int) -> None:
        if written:
            text = f"{proof}: no corresponde. El cliente recibirá el motivo por correo."
            self.message_user(request, text, messages.SUCCESS)
            return
        text = (
            f"{proof}: no corresponde. Nadie de este cliente tiene correo en el portal: verá el "
            "motivo cuando entre. Avísele por otro medio."
        )
        self.message_user(request, text, messages.WARNING)


def shown_files(proof: PaymentProof) -> list[ShownFile]:
    """The files of a proof, for CxC."""
    files = list(proof.files.all())
    others = ProofFile.objects.filter(sha256__in=[file.sha256 for file in files])
    others = others.exclude(proof__constancia=proof.constancia_id).order_by("pk")
    pairs = list(others.values_list("sha256", "proof__constancia__reference").distinct())
    return [
        ShownFile(
            file=file,
            findings=_findings(file, proof),
            also_in=[format_reference(found) for sha256, found in pairs if sha256 == file.sha256],
        )
        for file in files
    ]


def _findings(file: ProofFile, proof: PaymentProof) -> tuple[Finding, ...]:
    if not file.says:
        return ()
    constancia = proof.constancia
    return compare(
        Cep.from_json(file.says),
        total=constancia.total,
        clabe=constancia.clabe,
        issued_on=timezone.localdate(constancia.issued_at),
        paid_on=proof.paid_on,
        tracking_key=proof.tracking_key,
    )
