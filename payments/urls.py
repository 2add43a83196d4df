from django.urls import path

from payments import slip_views, views

app_name = "payments"
urlpatterns = [
    path("panel/", views.panel, name="panel"),
    path("renovacion/confirmar/", views.confirm, name="confirm"),
    path("constancias/", slip_views.constancias, name="constancias"),
    path("constancias/<str:reference>/", slip_views.constancia, name="constancia"),
    path("constancias/<str:reference>/pdf/", slip_views.constancia_pdf, name="constancia_pdf"),
    path("constancias/<str:reference>/cancelar/", slip_views.cancel, name="cancel"),
    path("verificar/<str:token>/", slip_views.verify, name="verify"),
]
