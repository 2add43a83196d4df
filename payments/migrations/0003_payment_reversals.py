import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("payments", "0002_proofs_and_invoices"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="payment",
            options={
                "ordering": ["-pk"],
                "permissions": [("revert_payment", "Puede deshacer pagos")],
                "verbose_name": "pago",
                "verbose_name_plural": "pagos",
            },
        ),
        migrations.CreateModel(
            name="PaymentReversal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField(verbose_name="motivo")),
                (
                    "reverted_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="deshecho"
                    ),
                ),
                (
                    "payment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversal",
                        to="payments.payment",
                        verbose_name="pago",
                    ),
                ),
                (
                    "reverted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="deshecho por",
                    ),
                ),
            ],
            options={
                "verbose_name": "pago deshecho",
                "verbose_name_plural": "pagos deshechos",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="paymentreversal_has_reason",
                    )
                ],
            },
        ),
    ]
