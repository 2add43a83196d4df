"""The portal's addresses, and one that is nothing but the door of a customer's page."""

from django.http import HttpResponse
from django.urls import path

from accounts.access import CustomerRequest, customer_page
from facturamos.urls import urlpatterns as portal


@customer_page
def door(request: CustomerRequest) -> HttpResponse:
    """A constant, for somebody who may see it."""
    return HttpResponse(request.customer.rfc)


urlpatterns = [path("door/", door), *portal]
