"""Words that anybody who attacks this portal would try first."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError


class ForbiddenWordsValidator:
    """No password contains the company's, the product's or the system's name, however spelled."""

    help_text = "La contraseña no puede contener el nombre de la empresa ni el del portal."

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for such a password; blanks and capitals do not hide a word."""
        plain = "".join(filter(str.isalnum, password.casefold()))
        if any(word in plain for word in settings.FORBIDDEN_PASSWORD_WORDS):
            raise ValidationError(
                "No use el nombre de la empresa, del portal ni de sus productos: es lo primero "
                "que alguien probaría. Elija otras palabras.",
                code="password_forbidden_word",
            )

    def get_help_text(self) -> str:
        """For Django's own forms."""
        return self.help_text
