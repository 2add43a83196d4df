from django.apps import AppConfig


class FacturamosConfig(AppConfig):
    """Settings and helpers that know no business app."""

    name = "facturamos"
    verbose_name = "Operación"

    def ready(self) -> None:
        """Register the system checks, and let our loggers speak through Python's."""
        from facturamos import checks, headers, logs  # noqa: F401, PLC0415 (Django wants it here)

        logs.configure()
