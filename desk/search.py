"""What the one search box finds: of each kind, by whatever a person has at hand."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.models import Customer, User
from facturamos.money import format_money
from payments.models import Constancia, Payment, PaymentProof
from payments.references import LEGACY_LENGTH, LENGTH
from payments.searching import Term, all_words, nobody_has
from reconciliation.expected import neighbours
from reconciliation.models import DepositClaim, Movement

# Of each kind; the rest is in its list.
MOST = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that was found: its name, its page, and the essentials in a line."""

    name: str
    url: str
    facts: str


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of a kind; `more` is its filtered list when there are more than MOST."""

    name: str
    hits: list[Hit]
    more: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of row: who may see it, how it is found (None: not by such a text), what is told of
    it, and what its list is asked for all of them (its page and its list are the admin's).
    """

    name: str
    model: str  # app_label.model_name
    find: Callable[[Term], QuerySet[Any] | None]
    tell: Callable[[Any], tuple[str, list[str]]]
    in_list: Callable[[Term], dict[str, str]]

    @property
    def permission(self) -> str:
        """What one needs to see it."""
        app, _, model = self.model.partition(".")
        return f"{app}.view_{model}"

    def address(self, page: str, *args: int) -> str:
        """Of the admin's `change` page or `changelist`."""
        return reverse(f"admin:{self.model.replace('.', '_')}_{page}", args=args)


def search(term: Term, *, by: User) -> list[Found]:
    """What the term finds, of the kinds that the person may see; kinds without any are left out."""
    return [found for found in _search(term, by) if found.hits]


def _search(term: Term, by: User) -> Iterator[Found]:
    for kind in KINDS:
        rows = kind.find(term) if by.has_perm(kind.permission) else None
        if rows is None:
            continue
        some = list(rows[: MOST + 1])
        query = urlencode(kind.in_list(term))
        more = f"{kind.address('changelist')}?{query}" if len(some) > MOST else ""
        yield Found(kind.name, [_hit(kind, row) for row in some[:MOST]], more)


def _hit(kind: Kind, row: Any) -> Hit:
    name, facts = kind.tell(row)
    url = kind.address("change", row.pk)
    if kind.model == "accounts.customer":
        url = reverse("admin:desk_customer", args=[row.pk])
    return Hit(name=name, url=url, facts=" · ".join(fact for fact in facts if fact))


def constancia_by_reference(term: Term) -> Constancia | None:
    """The one that carries the reference, if the term is one."""
    if not term.reference:
        return None
    return Constancia.objects.filter(reference=term.reference).first()


def about_reference(term: Term) -> str:
    """Why no constancia carries the reference that was typed; empty when none was."""
    if term.amount is not None and len(_digits(term)) < LEGACY_LENGTH:
        return ""  # `1305`: an amount, too short to be meant as a reference
    return term.slip or (nobody_has(term.reference) if term.reference else "")


def tried(term: Term) -> list[str]:
    """What was looked for, in sentences: for a page that found nothing."""
    sentences = [about_reference(term)] if about_reference(term) else []
    if term.amount is not None:
        money = format_money(term.amount)
        sentences.append(f"Nada suma {money}: ni una constancia, ni un pago, ni un depósito.")
    if not term.is_number:
        sentences.append(
            "Ningún cliente, constancia ni usuario tiene esas palabras en su nombre, RFC, usuario "
            "o correo. Pruebe con una parte del nombre, con sus acentos."
        )
    if term.amount is None and " " not in term.text:
        sentences.append("Ningún comprobante, depósito ni reclamo lleva esa clave de rastreo.")
    return sentences


# --- How each kind is found --------------------------------------------------------------


def _constancias(term: Term) -> QuerySet[Constancia] | None:
    rows = Constancia.objects.order_by("-pk")
    if not term.is_number:
        return rows.filter(all_words(term.text, "customer__legal_name", "customer__rfc"))
    found = Q(reference__in=_near(term)) if term.slip else Q()
    return rows.filter(found if term.amount is None else found | Q(total=term.amount))


def _near(term: Term) -> list[str]:
    """The references that a slip of one digit, or of two swapped ones, would explain."""
    digits = _digits(term)
    return neighbours(digits) if len(digits) == LENGTH else []


def _digits(term: Term) -> str:
    return re.sub(r"\D", "", term.text)


def _by_words(rows: QuerySet[Any], *columns: str) -> Callable[[Term], QuerySet[Any] | None]:
    """Found by words only."""
    return lambda term: None if term.is_number else rows.filter(all_words(term.text, *columns))


def _payments(term: Term) -> QuerySet[Payment] | None:
    if term.amount is None:
        return None
    rows = Payment.objects.select_related("constancia", "reversal")
    return rows.filter(amount=term.amount).order_by("-pk")


def _proofs(term: Term) -> QuerySet[PaymentProof] | None:
    if not (key := _tracking_key(term)):
        return None
    return PaymentProof.objects.select_related("constancia").filter(key).order_by("-pk")


def _movements(term: Term) -> QuerySet[Movement] | None:
    found = _tracking_key(term)
    if term.amount is not None:
        found |= Q(amount__in=[term.amount, -term.amount])
    return Movement.objects.filter(found).order_by("-date", "-pk") if found else None


def _claims(term: Term) -> QuerySet[DepositClaim] | None:
    found = _tracking_key(term)
    if term.amount is not None:
        found |= Q(amount=term.amount)
    rows = DepositClaim.objects.select_related("customer")
    return rows.filter(found).order_by("-pk") if found else None


def _tracking_key(term: Term) -> Q:
    """As banks write it and as it was typed, so that its index serves; empty when it cannot be."""
    if " " in term.text or (term.amount is not None and not term.slip):
        return Q()
    return Q(tracking_key__in=sorted({term.text, term.text.upper()}))


# --- What is told of each ---------------------------------------------------------------


def _day(moment: Any) -> str:
    return f"{timezone.localdate(moment):%d/%m/%Y}"


def _constancia(row: Constancia) -> tuple[str, list[str]]:
    facts = [row.customer_name, row.customer_rfc, format_money(row.total)]
    return row.printed_reference, [*facts, row.get_status_display(), f"del {_day(row.issued_at)}"]


def _customer(row: Customer) -> tuple[str, list[str]]:
    seller = row.distributor.name if row.distributor else ""
    return row.legal_name, [row.rfc, f"versión {row.cfdi_version}", seller]


def _user(row: User) -> tuple[str, list[str]]:
    whose = row.customer or row.distributor or ("personal" if row.is_staff else "")
    state = "" if row.is_active else "inactivo"
    return row.username, [row.get_full_name(), row.email, str(whose), state]


def _payment(row: Payment) -> tuple[str, list[str]]:
    state = "deshecho" if hasattr(row, "reversal") else ""
    facts = [row.constancia.customer_name, row.constancia.printed_reference]
    return format_money(row.amount), [*facts, f"depósito del {row.paid_on:%d/%m/%Y}", state]


def _proof(row: PaymentProof) -> tuple[str, list[str]]:
    facts = [row.constancia.printed_reference, row.constancia.customer_name, row.tracking_key]
    return f"Comprobante del {row.paid_on:%d/%m/%Y}", [*facts, row.told]


def _movement(row: Movement) -> tuple[str, list[str]]:
    facts = [f"{row.date:%d/%m/%Y}", row.get_state_display(), row.tracking_key]
    return row.printed_amount, [*facts, row.description[:80]]


def _claim(row: DepositClaim) -> tuple[str, list[str]]:
    facts = [row.customer.legal_name, f"depósito del {row.paid_on:%d/%m/%Y}", row.tracking_key]
    return format_money(row.amount), [*facts, row.get_state_display()]


# --- What the list of a kind is asked ----------------------------------------------------


def _as_typed(term: Term) -> dict[str, str]:
    return {"q": term.text}


def _column(name: str, **others: str) -> Callable[[Term], dict[str, str]]:
    """The amount in that column; without one, the tracking key."""

    def asked(term: Term) -> dict[str, str]:
        which = {"tracking_key": term.text} if term.amount is None else {name: str(term.amount)}
        return which | others

    return asked


def _constancia_list(term: Term) -> dict[str, str]:
    return _as_typed(term) if term.amount is None else {"total": str(term.amount)}


KINDS = (
    Kind("Constancias", "payments.constancia", _constancias, _constancia, _constancia_list),
    Kind(
        "Clientes",
        "accounts.customer",
        _by_words(Customer.objects.select_related("distributor"), "legal_name", "rfc"),
        _customer,
        _as_typed,
    ),
    Kind(
        "Usuarios",
        "accounts.user",
        _by_words(
            User.objects.select_related("customer", "distributor").order_by("username"),
            *("username", "email", "first_name", "last_name"),
        ),
        _user,
        _as_typed,
    ),
    Kind("Pagos", "payments.payment", _payments, _payment, _column("amount")),
    Kind(
        "Comprobantes de pago",
        "payments.paymentproof",
        _proofs,
        _proof,
        lambda term: {"tracking_key": term.text, "revision": "all"},
    ),
    Kind("Depósitos del banco", "reconciliation.movement", _movements, _movement, _as_typed),
    Kind(
        "Reclamos de depósito",
        "reconciliation.depositclaim",
        _claims,
        _claim,
        _column("amount", state__exact="all"),
    ),
)
