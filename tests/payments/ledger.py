"""Looking at all that a service could have written."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from accounts.models import AuditEvent
from payments.models import Constancia, ConstanciaLine, Payment
from payments.services import issue_constancia
from renewals.models import MigrationNotice, Quote

JUAREZ = ZoneInfo("America/Ciudad_Juarez")
TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)


def everything() -> list:
    """All that a service could have written."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (
            Quote,
            Constancia,
            ConstanciaLine,
            Payment,
            MigrationNotice,
            AuditEvent,
        )
    ]


def issue(quote, by, **arguments) -> Constancia:
    picked = set(quote.lines.values_list("pk", flat=True))
    return issue_constancia(
        **{"quote": quote, "picked": picked, "seen_total": None, "by": by, **arguments}
    )


def actions(target) -> list[str]:
    """What the audit says was done to the row, oldest first."""
    rows = AuditEvent.objects.filter(target_type=target._meta.label_lower, target_id=str(target.pk))
    return list(rows.order_by("pk").values_list("action", flat=True))
