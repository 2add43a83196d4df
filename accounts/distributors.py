"""Whom a person calls when the password is missing: their distributor, once it is known."""

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from accounts.models import Distributor, User

COOKIE = "distribuidor"
A_YEAR = 365 * 24 * 3600


def remember(response: HttpResponse, user: User) -> None:
    """Note in the browser who looks after this user's company, for the next sign-in page."""
    if user.customer and user.customer.distributor_id:
        response.set_signed_cookie(
            COOKIE,
            str(user.customer.distributor_id),
            max_age=A_YEAR,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )


def context(request: HttpRequest) -> dict[str, object]:
    """Template variable `distributor`: the signed-in company's, or the one this browser knows."""
    return {"distributor": SimpleLazyObject(lambda: _known(request))}


def _known(request: HttpRequest) -> Distributor | None:
    user = request.user
    if user.is_authenticated:
        return user.customer.distributor if user.customer else None
    try:
        known = int(request.get_signed_cookie(COOKIE) or "")
    except (KeyError, BadSignature, ValueError):
        return None
    return Distributor.objects.filter(pk=known).first()
