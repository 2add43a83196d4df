"""A customer's page in the admin, and what can be done from it."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Customer, User
from accounts.services import send_welcome
from desk.customer_story import story_of


@require_safe
def customer_page(request: HttpRequest, pk: int, *, site: AdminSite) -> HttpResponse:
    """The "expediente": what the customer sees, and all that the company knows of them."""
    user: Any = request.user
    if not user.has_perm("accounts.view_customer"):
        raise PermissionDenied
    customer = get_object_or_404(Customer.objects.select_related("distributor"), pk=pk)
    context = site.each_context(request) | {
        "title": customer.legal_name,
        "story": story_of(customer, seen_by=user),
        "customer": customer,
    }
    return TemplateResponse(request, "desk/customer.html", context)


@require_POST
def send_customer_welcome(request: HttpRequest, pk: int, user: int) -> HttpResponse:
    """Send the welcome to one of the customer's users."""
    by: Any = request.user
    if not by.has_perms(["accounts.view_customer", "accounts.change_user"]):
        raise PermissionDenied
    person = get_object_or_404(User, pk=user, customer=pk)
    if send_welcome(user=person, by=by):
        messages.success(request, f"Bienvenida enviada a {person.email}.")
    else:
        messages.warning(
            request,
            f"No se envió a {person.username}: ya entró alguna vez (puede usar «¿Olvidaste tu "
            "contraseña?»), está inactivo o no tiene correo.",
        )
    return redirect("admin:desk_customer", pk)
