"""The portal with one more address, whose page fails: no other road leads to what is then seen."""

from facturamos.wsgi import application  # isort: skip (it loads the apps, before their addresses)

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from facturamos import urls


@login_not_required
def fails(request: HttpRequest) -> HttpResponse:
    """Raise."""
    raise RuntimeError("This page fails on purpose.")


urls.urlpatterns.append(path("falla/", fails))

__all__ = ["application"]
