"""Who may open a customer's page, a distributor's, or either's."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from accounts.models import Customer, Distributor, User

P = ParamSpec("P")
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class SignedInRequest(HttpRequest):
    """A request of somebody who has signed in."""

    user: User


class CustomerRequest(SignedInRequest):
    """A request whose user belongs to a customer."""

    customer: Customer


class DistributorRequest(SignedInRequest):
    """A request whose user belongs to a distributor."""

    distributor: Distributor


def customer_page(
    view: Callable[Concatenate[CustomerRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """For people of a customer only: others are led to their own pages, or get 403.

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
        if user.is_authenticated and user.distributor_id is not None:
            return redirect("payments:distributor")
        raise PermissionDenied("Su usuario no está ligado a ningún cliente; escriba a ventas.")

    return wrapped


def keeps_posts(
    keep: Callable[..., HttpResponse | None],
) -> Callable[[View], View]:
    """Where a notice that comes first stops a form on its way, `keep` may keep what it holds.

    Goes outside every other decorator. `keep` takes what the view takes, and returns the page that
    refuses, or None; then the notice leads back to the view's own page.
    """

    def marked(view: View) -> View:
        view.keep_post = keep  # type: ignore[attr-defined]
        return view

    return marked


def distributor_page(
    view: Callable[Concatenate[DistributorRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """For people of a distributor only: staff are led to the admin, anyone else gets 403.

    The view finds its distributor in `request.distributor`.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        user = request.user
        if user.is_authenticated and user.distributor is not None:
            request.distributor = user.distributor  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)  # type: ignore[arg-type]
        if user.is_authenticated and user.is_staff:
            return redirect("admin:index")
        raise PermissionDenied("Esta página es de los distribuidores.")

    return wrapped


def outside_page(
    view: Callable[Concatenate[SignedInRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """For people of a customer or of a distributor; others as in `customer_page`."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.distributor_id is not None:
            return view(request, *args, **kwargs)  # type: ignore[arg-type]
        return customer_page(view)(request, *args, **kwargs)

    return wrapped
