from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.http import urlencode

from renewals.models import QuoteLine
from renewals.pricing import UNKNOWN_LINE, Selection, SelectionError, select
from renewals.services import current_iva_rate

# All a page of the quote sends. Prices never come from outside.
KNOWN_FIELDS = {
    *("csrfmiddlewaretoken", "quote", "lines", "total"),
    *("generate", "later", "recalculate", "accept", "cancel"),
}

# The code of an error that only says the pick cannot be paid for as it stands.
UNFINISHED = "unfinished"
# The session's key for the last pick, for who comes to the confirmation without one.
PICK = "pick"


def selection_query(quote: object, lines: Iterable[object]) -> str:
    """A pick as a query string: which quote (its public id), and which of its lines."""
    return urlencode({"quote": str(quote), "lines": [str(line) for line in lines]}, doseq=True)


class SelectionForm(forms.Form):
    """The ticked lines of a quote, checked by `pricing.select`; `selection` holds the result."""

    lines = forms.TypedMultipleChoiceField(
        required=False, coerce=int, error_messages={"invalid_choice": UNKNOWN_LINE}
    )

    data: QueryDict

    def __init__(
        self, data: QueryDict, *, quote_lines: Sequence[QuoteLine], is_post: bool = True
    ) -> None:
        super().__init__(data)
        self.is_post = is_post
        self.quote_lines = quote_lines
        self.selection: Selection | None = None
        self.fields["lines"].choices = [  # type: ignore[attr-defined]
            (line.pk, line.description) for line in quote_lines
        ]

    def ticked(self) -> set[int]:
        """The lines of the quote that came ticked, whether or not the pick as a whole is valid."""
        sent = set(self.data.getlist("lines"))
        return {line.pk for line in self.quote_lines if str(line.pk) in sent}

    def is_only_unfinished(self) -> bool:
        """Whether nothing is wrong but a pick that cannot be paid for yet."""
        return self.is_valid() or self.has_error("lines", code=UNFINISHED)

    def clean(self) -> dict[str, Any]:
        """Apply the rules of the pick, and refuse fields that no page of ours has."""
        cleaned = super().clean() or {}
        if self.is_post and set(self.data) - KNOWN_FIELDS:
            raise forms.ValidationError(
                "Los precios son los de su cotización y no se pueden enviar desde la página. "
                "No se cambió nada; revise los productos y continúe."
            )
        if self.errors:
            return cleaned
        try:
            self.selection = select(
                self.quote_lines, set(cleaned.get("lines", [])), current_iva_rate()
            )
        except SelectionError as error:
            self.add_error("lines", forms.ValidationError(str(error), code=UNFINISHED))
        return cleaned
