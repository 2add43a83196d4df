"""Sign-in (allauth's views at our addresses) and the privacy notice."""

from allauth.account import views as allauth_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as recovery_views
from django.urls import include, path, re_path

from accounts import account_views, views

# allauth looks its pages up by these names, so they carry no namespace.
urlpatterns = [
    path("ingresar/", allauth_views.login, name="account_login"),
    path("salir/", allauth_views.logout, name="account_logout"),
    path("registro/", allauth_views.signup, name="account_signup"),
    path("cuenta/inactiva/", allauth_views.account_inactive, name="account_inactive"),
    path("ingresar/codigo/", mfa_views.authenticate, name="mfa_authenticate"),
    path("ingresar/correo/", allauth_views.confirm_login_code, name="account_confirm_login_code"),
    path("ingresar/recordar/", mfa_views.trust, name="mfa_trust"),
    path("cuenta/", mfa_views.index, name="mfa_index"),
    path(
        "cuenta/confirmar/",
        account_views.ConfirmWithPassword.as_view(),
        name="account_reauthenticate",
    ),
    path(
        "cuenta/confirmar/codigo/",
        account_views.ConfirmWithCode.as_view(),
        name="mfa_reauthenticate",
    ),
    path(
        "cuenta/confirmar/llave/",
        account_views.ConfirmWithPasskey.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path("cuenta/sesion/", account_views.session_clock, name="account_session"),
    path("cuenta/sesiones/", account_views.my_sessions, name="usersessions_list"),
    path("cuenta/2fa/aplicacion/", account_views.Enrol.as_view(), name="mfa_activate_totp"),
    path(
        "cuenta/2fa/aplicacion/quitar/",
        account_views.RemoveApplication.as_view(),
        name="mfa_deactivate_totp",
    ),
    path("cuenta/2fa/llave/", account_views.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path(
        "cuenta/2fa/llave/<int:pk>/quitar/",
        account_views.RemovePasskey.as_view(),
        name="mfa_remove_webauthn",
    ),
    path("cuenta/2fa/codigos/", account_views.recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "cuenta/2fa/codigos/nuevos/",
        recovery_views.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "cuenta/2fa/codigos/descargar/",
        account_views.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("contrasena/", account_views.ChangePassword.as_view(), name="account_change_password"),
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
