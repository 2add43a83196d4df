"""Forms for users: an administrator's, and that of whoever looks after customers' people."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AdminUserCreationForm

from accounts.models import User


class NewUserForm(AdminUserCreationForm):
    """An administrator's. The database's rule has words only where every field stands in a form."""

    def clean(self) -> dict[str, Any]:
        """Of a customer or of a distributor, never of both."""
        cleaned = super().clean() or {}
        if cleaned.get("customer") and cleaned.get("distributor"):
            self.add_error("distributor", "Elija el cliente o el distribuidor, no los dos.")
        return cleaned


class CustomersUserForm(forms.ModelForm):
    """A person of a customer. It cannot say anything else of them, whatever is posted.

    Who is added so has no password: they choose it with the link of the welcome.
    """

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "customer", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "customer" in self.fields:  # it only reads for whoever may not change it
            self.fields["customer"].required = True
            self.fields["email"].required = True

    def clean_username(self) -> str:
        """Nobody else's, in whatever case."""
        username: str = self.cleaned_data["username"]
        others = User.objects.filter(username__iexact=username).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError("Ya existe un usuario con ese nombre.")
        return username

    def save(self, commit: bool = True) -> User:
        """Without a password while there is none."""
        if self.instance.pk is None:
            self.instance.set_unusable_password()
        person: User = super().save(commit)
        return person
