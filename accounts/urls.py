"""Sign-in (allauth's views at our addresses) and the privacy notice."""

from allauth.account import views as allauth_views
from django.urls import include, path, re_path

from accounts import views

# allauth looks its pages up by these names, so they carry no namespace.
urlpatterns = [
    path("ingresar/", allauth_views.login, name="account_login"),
    path("salir/", allauth_views.logout, name="account_logout"),
    path("registro/", allauth_views.signup, name="account_signup"),
    path("cuenta/inactiva/", allauth_views.account_inactive, name="account_inactive"),
    path("contrasena/", allauth_views.password_change, name="account_change_password"),
    path("contrasena/olvidada/", allauth_views.password_reset, name="account_reset_password"),
    path(
        "contrasena/olvidada/enviada/",
        allauth_views.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^contrasena/nueva/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "contrasena/nueva/lista/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("contrasena/bienvenida/otra/", views.welcome_again, name="account_welcome_again"),
    path(
        "contrasena/bienvenida/<str:uidb64>/<str:token>/",
        views.Welcome.as_view(),
        name="account_welcome",
    ),
    path(
        "privacidad/",
        include(
            (
                [
                    path("", views.privacy, name="privacy"),
                    path("integral/", views.privacy_integral, name="privacy_integral"),
                ],
                "accounts",
            )
        ),
    ),
]
