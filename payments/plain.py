"""From rows to the plain data that the PDF and the timeline are made of."""

from datetime import date, datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from payments.models import Constancia
from payments.slip import Slip, SlipLine
from payments.timeline import Road
from renewals.models import MigrationNotice


def slip_of(constancia: Constancia) -> Slip:
    """What the constancia prints, from its frozen rows."""
    return Slip(
        reference=constancia.reference,
        customer_name=constancia.customer_name,
        customer_rfc=constancia.customer_rfc,
        issued_on=timezone.localdate(constancia.issued_at),
        expires_on=constancia.expires_on,
        lines=tuple(
            SlipLine(
                code=line.code,
                quantity=line.quantity,
                description=line.description,
                included=line.included,
                unit_price=line.unit_price,
                amount=line.amount,
            )
            for line in constancia.lines.all()
        ),
        totals=constancia.totals,
        beneficiary=constancia.beneficiary,
        bank_name=constancia.bank_name,
        account_number=constancia.account_number,
        clabe=constancia.clabe,
        verify_url=settings.SITE_URL + reverse("payments:verify", args=[constancia.token]),
    )


def road_of(constancia: Constancia) -> Road:
    """What has happened on the way of this constancia (from `with_paid`), for the timeline."""
    first = constancia.payments.order_by("pk").first() if constancia.paid else None
    unlocked = MigrationNotice.objects.filter(customer=constancia.customer_id)
    notice = unlocked.first() if constancia.paid_at else None
    return Road(
        quoted_on=timezone.localdate(constancia.quote.created_at),
        issued_on=timezone.localdate(constancia.issued_at),
        expires_on=constancia.expires_on,
        partly_paid_on=_day(first.recorded_at if first else None),
        paid_on=_day(constancia.paid_at),
        stopped_on=_day(constancia.cancelled_at or constancia.expired_at),
        unlocked_on=_day(notice.unlocked_at if notice else None),
    )


def _day(moment: datetime | None) -> date | None:
    return timezone.localdate(moment) if moment else None
