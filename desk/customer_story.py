"""All that the company knows of one customer, as far as a person may see it.

A fixed number of queries: the newest rows of each kind, and where the rest is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Exists, Max, Model, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from accounts.audit_sentences import sentence
from accounts.models import AuditEvent, Customer, PrivacyConsent, User
from facturamos.models import OutboxMessage
from facturamos.money import ZERO
from payments.balances import overpaid
from payments.models import Constancia, InvoiceRequest, Payment, PaymentProof
from payments.plain import pending_of, road_of
from payments.timeline import TimelineStep, timeline
from reconciliation.models import DepositClaim
from renewals.models import Quote

# Of each kind.
SHOWN = 10
# A company has a handful of users.
MOST_USERS = 50


@dataclass(frozen=True, slots=True)
class Some:
    """The newest rows of a kind, and its filtered list when there are more."""

    rows: Sequence[Any] = ()
    more: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """A customer's page. A kind that the person may not see is None."""

    customer: Customer
    current: Constancia | None
    timeline: list[TimelineStep]
    over: Decimal
    users: list[User] | None
    quotes: Some | None
    constancias: Some | None
    payments: Some | None
    proofs: Some | None
    claims: Some | None
    invoices: Some | None
    consents: Some | None
    mails: Some | None
    events: Some | None

    @property
    def open_quote(self) -> Quote | None:
        """The newest quote that still can be chosen from."""
        quotes = self.quotes.rows if self.quotes else ()
        return next((quote for quote in quotes if quote.status == Quote.Status.OPEN), None)


def story_of(customer: Customer, *, seen_by: User) -> Story:
    """What that person of the staff may see of the customer."""
    may = seen_by.has_perm
    people = _users(customer)
    all_of = {"q": customer.rfc}

    def some(rows: QuerySet[Any], asked: dict[str, str] = all_of) -> Some | None:
        return _some(rows, asked) if may(_view(rows.model)) else None

    current = _current(customer) if may("payments.view_constancia") else None
    sections = {
        "quotes": some(Quote.objects.filter(customer=customer).order_by("-pk")),
        "constancias": some(
            Constancia.objects.of(customer).with_paid(), {"customer__id__exact": str(customer.pk)}
        ),
        "proofs": some(_proofs(customer), all_of | {"revision": "all"}),
        "claims": some(DepositClaim.objects.filter(customer=customer).order_by("-pk")),
        "invoices": some(_invoices(customer)),
    }
    return Story(
        customer=customer,
        current=current,
        timeline=timeline(road_of(current)) if current else [],
        over=_over(customer) if may("payments.view_payment") else ZERO,
        users=people if may("accounts.view_user") else None,
        payments=some(_payments(customer)),
        consents=some(
            PrivacyConsent.objects.filter(user__in=people).select_related("user"),
            {"user__customer": str(customer.pk)},
        ),
        mails=_mails(people) if may(_view(OutboxMessage)) else None,
        events=_events(customer, people, sections) if may(_view(AuditEvent)) else None,
        **sections,
    )


def _view(model: type[Model]) -> str:
    return f"{model._meta.app_label}.view_{model._meta.model_name}"


def _some(rows: QuerySet[Any], asked: dict[str, str]) -> Some:
    newest = list(rows[: SHOWN + 1])
    if len(newest) <= SHOWN:
        return Some(newest)
    name = rows.model._meta.label_lower.replace(".", "_")
    return Some(newest[:SHOWN], f"{reverse(f'admin:{name}_changelist')}?{urlencode(asked)}")


def _current(customer: Customer) -> Constancia | None:
    """The one that the customer's panel speaks of; when nothing is pending, the newest."""
    newest = Constancia.objects.of(customer).with_paid().select_related("quote")
    return pending_of(customer) or newest.first()


def _over(customer: Customer) -> Decimal:
    mine: Any = overpaid().filter(customer=customer)  # its `over` is annotated
    return sum((row.over for row in mine), ZERO)


def _users(customer: Customer) -> list[User]:
    """With `has_second_factor`, and `welcomed_at`: when the last welcome was written, if any."""
    factors = Authenticator.objects.filter(user=OuterRef("pk")).exclude(
        type=Authenticator.Type.RECOVERY_CODES
    )
    rows = customer.users.annotate(has_second_factor=Exists(factors)).order_by("pk")
    people: list[User] = list(rows[:MOST_USERS])
    welcomes = AuditEvent.objects.filter(_about(User, people), action="user.welcomed").order_by()
    sent: dict[str, datetime] = dict(
        welcomes.values("target_id").annotate(last=Max("at")).values_list("target_id", "last")
    )
    for person in people:
        person.welcomed_at = sent.get(str(person.pk))  # type: ignore[attr-defined]
    return people


def _payments(customer: Customer) -> QuerySet[Payment]:
    """With what undid each, and the bank's movement that it came from."""
    rows = Payment.objects.filter(constancia__customer=customer).order_by("-pk")
    return rows.select_related("constancia", "recorded_by", "reversal", "application__movement")


def _proofs(customer: Customer) -> QuerySet[PaymentProof]:
    rows = PaymentProof.objects.filter(constancia__customer=customer)
    return rows.select_related("constancia").order_by("-pk")


def _invoices(customer: Customer) -> QuerySet[InvoiceRequest]:
    rows = InvoiceRequest.objects.filter(constancia__customer=customer)
    return rows.select_related("constancia").order_by("-pk")


def _mails(people: Sequence[User]) -> Some:
    """To their addresses; never what they say."""
    addresses = sorted({person.email for person in people if person.email})
    if not addresses:
        return Some()
    to = reduce(or_, (Q(to=[address]) for address in addresses))
    rows = OutboxMessage.objects.filter(to).order_by("-pk").defer("text", "html", "draft")
    return _some(rows, {"q": addresses[0]})


def _events(customer: Customer, people: Sequence[User], sections: dict[str, Some | None]) -> Some:
    """What was done about the customer, its users and the rows shown, in sentences."""
    about = _about(Customer, [customer]) | _about(User, people)
    for section in sections.values():
        if section and section.rows:
            about |= _about(type(section.rows[0]), section.rows)
    events = _some(AuditEvent.objects.filter(about).order_by("-pk"), {"q": customer.rfc})
    return Some([(event, sentence(event)) for event in events.rows], events.more)


def _about(model: type[Model], rows: Sequence[Model]) -> Q:
    ids = [str(row.pk) for row in rows]
    return Q(target_type=model._meta.label_lower, target_id__in=ids)
