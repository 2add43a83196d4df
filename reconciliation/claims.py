"""Deposits that customers miss, and what CxC answers. A claim confirms nothing by itself."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Length
from django.utils import timezone

from accounts import audit
from accounts.models import Customer, User
from payments.models import Payment
from reconciliation import mails
from reconciliation.models import Application, DepositClaim, Movement

# People remember the day of a deposit badly, and banks post some of them days later.
DAYS_OF_SAME_AMOUNT = timedelta(days=5)
DAYS_OF_NEAR_AMOUNT = timedelta(days=1)
NEAR = Decimal("0.05")  # of the amount
# A shorter tracking key stands in any text by chance.
SHORTEST_KEY = 6
MOST = 20


class ClaimError(Exception):
    """What was asked cannot be done. The message is a sentence for whoever asked."""


@transaction.atomic
def claim_deposit(
    *,
    customer: Customer,
    paid_on: date,
    amount: Decimal,
    tracking_key: str,
    note: str,
    by: User,
) -> tuple[DepositClaim, bool]:
    """Note that a customer misses a deposit (MXN). Returns the claim and whether it is new.

    One of the same day, amount and tracking key that is still open is the one that is there.
    """
    Customer.objects.select_for_update().get(pk=customer.pk)  # two clicks wait for one another
    same = DepositClaim.objects.filter(
        customer=customer,
        paid_on=paid_on,
        amount=amount,
        tracking_key=tracking_key,
        state=DepositClaim.State.OPEN,
    ).first()
    if same:
        return same, False
    claim = DepositClaim.objects.create(
        customer=customer,
        paid_on=paid_on,
        amount=amount,
        tracking_key=tracking_key,
        note=note,
        made_by=by,
    )
    audit.record("depositclaim.made", by=by, target=claim)
    return claim, True


@transaction.atomic
def answer_claim(*, claim: DepositClaim, answer: str, by: User) -> int:
    """Answer a claim, once; returns how many people of the customer are written the sentence.

    Raises ClaimError when somebody else answered meanwhile.
    """
    answered = DepositClaim.objects.filter(pk=claim.pk, state=DepositClaim.State.OPEN).update(
        state=DepositClaim.State.ANSWERED,
        answer=answer,
        answered_at=timezone.now(),
        answered_by=by,
    )
    claim = DepositClaim.objects.select_related("customer", "answered_by").get(pk=claim.pk)
    if not answered:
        raise ClaimError(
            f"Este reclamo ya lo había contestado {claim.answered_by}; no se envió nada más."
        )
    audit.record("depositclaim.answered", by=by, target=claim, answer=answer)
    return mails.claim_answered(claim=claim)


def payments_like(customer: Customer, claims: Iterable[DepositClaim]) -> dict[int, Payment]:
    """By claim (id): the newest payment of the customer that may be the deposit it misses.

    The amount is the payment's, or that of the whole deposit when it paid several constancias.
    """
    payments = Payment.objects.standing().filter(constancia__customer=customer)
    payments = payments.select_related("constancia", "application__movement")
    found = list(payments.order_by("-pk"))
    alike = {claim.pk: [each for each in found if _is_like(each, claim)] for claim in claims}
    return {claim: some[0] for claim, some in alike.items() if some}


def _is_like(payment: Payment, claim: DepositClaim) -> bool:
    application: Application | None = getattr(payment, "application", None)
    movement = application.movement if application else None
    if movement and claim.tracking_key and _names(movement, claim.tracking_key.upper()):
        return True
    amounts = {payment.amount, movement.amount if movement else payment.amount}
    return claim.amount in amounts and abs(payment.paid_on - claim.paid_on) <= DAYS_OF_SAME_AMOUNT


def _names(movement: Movement, key: str) -> bool:
    is_in_text = len(key) >= SHORTEST_KEY and key in movement.description.upper()
    return is_in_text or movement.tracking_key.upper() == key


def movements_like(claim: DepositClaim) -> QuerySet[Movement]:
    """The deposits that wait for a person and may be the one that the customer misses."""
    alike = Q(
        amount=claim.amount,
        date__range=(claim.paid_on - DAYS_OF_SAME_AMOUNT, claim.paid_on + DAYS_OF_SAME_AMOUNT),
    ) | Q(
        amount__range=_near(claim.amount),
        date__range=(claim.paid_on - DAYS_OF_NEAR_AMOUNT, claim.paid_on + DAYS_OF_NEAR_AMOUNT),
    )
    if claim.tracking_key:
        alike |= Q(tracking_key__iexact=claim.tracking_key)
    if len(claim.tracking_key) >= SHORTEST_KEY:
        alike |= Q(description__icontains=claim.tracking_key)
    waiting = Movement.objects.for_a_person().filter(amount__gt=0)
    return waiting.filter(alike).order_by("date", "pk")[:MOST]


def claims_like(movement: Movement) -> QuerySet[DepositClaim]:
    """The open claims that may speak of the movement: `movements_like`, the other way about."""
    day = movement.date
    alike = Q(
        amount=movement.amount,
        paid_on__range=(day - DAYS_OF_SAME_AMOUNT, day + DAYS_OF_SAME_AMOUNT),
    ) | Q(
        # Near is a part of what the customer says.
        amount__range=(movement.amount / (1 + NEAR), movement.amount / (1 - NEAR)),
        paid_on__range=(day - DAYS_OF_NEAR_AMOUNT, day + DAYS_OF_NEAR_AMOUNT),
    )
    claims = DepositClaim.objects.filter(state=DepositClaim.State.OPEN).annotate(
        text=Cast(Value(movement.description), TextField()), key_length=Length("tracking_key")
    )
    alike |= Q(key_length__gte=SHORTEST_KEY, text__icontains=F("tracking_key"))
    if movement.tracking_key:
        alike |= Q(tracking_key__iexact=movement.tracking_key)
    return claims.filter(alike).select_related("customer").order_by("pk")[:MOST]


def _near(amount: Decimal) -> tuple[Decimal, Decimal]:
    return amount * (1 - NEAR), amount * (1 + NEAR)
