"""Around every request: who asks is noted, pages stay private, the notice comes first."""

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from structlog.contextvars import bind_contextvars, get_contextvars

from accounts import request_info
from accounts.services import notice_in_force

GetResponse = Callable[[HttpRequest], HttpResponse]

# Open to a customer who has not accepted the notice yet.
BEFORE_CONSENT = {
    "accounts:privacy",
    "accounts:privacy_integral",
    "account_logout",
    "account_session",
    "alive",
    "ready",
    "payments:verify",
}
# The session's key for the address a customer asked for when the notice came first.
AFTER_CONSENT = "after_consent"
# What reads the same for every customer: their browser may keep it, and asks before it shows it.
KEPT_BY_BROWSER = "private, no-cache"


class RequestInfoMiddleware:
    """Keeps the request's origin for the audit and the consents, as the log has it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        bind_contextvars(user_id=request.user.pk)
        line = get_contextvars()
        token = request_info.current.set(
            request_info.RequestInfo(
                ip=line.get("ip"),
                user_agent=request.headers.get("User-Agent", "")[:1000],
                request_id=line.get("request_id", ""),
            )
        )
        try:
            return self.get_response(request)
        finally:
            request_info.current.reset(token)


class PrivateCacheMiddleware:
    """No shared computer's "back" button shows a page after signing out."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        kept = response.headers.get("Cache-Control") == KEPT_BY_BROWSER
        if request.user.is_authenticated and not kept:
            response.headers["Cache-Control"] = "no-store"
        return response


class PrivacyGateMiddleware:
    """Until whoever is not of the staff accepts the notice in force, every page leads to it.

    A view marked with `accounts.access.keeps_posts` keeps what was sent to it meanwhile.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, _args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Redirect to the notice when it is still to be accepted."""
        user = request.user
        if not user.is_authenticated:
            return None
        if user.customer_id is None and user.distributor_id is None:
            return None
        if request.resolver_match and request.resolver_match.view_name in BEFORE_CONSENT:
            return None
        notice = notice_in_force(user)
        if notice is None:
            return render(request, "accounts/no_notice.html", status=503)
        if notice.accepted:
            return None
        keep = getattr(view, "keep_post", None) if request.method == "POST" else None
        if keep and (refused := keep(request, **kwargs)):
            return cast(HttpResponse, refused)
        if request.method == "GET" or keep:
            request.session[AFTER_CONSENT] = request.get_full_path()
        return redirect("accounts:privacy")
