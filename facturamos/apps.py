from django.apps import AppConfig

from facturamos.append_only import install_after_migrate


class FacturamosConfig(AppConfig):
    """Settings and helpers that know no business app."""

    name = "facturamos"
    verbose_name = "Operación"

    def ready(self) -> None:
        """Register the system checks, let our loggers speak through Python's, keep the texts."""
        from facturamos import (  # noqa: PLC0415 (Django wants it here)
            checks,  # noqa: F401
            headers,  # noqa: F401
            logs,
            models,
        )

        logs.configure()
        install_after_migrate(self, (models.TextVersion, {}))
