"""Sign-in and passwords in the portal's words, and the box of the privacy notice."""

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.contrib.auth.forms import SetPasswordForm

from accounts.services import BOX_LABEL


class LoginForm(allauth_forms.LoginForm):
    """`login` and `password`, labelled as in the customer's manual."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login, password = self.fields["login"], self.fields["password"]
        login.label, password.label = "Usuario", "Contraseña"
        login.error_messages["required"] = "Escriba su usuario."
        password.error_messages["required"] = "Escriba su contraseña."
        password.help_text = ""
        for field in (login, password):
            field.widget.attrs.pop("placeholder", None)
        login.widget.attrs.update({"autocapitalize": "off", "spellcheck": "false"})


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """The address the link goes to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email = self.fields["email"]
        email.label = "Correo electrónico"
        email.widget.attrs.pop("placeholder", None)
        email.error_messages["required"] = "Escriba el correo con el que le dimos de alta."


def _plain_password(field: forms.Field, label: str) -> None:
    field.label = label
    field.widget.attrs.pop("placeholder", None)
    field.help_text = ""  # the page says it once
    field.error_messages["required"] = "Escriba la contraseña."


class NewPasswordForm(allauth_forms.ResetPasswordKeyForm):
    """The new password, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain_password(self.fields["password1"], "Contraseña nueva")
        _plain_password(self.fields["password2"], "Contraseña nueva, otra vez")


class FirstPasswordForm(SetPasswordForm):
    """The first password, twice, for whoever follows the welcome link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain_password(self.fields["new_password1"], "Contraseña nueva")
        _plain_password(self.fields["new_password2"], "Contraseña nueva, otra vez")


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    """The current password and the new one, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain_password(self.fields["oldpassword"], "Contraseña actual")
        _plain_password(self.fields["password1"], "Contraseña nueva")
        _plain_password(self.fields["password2"], "Contraseña nueva, otra vez")


class PrivacyForm(forms.Form):
    """The box that must be ticked, and which notice was on the page."""

    notice = forms.IntegerField(widget=forms.HiddenInput, required=False)
    accept = forms.BooleanField(
        label=BOX_LABEL,
        error_messages={
            "required": "Para continuar, palomee la casilla que confirma que acepta el aviso."
        },
    )
