"""Where customers pay: proposed by one person, approved by another."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.admin.base import ReadOnlyAdmin, own_page
from accounts.recently import recently_proved
from payments import bank_accounts
from payments.forms import BankAccountForm
from payments.models import BankAccount

BANK_ACCOUNT_FIELDS = ["beneficiary", "bank_name", "account_number", "clabe"]
BANK_ACCOUNT_STORY = [
    *("proposed_at", "proposed_by", "approved_at", "approved_by", "retired_at", "retired_by"),
]


@admin.register(BankAccount)
class BankAccountAdmin(ReadOnlyAdmin):
    """Where customers pay: one person proposes an account, another approves it."""

    list_display = [
        *("bank_name", "beneficiary", "clabe", "account_number", "state"),
        *("proposed_by", "approved_by"),
    ]
    form = BankAccountForm
    list_select_related = ["proposed_by", "approved_by"]
    actions = ["approve", "reject"]

    def get_fields(self, request: HttpRequest, obj: BankAccount | None = None) -> list[Any]:
        """An existing account also tells its story."""
        return [*BANK_ACCOUNT_FIELDS, *(BANK_ACCOUNT_STORY if obj else [])]

    @admin.display(description="estado")
    def state(self, account: BankAccount) -> str:
        """In a word."""
        return account.state

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Proposing is open to those with Django's permission to add."""
        return request.user.has_perm("payments.add_bankaccount")

    def has_approve_permission(self, request: HttpRequest) -> bool:
        """Whether this person may approve and reject."""
        return request.user.has_perm("payments.approve_bankaccount")

    @recently_proved
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The form that proposes."""
        return super().add_view(request, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Propose it."""
        bank_accounts.propose_bank_account(account=obj, by=request.user)  # type: ignore[arg-type]
        self.message_user(
            request,
            "La cuenta queda propuesta. Entrará en vigor cuando otra persona la apruebe; "
            "mientras tanto las constancias siguen con la anterior.",
            messages.WARNING,
        )

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """To the list; Django's own message would read as if the account were in force."""
        return redirect("admin:payments_bankaccount_changelist")

    @admin.action(description="Aprobar: poner en vigor", permissions=["approve"])
    @recently_proved
    def approve(self, request: HttpRequest, queryset: QuerySet[BankAccount]) -> HttpResponse | None:
        """Show the proposal beside the account in force, and on a second word put it in force."""
        if "confirmed" in request.POST or queryset.count() != 1:
            self._decide(request, queryset, bank_accounts.approve_bank_account, "está en vigor")
            return None
        new, old = queryset.get(), bank_accounts.account_in_force()
        rows = [
            (_label(name), getattr(old, name, "–"), getattr(new, name))
            for name in BANK_ACCOUNT_FIELDS
        ]
        title = "Aprobar la cuenta bancaria"
        return own_page(self, request, "approve", title, account=new, rows=rows)

    @admin.action(description="Rechazar la propuesta", permissions=["approve"])
    @recently_proved
    def reject(self, request: HttpRequest, queryset: QuerySet[BankAccount]) -> None:
        """Take back the chosen proposal."""
        self._decide(request, queryset, bank_accounts.reject_bank_account, "quedó retirada")

    def _decide(
        self,
        request: HttpRequest,
        queryset: QuerySet[BankAccount],
        decide: Callable[..., object],
        outcome: str,
    ) -> None:
        if queryset.count() != 1:
            self.message_user(request, "Elija una sola cuenta.", messages.ERROR)
            return
        account = queryset.get()
        try:
            decide(account=account, by=request.user)
            self.message_user(request, f"La cuenta {account} {outcome}.", messages.SUCCESS)
        except bank_accounts.BankAccountError as error:
            self.message_user(request, str(error), messages.ERROR)


def _label(name: str) -> object:
    return BankAccount._meta.get_field(name).verbose_name  # type: ignore[union-attr]
