"""The portal's addresses. Each app keeps its own; scripts and bookmarks rely on them."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from facturamos import health

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("accounts.urls")),
    path("", include("renewals.urls")),
    path("", include("payments.urls")),
    path("", include("reconciliation.urls")),
    path("admin/", admin.site.urls),
    path("salud/", health.alive, name="alive"),
    path("salud/listo/", health.ready, name="ready"),
]

handler400 = "facturamos.errors.bad_request"
# allauth looks here for it.
handler429 = "facturamos.errors.too_many_requests"
handler500 = "facturamos.errors.server_error"
