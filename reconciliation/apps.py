from django.apps import AppConfig

from facturamos.append_only import install_after_migrate


class ReconciliationConfig(AppConfig):
    """Bank statements, and what their movements pay for."""

    name = "reconciliation"
    verbose_name = "Conciliación"

    def ready(self) -> None:
        """Keep what the bank said, and what was decided, as it was; give CxC its permissions."""
        from django.db.models.signals import post_migrate  # noqa: PLC0415

        from reconciliation import groups, models  # noqa: PLC0415 (not importable before)

        install_after_migrate(
            self,
            (models.Statement, {"columns": models.Statement.FROZEN}),
            (models.Movement, {"columns": models.Movement.FROZEN}),
            (models.Sighting, {}),
            (models.Application, {}),
            (models.MovementComment, {}),
        )
        post_migrate.connect(
            groups.extend_groups, sender=self, dispatch_uid="reconciliation groups"
        )
