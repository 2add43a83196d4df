"""What a page of the admin never sends, where Django itself would answer with 500."""

from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse


def is_id(text: str) -> bool:
    """Whether it can be a row's number: a larger one fits no column."""
    return text.isascii() and text.isdecimal() and len(text) < 19


class CheckedAutocomplete(AutocompleteSelect):
    """Shows a form again without asking the database for the row `x`."""

    def optgroups(self, name: str, value: list[str], attr: Any = None) -> Any:
        """Those of the values that can be rows."""
        return super().optgroups(name, [each for each in value if is_id(str(each))], attr)


class CheckedFields:
    """For an admin and its inlines: with that widget."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Where Django would put its own."""
        page: Any = self
        if "widget" not in kwargs and db_field.name in page.get_autocomplete_fields(request):
            kwargs["widget"] = CheckedAutocomplete(db_field, page.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class CheckedActions:
    """For an admin whose rows have numbers: an action is about rows."""

    def response_action(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """400 when something else was ticked."""
        if not all(map(is_id, request.POST.getlist(ACTION_CHECKBOX_NAME))):
            raise BadRequest("An action on what is no row")
        answer: HttpResponse | None = super().response_action(request, queryset)  # type: ignore[misc]
        return answer
