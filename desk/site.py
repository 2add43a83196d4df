"""The admin's site: Django's own, with the desk's pages."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver


class DeskSite(admin.AdminSite):
    """Where CxC and the administrators work."""

    site_header = "Facturamos · Cuentas por cobrar"
    site_title = "Facturamos"
    index_title = "Escritorio"

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The desk's pages come before the models'."""
        from desk.urls import desk_urls  # noqa: PLC0415 (reads models, which are not ready before)

        return [*desk_urls(self), *super().get_urls()]
