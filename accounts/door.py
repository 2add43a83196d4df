"""The two middlewares that hold the door: how long a session lives, and what staff must show."""

import time
from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts import second_factor, sessions

GetResponse = Callable[[HttpRequest], HttpResponse]

# Open to a person of the staff whose session has not seen a second factor.
BEFORE_SECOND_FACTOR = {
    "account_logout",
    "account_change_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "account_session",
    "alive",
    "ready",
}
# And these to who has none: a session from before cannot add another to somebody's.
ENROLMENT = {"mfa_activate_totp", "mfa_add_webauthn"}


class SessionClockMiddleware:
    """A session ends when it rested too long, and on the same day in any case."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            if time.time() >= sessions.ends_at(request):
                logout(request)
                messages.warning(
                    request, "Su sesión terminó por seguridad. Inicie sesión para continuar."
                )
            elif not (request.method == "GET" and request.path == reverse("account_session")):
                sessions.touch(request)
        return self.get_response(request)


class SecondFactorMiddleware:
    """Staff reach no page in a session that has not seen their second factor."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Lead to enrolment, or to the page that asks for the code of a factor they have."""
        user = request.user
        if not user.is_authenticated or not (user.is_staff or user.is_superuser):
            return None
        if second_factor.is_in(request):
            return None
        has_one = is_mfa_enabled(user)
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in BEFORE_SECOND_FACTOR or (name in ENROLMENT and not has_one):
            return None
        return redirect("mfa_reauthenticate" if has_one else "mfa_activate_totp")
