"""Finding by whatever a person has at hand: constancias that wait for money, and movements."""

from decimal import Decimal
from functools import reduce
from operator import and_

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Round

from facturamos.money import NotMoneyError, parse_money
from payments.models import Constancia
from payments.references import (
    InvalidReferenceError,
    format_reference,
    looks_like_reference,
    parse_reference,
)
from reconciliation.models import Application, Movement

# More than these help nobody: the person types a word more.
MOST = 20
# Longer searches are cut: no reference, name or key is.
LONGEST = 100
MOST_WORDS = 8


def find_constancias(text: str) -> list[Constancia]:
    """Up to MOST constancias that take deposits, with `paid`: by reference, name, RFC or amount.

    An amount is what they lack. Those that expire first come first.
    """
    text = text[:LONGEST].strip()
    if not text:
        return []
    waiting = Constancia.objects.with_paid().filter(status__in=Constancia.TAKES_DEPOSITS)
    found = _all_words(text, "customer_name", "customer_rfc")
    if reference := _reference(text):
        found |= Q(reference=reference)
    if amount := _amount(text):
        waiting = waiting.annotate(lacks=Round(F("total") - F("paid"), 2))
        found |= Q(lacks=amount)
    return list(waiting.filter(found).order_by("expires_on", "pk")[:MOST])


def search_movements(movements: QuerySet[Movement], text: str) -> QuerySet[Movement]:
    """Those of the movements that a text may mean: an amount (of either sign), a reference however
    it is written, a tracking key, a folio, the payer, or words of the bank's text."""
    text = text[:LONGEST].strip()
    found = _all_words(text, "description", "payer_name")
    found |= Q(tracking_key__iexact=text) | Q(folio=text) | Q(payer_account=text)
    if amount := _amount(text):
        found |= Q(amount__in=[amount, -amount])
    if reference := _reference(text):
        applied = Application.objects.filter(payment__constancia__reference=reference)
        found |= Q(reference__contains=reference) | Q(pk__in=applied.values("movement"))
        printed = format_reference(reference)
        for spelling in (reference, printed, printed.replace(" ", "-")):
            found |= Q(description__contains=spelling)
    return movements.filter(found)


def _all_words(text: str, *columns: str) -> Q:
    """That each word stands in one of the columns."""
    return reduce(
        and_,
        [
            reduce(lambda left, column: left | Q(**{f"{column}__icontains": word}), columns, Q())
            for word in text.split()[:MOST_WORDS]
        ],
        Q(),
    )


def _reference(text: str) -> str:
    """The reference that the text is; empty when it is none."""
    if not looks_like_reference(text):
        return ""
    try:
        return parse_reference(text)
    except InvalidReferenceError:
        return ""


def _amount(text: str) -> Decimal | None:
    """The amount that the text is (MXN), if any."""
    try:
        return parse_money(text)
    except NotMoneyError:
        return None
