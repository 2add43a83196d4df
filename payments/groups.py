"""Who of the staff may do what."""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission

CXC = "CxC"
# app_label.codename
PERMISSIONS = {
    CXC: [
        "accounts.view_customer",
        "accounts.view_distributor",
        "accounts.view_auditevent",
        "renewals.view_product",
        "renewals.view_quote",
        "renewals.view_quoteline",
        "renewals.view_migrationnotice",
        "payments.view_constancia",
        "payments.view_constancialine",
        "payments.view_payment",
        "payments.view_bankaccount",
        "payments.confirm_payment",
    ],
}


def create_groups(sender: AppConfig, **_: Any) -> None:
    """Give each group exactly its permissions. Runs after every migrate of the last app."""
    create_permissions(sender, verbosity=0)  # else Django makes them only after this
    for name, wanted in PERMISSIONS.items():
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.set(
            Permission.objects.get(
                content_type__app_label=label.partition(".")[0],
                codename=label.partition(".")[2],
            )
            for label in wanted
        )
