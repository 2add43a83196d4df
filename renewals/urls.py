from django.urls import path

from renewals import manual_views, views

app_name = "renewals"
urlpatterns = [
    path("", views.home, name="home"),
    path("inicio/", views.start, name="start"),
    path("renovacion/", views.quote, name="quote"),
    path("aviso-4.0/", views.migration, name="migration"),
    path("manuales/pago/", manual_views.manual_payment, name="manual_payment"),
    path("manuales/version-4.0/", manual_views.manual_version_4, name="manual_version_4"),
]
