"""The admin's site: Django's own, with the desk's pages."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver
from django.utils.decorators import method_decorator


class DeskSite(admin.AdminSite):
    """Where CxC and the administrators work."""

    site_header = "Facturamos · Cuentas por cobrar"
    site_title = "Facturamos"
    index_title = "Escritorio"

    @method_decorator(login_not_required)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """No form here: it would try passwords past the limits of the portal's own page, to which
        facturamos/urls.py leads whoever is not signed in.
        """
        return redirect("admin:index")

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The portal's own page: it is audited, and writes to the person."""
        return redirect("account_change_password")

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The home: what needs a person and the charts, then Django's list of what there is."""
        from desk.home import home_context  # noqa: PLC0415 (as below)

        user: Any = request.user
        return super().index(request, (extra_context or {}) | home_context(user))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The desk's pages come before the models'."""
        from desk.urls import desk_urls  # noqa: PLC0415 (reads models, which are not ready before)

        return [*desk_urls(self), *super().get_urls()]
