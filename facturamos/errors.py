"""Pages for what went wrong: in Spanish, without detail for a stranger."""

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseServerError,
)
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from facturamos.limits import tell
from facturamos.texts.in_force import known


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose page was open too long or came from elsewhere.

    Signing in twice, with a second click or in a second tab, is no mistake: it leads on.
    """
    if request.path == reverse("account_login") and request.user.is_authenticated:
        return redirect("renewals:home")
    return render(request, "403_csrf.html", {"page": _page_of(request)}, status=403)


def _page_of(request: HttpRequest) -> str:
    """Where the form was, when that is a page of ours; else nothing.

    Whole: a path alone that begins with two slashes is another host's.
    """
    page = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, request.is_secure())
    return page if ours else ""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400. The request may be too broken to read, so the page is drawn without it."""
    return HttpResponseBadRequest(_alone("400.html"))


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429, with the seconds after which it surely goes on.

    `facturamos.limits` says how many; allauth's own pages remember a minute.
    """
    tell(request.resolver_match.view_name if request.resolver_match else "")
    seconds = getattr(request, "retry_after", 60)
    context = {"minutes": seconds // 60}
    page = render(request, "429.html", context, status=429)
    page.headers["Retry-After"] = str(seconds)
    return page


def server_error(request: HttpRequest) -> HttpResponse:
    """500, drawn without touching the database, the session or the user."""
    return HttpResponseServerError(_alone("500.html"))


def _alone(template: str) -> str:
    words = known()
    return render_to_string(template, {"words": words, "contacts": words.contacts})
