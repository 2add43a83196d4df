"""Whoever the audit names for what the commands load and import."""

from django.core.management.base import CommandError
from django.db import transaction

from accounts import audit
from accounts.models import User

# Inactive, so that nobody can sign in as it.
IMPORTER = "importador"


@transaction.atomic
def importer() -> User:
    """The user of the commands, made when it is missing.

    Raises CommandError when somebody could sign in with it.
    """
    user, is_new = User.objects.get_or_create(
        username=IMPORTER,
        defaults={"first_name": "Importación automática", "is_staff": True, "is_active": False},
    )
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
        audit.record("user.added", by=None, target=user)
    if user.is_active or not user.is_staff:
        raise CommandError(
            f"El usuario «{IMPORTER}» es el de las importaciones y nadie debe poder entrar con él: "
            "en la administración quítele «activo» y márquelo como personal."
        )
    return user
