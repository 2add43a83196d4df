from django.urls import path

from payments import distributor_views, invoice_views, proof_views, slip_views, views

app_name = "payments"
urlpatterns = [
    path("panel/", views.panel, name="panel"),
    path("renovacion/confirmar/", views.confirm, name="confirm"),
    path("constancias/", slip_views.constancias, name="constancias"),
    path("constancias/<str:reference>/", slip_views.constancia, name="constancia"),
    path("constancias/<str:reference>/pdf/", slip_views.constancia_pdf, name="constancia_pdf"),
    path("constancias/<str:reference>/cancelar/", slip_views.cancel, name="cancel"),
    path("constancias/<str:reference>/factura/", invoice_views.invoice, name="invoice"),
    *(
        path(
            f"constancias/<str:reference>/factura/{kind}/",
            invoice_views.invoice_file,
            {"kind": kind},
            name=f"invoice_{kind}",
        )
        for kind in invoice_views.CONTENT_TYPES
    ),
    path("constancias/<str:reference>/comprobante/", proof_views.proof, name="proof"),
    path("comprobantes/<uuid:public_id>/", proof_views.proof_file, name="proof_file"),
    path("verificar/<str:token>/", slip_views.verify, name="verify"),
    path("distribuidor/", distributor_views.customers, name="distributor"),
    path("distribuidor/clientes.csv", distributor_views.customers_csv, name="distributor_csv"),
]
