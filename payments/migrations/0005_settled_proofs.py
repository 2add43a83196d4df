from typing import Any

from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def settle(apps: Any, schema_editor: Any) -> None:
    """Those of paid constancias that nobody answered are settled since the payment."""
    proofs = apps.get_model("payments", "PaymentProof").objects.filter(
        state="waiting", constancia__status="paid"
    )
    own = apps.get_model("payments", "Constancia").objects.filter(pk=OuterRef("constancia"))
    proofs.update(settled_at=Subquery(own.values("paid_at")[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0004_indexes"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="paymentproof",
            name="paymentproof_waiting",
        ),
        migrations.AddField(
            model_name="paymentproof",
            name="settled_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="pago confirmado"),
        ),
        migrations.RunPython(settle, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="paymentproof",
            index=models.Index(
                condition=models.Q(("settled_at", None), ("state", "waiting")),
                fields=["sent_at", "id"],
                name="paymentproof_in_review",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentproof",
            constraint=models.CheckConstraint(
                condition=models.Q(("settled_at", None), ("state", "waiting"), _connector="OR"),
                name="paymentproof_settled_or_answered",
            ),
        ),
    ]
