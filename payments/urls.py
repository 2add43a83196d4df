from django.urls import path

from payments import views

app_name = "payments"
urlpatterns = [
    path("panel/", views.panel, name="panel"),
    path("renovacion/confirmar/", views.confirm, name="confirm"),
    path("constancias/", views.constancias, name="constancias"),
    path("constancias/<str:reference>/", views.constancia, name="constancia"),
    path("constancias/<str:reference>/pdf/", views.constancia_pdf, name="constancia_pdf"),
]
