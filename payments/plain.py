"""From rows to the plain data that the PDF and the timeline are made of."""

from dataclasses import replace
from datetime import date, datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Customer
from facturamos.texts.in_force import in_force
from payments.models import Constancia, ConstanciaLine, PaymentProof
from payments.slip import Slip, SlipLine
from payments.timeline import Review, Road
from renewals.models import MigrationNotice, Quote


def slip_of(constancia: Constancia) -> Slip:
    """What the constancia prints, from its frozen rows and the words in force."""
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
        words=in_force(),
    )


def road_of(constancia: Constancia) -> Road:
    """What has happened on the way of this constancia (from `with_paid`), for the timeline."""
    first = constancia.payments.standing().order_by("pk").first() if constancia.paid else None
    unlocked = MigrationNotice.objects.filter(customer=constancia.customer_id)
    notice = unlocked.first() if constancia.paid_at else None
    return Road(
        quoted_on=timezone.localdate(constancia.quote.created_at),
        issued_on=timezone.localdate(constancia.issued_at),
        expires_on=constancia.expires_on,
        review=None if constancia.paid_at else review_of(constancia),
        partly_paid_on=_day(first.recorded_at if first else None),
        paid_on=_day(constancia.paid_at),
        stopped_on=_stopped_on(constancia),
        unlocked_on=_day(notice.unlocked_at if notice else None),
        contacts=in_force().contacts,
    )


def _stopped_on(constancia: Constancia) -> date | None:
    """When it was cancelled or expired; an overdue one without money is as good as expired."""
    if constancia.has_lapsed(timezone.localdate()):
        return constancia.expires_on
    return _day(constancia.cancelled_at or constancia.expired_at)


def road_ahead(quote: Quote) -> Road:
    """The way of a quote that nothing came of yet, for the timeline."""
    return Road(
        quoted_on=timezone.localdate(quote.created_at),
        expires_on=quote.valid_until,
        contacts=in_force().contacts,
    )


def picked_before(quote: Quote) -> set[int]:
    """The lines (ids) that the quote's newest constancia included; none if it never had one."""
    newest = Constancia.objects.filter(quote=quote).order_by("-pk").values("pk")[:1]
    included = ConstanciaLine.objects.filter(constancia__in=newest, included=True)
    own = quote.lines.filter(position__in=included.values("position"))
    return set(own.values_list("pk", flat=True))


def has_proof_in_review() -> Exists:
    """Of each constancia: whether one of its proofs waits for CxC."""
    return Exists(PaymentProof.objects.in_review().filter(constancia=OuterRef("pk")))


def pending_of(customer: Customer) -> Constancia | None:
    """The one whose proof is in review, so that nobody is asked to pay again; else the open one.

    With `has_offer`: whether a quote waits too.
    """
    in_review = has_proof_in_review()
    own = Constancia.objects.of(customer).with_paid().with_offer(customer)
    own = own.select_related("quote", "invoice_request")
    pending = own.filter(Q(status=Constancia.Status.OPEN) | in_review)
    return pending.order_by(in_review.desc(), "-pk").first()


def review_of(constancia: Constancia) -> Review | None:
    """How its proofs stand: the oldest in review, else the newest if it was refused, else nothing.

    Of one from `with_paid`. A payment that came after a refusal is newer word than it, and so is
    the whole total.
    """
    proofs = list(PaymentProof.objects.filter(constancia=constancia))
    waiting = next((proof for proof in proofs if proof.is_in_review), None)
    if waiting:
        newest = max(proof.sent_at for proof in proofs if proof.is_in_review)
        later = constancia.payments.standing().filter(recorded_at__gt=newest)
        # Only an open one can still take the rest.
        rest_is_due = constancia.is_open and bool(constancia.paid) and later.exists()
        return replace(review_from(waiting), rest_is_due=rest_is_due)
    if not proofs or proofs[-1].is_settled:
        return None
    refused = proofs[-1]
    later = constancia.payments.standing().filter(recorded_at__gte=refused.answered_at)
    return None if later.exists() else review_from(refused)


def review_from(proof: PaymentProof) -> Review:
    """How this proof stands now."""
    return Review(
        sent_at=timezone.localtime(proof.sent_at),
        seen_at=timezone.now(),
        refused_on=_day(proof.answered_at),
        reason=proof.reason,
        contacts=in_force().contacts,
    )


def _day(moment: datetime | None) -> date | None:
    return timezone.localdate(moment) if moment else None
