"""What a person types to find something: a reference however it is written, an amount, words."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import and_

from django.db.models import Q

from facturamos.money import NotMoneyError, parse_money
from payments.references import (
    LEGACY_LENGTH,
    InvalidReferenceError,
    format_reference,
    looks_like_reference,
    parse_reference,
)

# Longer searches are cut: no reference, name or key is.
LONGEST = 100
MOST_WORDS = 8
# As the portal itself writes a total: `$1,305.00 MXN`.
_CURRENCY = re.compile(r"\s*(?:MXN|M\.?N\.?|pesos)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Term:
    """What a text may mean. `slip` is a sentence: it was meant as a reference and cannot be one."""

    text: str
    reference: str = ""
    slip: str = ""
    amount: Decimal | None = None

    @property
    def is_number(self) -> bool:
        """Whether it is a reference, or one with a slip, or an amount: no name is looked for."""
        return bool(self.reference or self.slip) or self.amount is not None


def read_term(text: str) -> Term:
    """What the text may mean: digits alone may be a reference and an amount (MXN)."""
    text = text[:LONGEST].strip()
    reference, slip = "", ""
    if looks_like_reference(text):
        try:
            reference = parse_reference(text)
        except InvalidReferenceError as error:
            slip = str(error)
    return Term(text=text, reference=reference, slip=slip, amount=_amount(text))


def all_words(text: str, *columns: str) -> Q:
    """That each word stands in one of the columns, whatever its case."""
    return reduce(
        and_,
        [
            reduce(lambda left, column: left | Q(**{f"{column}__icontains": word}), columns, Q())
            for word in text.split()[:MOST_WORDS]
        ],
        Q(),
    )


def _amount(text: str) -> Decimal | None:
    try:
        return parse_money(_CURRENCY.sub("", text))
    except NotMoneyError:
        return None


def nobody_has(reference: str) -> str:
    """A sentence for a reference that no constancia carries."""
    why = (
        "las de hoy llevan siete dígitos; revise si falta uno."
        if len(reference) == LEGACY_LENGTH
        else "está bien escrita, pero nada la lleva."
    )
    return f"No se encontró la referencia {format_reference(reference)}: {why}"
