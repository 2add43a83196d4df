"""What a person does about their own sign-in: second factor, passkeys, recovery codes, sessions."""

import time
from typing import Any, cast

from allauth.account.views import PasswordChangeView, ReauthenticateView
from allauth.mfa.base import views as mfa_views
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import flows as recovery_flows
from allauth.mfa.totp import views as totp_views
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn import views as webauthn_views
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_http_methods

from accounts import second_factor, sessions
from accounts.models import User
from facturamos.tampered import is_id

# Recovery codes are shown once, and for so many seconds more to who loses the page at once.
SHOWN_FOR = 10 * 60


class _Renewing:
    """What is proved here gives the session another key."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        """Go on."""
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        sessions.renew(self.request)
        return response


def _has_password(request: HttpRequest) -> bool:
    return cast(User, request.user).has_usable_password()  # the middleware lets nobody else in


def _without_password(request: HttpRequest) -> HttpResponse:
    """Who has no password of their own is told how to choose one: a link by mail."""
    return render(request, "account/no_password.html")


class _Confirming(_Renewing):
    """Asks who it is once more, of whoever has something to answer with."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Without a password, and without a second factor, there is nothing to ask for."""
        if not (_has_password(request) or is_mfa_enabled(request.user)):
            return _without_password(request)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class ConfirmWithPassword(_Confirming, ReauthenticateView):
    """The password again, before money or doors."""


class ConfirmWithCode(_Confirming, mfa_views.ReauthenticateView):
    """A code again, before money or doors."""


class ChangePassword(PasswordChangeView):
    """Another password, from the current one."""

    success_url = reverse_lazy("mfa_index")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """There must be one to change."""
        if not _has_password(request):
            return _without_password(request)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Change it, and say so where it is looked after."""
        response: HttpResponse = super().form_valid(form)
        messages.success(self.request, "Su contraseña cambió. Sus otras sesiones se cerraron.")
        return response


class Enrol(_Renewing, totp_views.ActivateTOTPView):
    """The application; the session has then seen the second factor."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Enrol. The code that proved it is used up, as any other."""
        response = super().form_valid(form)
        row = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        row.wrap().validate_code(form.cleaned_data["code"])
        second_factor.note_in(self.request, row)
        return response

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Who has it already sees what they have."""
        if second_factor.has_application(request.user):  # type: ignore[arg-type]
            return redirect("mfa_index")
        return super().dispatch(request, *args, **kwargs)


class RemoveApplication(totp_views.DeactivateTOTPView):
    """Take the application away."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove it."""
        response = super().form_valid(form)
        second_factor.forget_in(self.request)
        messages.success(self.request, "La aplicación ya no es su segundo factor.")
        return response


class AddPasskey(_Renewing, webauthn_views.AddWebAuthnView):
    """A passkey; the session has then seen the second factor."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Add it."""
        response = super().form_valid(form)
        mine = Authenticator.objects.filter(user=self.request.user)
        row = mine.filter(type=Authenticator.Type.WEBAUTHN).latest("pk")
        second_factor.note_in(self.request, row)
        return response


class ConfirmWithPasskey(_Confirming, webauthn_views.ReauthenticateWebAuthnView):
    """The passkey again, before money or doors."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say so on the same page."""
        return self.render_to_response(self.get_context_data() | {"form": form})


class RemovePasskey(webauthn_views.RemoveWebAuthnView):
    """Take a passkey away."""

    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove it."""
        response = super().form_valid(form)
        second_factor.forget_in(self.request)
        messages.success(self.request, "La llave de acceso ya no es de su cuenta.")
        return response


def recovery_codes(request: HttpRequest) -> HttpResponse:
    """The codes, once; afterwards only how many are left."""
    codes, is_open = _codes(request)
    context = {"codes": codes if is_open else None, "left": len(codes)}
    return render(request, "mfa/recovery_codes/index.html", context)


def download_recovery_codes(request: HttpRequest) -> HttpResponse:
    """The same as a text file, as long as they are shown."""
    codes, is_open = _codes(request)
    if not is_open:
        raise PermissionDenied("Los códigos se muestran una sola vez; genere otros.")
    page = render(request, "mfa/recovery_codes/download.txt", {"codes": codes})
    page.headers["Content-Type"] = "text/plain; charset=utf-8"
    page.headers["Content-Disposition"] = 'attachment; filename="codigos-de-recuperacion.txt"'
    return page


def _codes(request: HttpRequest) -> tuple[list[str], bool]:
    codes, is_first = recovery_flows.view_recovery_codes(request)
    if codes is None:
        raise Http404
    shown_at = codes.instance.data["viewed_at"]
    return codes.get_unused_codes(), is_first or time.time() - shown_at < SHOWN_FOR


@require_http_methods(["GET", "HEAD", "POST"])
def my_sessions(request: HttpRequest) -> HttpResponse:
    """Where this person is signed in; ends one of them, or all the others."""
    own_key = request.session.session_key
    if request.method == "POST":
        if chosen := request.POST.get("session"):
            mine = UserSession.objects.filter(user=request.user).exclude(session_key=own_key)
            row = get_object_or_404(mine, pk=int(chosen) if is_id(chosen) else 0)
            sessions.end(session=row, by=request.user)  # type: ignore[arg-type]
            messages.success(request, "La sesión terminó.")
        else:
            ended = sessions.end_all(user=request.user, by=request.user, but=own_key)  # type: ignore[arg-type]
            messages.success(request, f"Sesiones terminadas: {ended}.")
        return redirect("usersessions_list")
    rows = UserSession.objects.purge_and_list(request.user)
    rows.sort(key=lambda row: row.last_seen_at, reverse=True)
    return render(request, "usersessions/usersession_list.html", {"sessions": rows})


@require_http_methods(["GET", "POST"])
def session_clock(request: HttpRequest) -> HttpResponse:
    """For how long the session still lives; a POST has just extended it. For `session.js`.

    With whose it is and the token that its forms need: a new sign-in in another tab changes both.
    """
    if request.method == "POST":
        request.session[sessions.SEEN_AT] = time.time()
    told = sessions.told(sessions.ends_at(request))
    return JsonResponse(told | {"token": get_token(request), "user": request.user.pk})
