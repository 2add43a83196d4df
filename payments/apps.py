from django.apps import AppConfig

from facturamos.append_only import install_after_migrate


class PaymentsConfig(AppConfig):
    """Constancias and their payments."""

    name = "payments"
    verbose_name = "Pagos"

    def ready(self) -> None:
        """Keep what was issued as it was, and give the group CxC its permissions."""
        from django.db.models.signals import post_migrate  # noqa: PLC0415

        from payments import groups, models  # noqa: PLC0415 (not importable before)

        install_after_migrate(
            self,
            (models.BankAccount, {"columns": models.BankAccount.FROZEN}),
            (models.BankAccount, models.BankAccount.RETIRED_FOR_EVER),
            (models.Constancia, {"columns": models.Constancia.FROZEN}),
            (models.Constancia, models.Constancia.PDF_IS_WRITTEN_ONCE),
            (models.ConstanciaLine, {}),
            (models.InvoiceRequest, models.InvoiceRequest.ISSUED_FOR_EVER),
            (models.Payment, {}),
            (models.PaymentReversal, {}),
            (models.PaymentProof, {"columns": models.PaymentProof.FROZEN}),
            (models.PaymentProof, models.PaymentProof.ANSWERED_ONCE),
            (models.ProofFile, {}),
        )
        post_migrate.connect(groups.create_groups, sender=self, dispatch_uid="payments groups")
