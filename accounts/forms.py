"""Sign-in and passwords in the portal's words, and the box of the privacy notice."""

import json
from typing import Any, NoReturn

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.audit import Target
from accounts.models import User
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

    def clean_email(self) -> str:
        """Whose it is, whatever the capitals; only the address that their user has today counts."""
        email: str = self.cleaned_data["email"]
        people = User.objects.filter(email__iexact=email, is_active=True)
        # What a database takes for the same letter may be another mailbox.
        self.users = [each for each in people if each.email.lower() == email.lower()]
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Write the mail. For an address that is nobody's the same work is done and taken back,
        so that neither the answer nor its time tells whether somebody has it.
        """
        email: str = self.cleaned_data["email"]
        users: list[User] = self.users
        found = [Target.of(user) for user in users]
        with transaction.atomic():
            audit.record_all(
                "password_reset.asked",
                by=None,
                events=[(each, {}) for each in found or [Target("accounts.user", 0, "nadie")]],
            )
            with transaction.atomic():
                self.users = users or [User(pk=0, username="nadie", email=email)]
                super().save(request, **kwargs)
                transaction.set_rollback(not found)
        return email


def _plain_password(field: forms.Field, label: str, missing: str) -> None:
    field.label = label
    field.widget.attrs.pop("placeholder", None)
    field.help_text = ""  # the page says it once
    field.error_messages["required"] = missing


def _new_password(once: forms.Field, again: forms.Field) -> None:
    _plain_password(once, "Contraseña nueva", "Escriba la contraseña nueva.")
    _plain_password(again, "Contraseña nueva, otra vez", "Escriba otra vez la contraseña nueva.")


class NewPasswordForm(allauth_forms.ResetPasswordKeyForm):
    """The new password, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _new_password(self.fields["password1"], self.fields["password2"])

    def save(self) -> None:
        """Choose it; it opens the account at once, however many wrong ones were tried before."""
        super().save()
        get_account_adapter().end_wait(self.user)


class FirstPasswordForm(SetPasswordForm):
    """The first password, twice, for whoever follows the welcome link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _new_password(self.fields["new_password1"], self.fields["new_password2"])


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    """The current password and the new one, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain_password(
            self.fields["oldpassword"], "Contraseña actual", "Escriba su contraseña actual."
        )
        _new_password(self.fields["password1"], self.fields["password2"])


class PasswordAgainForm(allauth_forms.ReauthenticateForm):
    """The password of whoever is signed in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain_password(self.fields["password"], "Contraseña", "Escriba su contraseña.")


def _plain_code(field: forms.Field, label: str) -> None:
    field.label = label
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}
    field.error_messages["required"] = "Escriba el código."


class CodeForm(mfa_forms.AuthenticateForm):
    """The code of the application, or a recovery code, at sign-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain_code(self.fields["code"], "Código")


class CodeAgainForm(mfa_forms.ReauthenticateForm):
    """The same, of whoever is signed in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain_code(self.fields["code"], "Código")


class EnrolForm(ActivateTOTPForm):
    """The first code, which shows that the application took the secret."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain_code(self.fields["code"], "Código de la aplicación")

    @property
    def spelled_secret(self) -> str:
        """In groups of four, to type by hand."""
        return " ".join(self.secret[at : at + 4] for at in range(0, len(self.secret), 4))


def _refuse(error: Exception) -> NoReturn:
    """What a browser sends for a passkey can be any nonsense, and fail wherever it is read."""
    if isinstance(error, forms.ValidationError):
        raise error
    raise get_adapter().validation_error("passkey") from error


class CredentialField(forms.JSONField):
    """What a passkey signed, written by the browser and never shown on a page again."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        """Refuse what no browser writes, and what could be neither read nor kept."""
        try:
            found = super().to_python(value)
            json.dumps(found, ensure_ascii=False).encode()  # half a character cannot
        except (RecursionError, UnicodeEncodeError) as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error
        return found

    def bound_data(self, data: Any, initial: Any) -> str:
        """Not what was sent."""
        return ""

    def prepare_value(self, value: Any) -> str:
        """Nothing."""
        return ""


class AddPasskeyForm(webauthn_forms.AddWebAuthnForm):
    """A passkey and what its owner calls it."""

    credential = CredentialField()

    def clean(self) -> dict[str, Any]:
        """Check what the passkey signed."""
        try:
            return super().clean()
        except Exception as error:
            _refuse(error)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "Nombre de la llave"
        self.fields["name"].max_length = 60


class PasskeyForm(webauthn_forms.AuthenticateWebAuthnForm):
    """What the passkey signed at sign-in."""

    credential = CredentialField()

    def clean_credential(self) -> Any:
        """Which passkey it was."""
        try:
            return super().clean_credential()
        except Exception as error:
            _refuse(error)


class PasskeyAgainForm(PasskeyForm):
    """The same, of whoever is signed in."""

    reauthenticated = True


class MailedCodeForm(allauth_forms.ConfirmLoginCodeForm):
    """The code that we mailed because we do not know the browser."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "Código"
        self.fields["code"].widget.attrs.pop("placeholder", None)
        self.fields["code"].error_messages["required"] = "Escriba el código."


class PrivacyForm(forms.Form):
    """The box that must be ticked, and which notice was on the page."""

    notice = forms.IntegerField(widget=forms.HiddenInput, required=False)
    accept = forms.BooleanField(
        label=BOX_LABEL,
        error_messages={
            "required": "Para continuar, palomee la casilla que confirma que acepta el aviso."
        },
    )
