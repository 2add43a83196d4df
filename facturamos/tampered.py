"""What a page of the admin never sends, where Django itself would answer with 500."""

from collections.abc import Sequence
from datetime import MAXYEAR
from typing import Any

from django import forms
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import BadRequest
from django.http import HttpRequest


def is_id(text: str) -> bool:
    """Whether it can be a row's number: a larger one fits no column."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def is_year(text: str) -> bool:
    """Whether it is a year of a calendar whose next year is one too."""
    return is_id(text) and 0 < int(text) < MAXYEAR


class CheckedAutocomplete(AutocompleteSelect):
    """Shows a form again without asking the database for the row `x`."""

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        """Those of the values that can be rows."""
        return super().optgroups(name, [each for each in value if is_id(str(each))], attr)


class CheckedChoices(forms.ModelMultipleChoiceField):
    """Several rows, none of them with a number that no row can have."""

    def clean(self, value: Any) -> Any:
        """An error of the form, as for a row that is not there."""
        for each in value or ():
            if not is_id(str(each)):
                code = "invalid_pk_value"
                raise forms.ValidationError(self.error_messages[code], code, {"pk": each})
        return super().clean(value)


class CheckedFields:
    """For an admin and its inlines: with those."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Where Django would put its own."""
        page: Any = self
        if "widget" not in kwargs and db_field.name in page.get_autocomplete_fields(request):
            kwargs["widget"] = CheckedAutocomplete(db_field, page.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Where Django would put its own."""
        kwargs.setdefault("form_class", CheckedChoices)
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]


def check_ticked(request: HttpRequest) -> None:
    """400 when an action of a list is to be done with what is no row."""
    if not all(map(is_id, request.POST.getlist(ACTION_CHECKBOX_NAME))):
        raise BadRequest("An action on what is no row")
