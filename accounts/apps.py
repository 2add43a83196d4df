from django.apps import AppConfig

from facturamos.append_only import install_after_migrate


class AccountsConfig(AppConfig):
    """People, companies, the privacy notice and the audit."""

    name = "accounts"
    verbose_name = "Clientes y usuarios"

    def ready(self) -> None:
        """Keep the audit, the consents and published notices as written; audit the door."""
        from accounts import models, sign_in_records  # noqa: F401, PLC0415 (needs the registry)

        install_after_migrate(
            self,
            (models.AuditEvent, {}),
            (models.PrivacyConsent, {}),
            (models.PrivacyNotice, {"unless": "OLD.published_at IS NULL"}),
        )
