"""The constancias that need a person, as the desk's home counts them."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from payments.balances import RECENT_DAYS, overpaid_lately, partly_paid
from payments.models import Constancia


class PendingFilter(admin.SimpleListFilter):
    """About to expire, or whose money does not come out even."""

    title = "pendiente"
    parameter_name = "pendiente"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The three choices."""
        return [
            ("por-vencer", "por vencer"),
            ("en-parte", "vencidas con una parte pagada"),
            ("a-favor", f"con saldo a favor, de {RECENT_DAYS} días"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The chosen ones; an invented choice narrows nothing."""
        today = timezone.localdate()
        match self.value():
            case "por-vencer":
                rows = Constancia.objects.expiring(today, settings.EXPIRES_SOON_DAYS)
            case "en-parte":
                rows = partly_paid(today)
            case "a-favor":
                rows = overpaid_lately()
            case _:
                return queryset
        return queryset.filter(pk__in=rows.order_by().values("pk"))
