"""The manuals, from the store."""

import logging
from typing import cast

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from accounts.access import CustomerRequest, customer_page
from accounts.middleware import KEPT_BY_BROWSER
from facturamos.limits import too_often
from renewals import manuals
from renewals.models import MigrationNotice
from renewals.views import still_locked

log = logging.getLogger(__name__)


@require_safe
@customer_page
def manual_payment(request: CustomerRequest) -> HttpResponse:
    """The manual for paying, as PDF."""
    return _answer(request, manuals.PAYMENT)


@require_safe
@customer_page
def manual_version_4(request: CustomerRequest) -> HttpResponse:
    """The manual for the change of version, once it is unlocked."""
    if not MigrationNotice.objects.filter(customer=request.customer).exists():
        return still_locked(request)
    return _answer(request, manuals.VERSION_4)


def _answer(request: CustomerRequest, manual: manuals.Manual) -> HttpResponse:
    """The PDF, or 304 to a browser that has it; a page that says so if it cannot be drawn."""
    edition = manuals.edition_of(manual)
    # Only drawing costs, so only that is counted.
    if not edition.is_drawn and (
        limited := too_often(request, action="pdf", user=request.user, limit_get=True)
    ):
        return limited
    try:
        content = manuals.pdf_of(edition)
    except Exception:  # whatever stops the drawing, the customer can call
        log.exception("The manual %s could not be drawn", manual.template)
        return render(request, "manuals/unavailable.html", {"manual": manual}, status=503)
    headers = {
        "Content-Disposition": f'inline; filename="{manual.filename}"',
        "Cache-Control": KEPT_BY_BROWSER,
        "ETag": f'"{edition.key}"',
    }
    response = HttpResponse(content, content_type="application/pdf", headers=headers)
    return cast(HttpResponse, get_conditional_response(request, headers["ETag"], None, response))
