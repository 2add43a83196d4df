"""What the editor of a text of the company fills in."""

from typing import Any

from django import forms

from facturamos.texts.checking import problems, tidy
from facturamos.texts.kinds import Kind, Text

ROWS = {Kind.LINE: 5, Kind.TEXT: 12, Kind.LIST: 10, Kind.STEPS: 10, Kind.PHONES: 8}


class TextForm(forms.Form):
    """The text, why it changes, and which version its editor saw."""

    body = forms.CharField(label="Texto", required=False, strip=False)
    reason = forms.CharField(
        label="Motivo del cambio",
        help_text="Queda en el historial y en la auditoría; los clientes no lo leen.",
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        error_messages={"required": "Escriba el motivo: queda en el historial."},
    )
    seen = forms.IntegerField(min_value=0, max_value=2**31 - 2, widget=forms.HiddenInput)

    def __init__(self, text: Text, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.text = text
        body = self.fields["body"]
        body.help_text = text.kind.value
        if text.kind in ROWS:
            attrs = {"rows": ROWS[text.kind], "class": "vLargeTextField"}
            body.widget = forms.Textarea(attrs=attrs)
        else:
            body.widget = forms.TextInput(attrs={"class": "vTextField"})

    def only_the_text(self) -> "TextForm":
        """For a preview, which needs no reason yet."""
        self.fields["reason"].required = False
        return self

    def clean_body(self) -> str:
        """As it will be kept."""
        body = tidy(self.cleaned_data["body"])
        if wrong := problems(self.text, body):
            raise forms.ValidationError(wrong)
        return body
