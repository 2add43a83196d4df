from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts import distributors, mails, request_info


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
    }

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

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """allauth's notices of a change, with what tells the reader whether it was them."""
        ip = request_info.current.get().ip
        told = mails.change_facts(user=user, at=timezone.now(), ip=ip) | (context or {})
        super().send_notification_mail(template_prefix, user, told, email)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """allauth's own flash messages are left out: our pages say what happened."""

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Remember the distributor, for the day the password is missing."""
        response = super().post_login(request, user, **kwargs)
        distributors.remember(response, user)
        return response
