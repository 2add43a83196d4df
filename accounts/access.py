"""Who may open a customer's page."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import Customer, User

P = ParamSpec("P")


class CustomerRequest(HttpRequest):
    """A request whose user belongs to a customer."""

    user: User
    customer: Customer


def customer_page(
    view: Callable[Concatenate[CustomerRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """For people of a customer only: staff are led to the admin, anyone else gets 403.

    The view finds its customer in `request.customer`.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.customer is not None:
            request.customer = user.customer  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)  # type: ignore[arg-type]
        if user.is_authenticated and user.is_staff:
            return redirect("admin:index")
        raise PermissionDenied("Su usuario no está ligado a ningún cliente; escriba a ventas.")

    return wrapped
