from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN, PasswordResetConfirmView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.views.decorators.http import require_http_methods

from accounts.access import SignedInRequest, outside_page
from accounts.forms import FirstPasswordForm, PrivacyForm
from accounts.middleware import AFTER_CONSENT
from accounts.models import PrivacyConsent
from accounts.services import (
    NoticeReplacedError,
    accept_notice,
    choose_first_password,
    notice_in_force,
    send_welcome,
)
from accounts.tokens import welcome_tokens
from facturamos.limits import too_often


@outside_page
def privacy(request: SignedInRequest) -> HttpResponse:
    """The simplified notice with its box; the first page whoever is not staff sees."""
    notice = notice_in_force(request.user)
    if notice is None:
        raise Http404
    form = PrivacyForm(request.POST or None, initial={"notice": notice.pk})
    if request.method == "POST" and form.is_valid():
        try:
            accept_notice(user=request.user, notice_id=form.cleaned_data["notice"] or notice.pk)
            return redirect(request.session.pop(AFTER_CONSENT, "renewals:start"))
        except NoticeReplacedError:
            form = PrivacyForm({"notice": notice.pk})
            form.add_error(
                None,
                "El aviso cambió mientras lo leía. Esta es la versión en vigor: léala y confirme.",
            )
    consent = PrivacyConsent.objects.filter(user=request.user, notice=notice).first()
    context = {"notice": notice, "form": form, "consent": consent}
    return render(request, "accounts/privacy.html", context)


@login_not_required
def privacy_integral(request: HttpRequest) -> HttpResponse:
    """The whole text in force, for anyone."""
    user = request.user if request.user.is_authenticated else None
    notice = notice_in_force(user)
    if notice is None:
        raise Http404
    context = {"notice": notice, "comes_first": user and not user.is_staff and not notice.accepted}
    return render(request, "accounts/privacy_integral.html", context)


class Welcome(PasswordResetConfirmView):
    """The first password, behind the link of the welcome mail.

    Django keeps the token in the session and redirects, so that no address shows it.
    """

    template_name = "accounts/welcome.html"
    form_class = FirstPasswordForm
    token_generator = welcome_tokens
    reset_url_token = "elegir"  # noqa: S105 (stands in the address where the token was)
    success_url = reverse_lazy("account_reset_password_from_key_done")

    def form_valid(self, form: Any) -> HttpResponse:
        """Choose it; a link that was used meanwhile shows the page that says so."""
        token = self.request.session.pop(INTERNAL_RESET_SESSION_TOKEN)
        password = form.cleaned_data["new_password1"]
        if self.user and choose_first_password(user=self.user, token=token, password=password):
            return redirect(self.get_success_url())
        return redirect(self.request.path)


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def welcome_again(request: HttpRequest) -> HttpResponse:
    """Mail another link to the user's own address; the answer is the same whoever it was."""
    if request.method != "POST":
        return render(request, "accounts/welcome_again.html")
    uid = request.POST.get("uid", "")
    if refused := too_often(request, action="welcome", key=uid):
        return refused
    user = Welcome().get_user(uid)
    # Only as our links write it: other spellings of the same user would be counted apart.
    if user and uid == urlsafe_base64_encode(force_bytes(user.pk)):
        send_welcome(user=user, by=None)
    return redirect("account_welcome_again")
