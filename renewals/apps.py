from django.apps import AppConfig


class RenewalsConfig(AppConfig):
    """Products, quotes and the notice of version 4.0."""

    name = "renewals"
    verbose_name = "Renovaciones"
