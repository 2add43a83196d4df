"""The desk's pages, all under the admin's address and behind its door."""

from django.contrib.admin import AdminSite
from django.urls import URLPattern


def desk_urls(site: AdminSite) -> list[URLPattern]:
    """Those pages; `site.admin_view` lets only staff in."""
    return []
