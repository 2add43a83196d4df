from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access import CustomerRequest, customer_page
from accounts.forms import PrivacyForm
from accounts.middleware import AFTER_CONSENT
from accounts.models import PrivacyConsent
from accounts.services import NoticeReplacedError, accept_notice, notice_in_force


@customer_page
def privacy(request: CustomerRequest) -> HttpResponse:
    """The simplified notice with its box; the first page a customer's user sees."""
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
    notice = notice_in_force()
    if notice is None:
        raise Http404
    return render(request, "accounts/privacy_integral.html", {"notice": notice})
