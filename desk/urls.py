"""The desk's pages, all under the admin's address and behind its door."""

from functools import partial

from django.contrib.admin import AdminSite
from django.urls import URLPattern, path

from desk.customers import customer_page, send_customer_welcome
from desk.month_pages import month_file, month_page
from desk.search_page import search_page


def desk_urls(site: AdminSite) -> list[URLPattern]:
    """Those pages; `site.admin_view` lets only staff in."""
    return [
        path("buscar/", site.admin_view(partial(search_page, site=site)), name="desk_search"),
        path(
            "clientes/<int:pk>/",
            site.admin_view(partial(customer_page, site=site)),
            name="desk_customer",
        ),
        path(
            "clientes/<int:pk>/bienvenida/<int:user>/",
            site.admin_view(send_customer_welcome),
            name="desk_customer_welcome",
        ),
        path("cierre/", site.admin_view(partial(month_page, site=site)), name="desk_month"),
        path("cierre/archivo/", site.admin_view(month_file), name="desk_month_file"),
    ]
