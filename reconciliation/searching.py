"""Finding by whatever a person has at hand: constancias that wait for money, and movements."""

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Round

from payments.models import Constancia
from payments.references import format_reference
from payments.searching import all_words, read_term
from reconciliation.models import Application, Movement

# More than these help nobody: the person types a word more.
MOST = 20


def find_constancias(text: str) -> list[Constancia]:
    """Up to MOST constancias that take deposits, with `paid`: by reference, name, RFC or amount.

    An amount is what they lack. Those that expire first come first.
    """
    term = read_term(text)
    if not term.text:
        return []
    waiting = Constancia.objects.with_paid().filter(status__in=Constancia.TAKES_DEPOSITS)
    found = all_words(term.text, "customer_name", "customer_rfc")
    if term.reference:
        found |= Q(reference=term.reference)
    if term.amount:
        waiting = waiting.annotate(lacks=Round(F("total") - F("paid"), 2))
        found |= Q(lacks=term.amount)
    return list(waiting.filter(found).order_by("expires_on", "pk")[:MOST])


def search_movements(movements: QuerySet[Movement], text: str) -> QuerySet[Movement]:
    """Those of the movements that a text may mean: an amount (of either sign), a reference however
    it is written, a tracking key, a folio, the payer, or words of the bank's text."""
    term = read_term(text)
    text = term.text
    found = all_words(text, "description", "payer_name")
    found |= Q(tracking_key__iexact=text) | Q(folio=text) | Q(payer_account=text)
    if term.amount:
        found |= Q(amount__in=[term.amount, -term.amount])
    if reference := term.reference:
        applied = Application.objects.filter(payment__constancia__reference=reference)
        found |= Q(reference__contains=reference) | Q(pk__in=applied.values("movement"))
        printed = format_reference(reference)
        for spelling in (reference, printed, printed.replace(" ", "-")):
            found |= Q(description__contains=spelling)
    return movements.filter(found)
