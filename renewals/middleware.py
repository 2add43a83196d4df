from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.middleware import BEFORE_CONSENT
from accounts.models import Customer
from renewals.models import MigrationNotice

# Open to a customer who has not seen the notice of version 4.0 yet.
BEFORE_CONTINUE = BEFORE_CONSENT | {"renewals:migration", "renewals:manual_version_4"}


class MigrationGateMiddleware:
    """After the payment is confirmed, the next page a customer opens is the 4.0 notice."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Lead to the notice until the customer continues from it; a form sent is let through."""
        customer = getattr(request.user, "customer", None)
        if customer is None or customer.cfdi_version != Customer.CfdiVersion.V40:
            return None
        if request.method != "GET" or not request.resolver_match:
            return None
        if request.resolver_match.view_name in BEFORE_CONTINUE:
            return None
        if MigrationNotice.objects.filter(customer=customer, acknowledged_at=None).exists():
            return redirect("renewals:migration")
        return None
