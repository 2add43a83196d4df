"""Headers that every response carries, errors and static files too."""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

# Not the cookies: one of them shows the sign-in page whom to call. The session's is gone already.
AT_SIGN_OUT: Final = '"cache", "storage"'


class HeadersMiddleware:
    """The first of all: even what SecurityMiddleware refuses leaves through here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.always = {
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
            "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": settings.X_FRAME_OPTIONS,
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in self.always.items():
            response.headers.setdefault(name, value)
        if getattr(request, "signed_out", False):
            response.headers["Clear-Site-Data"] = AT_SIGN_OUT
        return response


@receiver(user_logged_out)
def note_sign_out(sender: Any, request: HttpRequest | None, **_: Any) -> None:
    """The answer to this request empties the browser."""
    if request is not None:
        request.signed_out = True  # type: ignore[attr-defined]
