"""What moves money or opens doors is done only by who proved a moment ago that it is them.

Signing in counts; after `ACCOUNT_REAUTHENTICATION_TIMEOUT` seconds the password or a code is asked
for again. Views and admin actions take `@recently_proved`.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

NOT_DONE = (
    "No se hizo nada todavía: pasaron más de 15 minutos desde que demostró que es usted. "
    "Confírmelo, revise la página y vuelva a enviarla."
)


def proved_recently(request: HttpRequest) -> bool:
    """Whether this session's person gave a password or a code not long ago."""
    records = get_authentication_records(request, request.user)
    limit = settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    return any(time.time() - record["at"] < limit for record in records)


def ask_again(request: HttpRequest) -> HttpResponse | None:
    """To the page that asks, and from there back; None when it is not needed.

    What was posted is not kept, and the person is told so: they see the page again, as it is then,
    before anything happens.
    """
    if proved_recently(request):
        return None
    if request.method == "POST":
        messages.warning(request, NOT_DONE)
    query = urlencode({"next": _page_with_the_button(request)})
    return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{query}")


def recently_proved(view: Callable[..., Any]) -> Callable[..., Any]:
    """For a view or an admin action, a function or a method: asks first."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        request = next(each for each in args if isinstance(each, HttpRequest))
        return ask_again(request) or view(*args, **kwargs)

    return wrapped


def _page_with_the_button(request: HttpRequest) -> str:
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    came_from = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}, request.is_secure()):
        parts = urlsplit(came_from)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return resolve_url(settings.LOGIN_REDIRECT_URL)
