from django.apps import AppConfig


class FacturamosConfig(AppConfig):
    """Settings and helpers that know no business app."""

    name = "facturamos"
    verbose_name = "Operación"

    def ready(self) -> None:
        """Register the system checks."""
        from facturamos import checks  # noqa: F401, PLC0415 (Django wants it here)
