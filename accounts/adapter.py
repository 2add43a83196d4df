from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import ratelimit
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts import distributors, mails, recently, request_info, sessions
from facturamos.limits import tell
from facturamos.mail import OutboxBackend


class AccountAdapter(DefaultAccountAdapter):
    """allauth, as this portal uses it: closed, in our words, with links to our own address."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": (
            "El usuario o la contraseña no son correctos. Revise mayúsculas y minúsculas; "
            "si olvidó la contraseña, use «¿Olvidaste tu contraseña?»."
        ),
        "too_many_login_attempts": (
            "Hubo demasiados intentos. Espere cinco minutos y vuelva a probar, "
            "o elija una contraseña nueva en «¿Olvidaste tu contraseña?»."
        ),
        "enter_current_password": (
            "La contraseña actual no es correcta. Revise mayúsculas y minúsculas; si no la "
            "recuerda, cierre sesión y use «¿Olvidaste tu contraseña?»."
        ),
    }

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign in; the session's clocks begin."""
        super().login(request, user)
        sessions.begin(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Signing in a moment ago is proof enough for allauth's own pages too."""
        asked_for = super().is_reauthentication_required(app=app, **kwargs)
        return asked_for and not recently.proved_recently(self.request)

    def is_login_by_code_required(self, login: Any) -> bool:
        """Only of whom it can help: with a second factor, or without an address, no code goes."""
        asked_for = super().is_login_by_code_required(login)
        return asked_for and bool(login.user.email) and not is_mfa_enabled(login.user)

    def end_wait(self, user: Any) -> None:
        """Whoever chose a new password by mail need not wait for what wrong ones brought about."""
        key = self._get_login_attempts_cache_key(self.request, username=user.username)
        ratelimit.clear(self.request, action="login_failed", key=key)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Sign-ins are given by the company, never taken."""
        return False

    def format_email_subject(self, subject: str) -> str:
        """Subjects are complete as our templates write them."""
        return subject

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link of the reset mail, on our own address whatever the Host header said."""
        path = reverse("account_reset_password_from_key", args=["UID", "KEY"])
        return settings.SITE_URL + path.replace("UID-KEY", key)

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """Write the link, to the address as we have it. A user without an id stands for nobody: see
        forms.ResetPasswordForm.
        """
        if user.pk:
            super().send_password_reset_mail(user, user.email, context)
        else:
            message = self.render_mail("account/email/password_reset_key", email, context)
            OutboxBackend().send_messages([message])

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """allauth's notices of a change, with what tells the reader whether it was them."""
        ip = request_info.current.get().ip
        told = mails.change_facts(user=user, at=timezone.now(), ip=ip)
        told |= {"user": user, **(context or {})}
        super().send_notification_mail(template_prefix, user, told, email)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """allauth's own flash messages are left out: our pages say what happened."""

    def validation_error(self, code: str, *args: Any) -> Any:
        """What a form says; that somebody tried too often is in the log too."""
        if code == "too_many_login_attempts":
            tell("login_failed")
        return super().validation_error(code, *args)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Remember the distributor, for the day the password is missing."""
        response = super().post_login(request, user, **kwargs)
        distributors.remember(response, user)
        return response
