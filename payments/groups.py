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
        "payments.revert_payment",
        "payments.view_paymentproof",
        "payments.answer_paymentproof",
        "payments.view_invoicerequest",
        "payments.export_invoicerequest",
        "payments.issue_invoicerequest",
    ],
}


def create_groups(sender: AppConfig, **_: Any) -> None:
    """Give each group exactly its permissions of these apps. Runs after every migrate of the last.

    A later app gives its own with `give`.
    """
    for name, wanted in PERMISSIONS.items():
        give(name, wanted, sender=sender)


def give(name: str, wanted: list[str], *, sender: AppConfig) -> None:
    """Give the group exactly these permissions of the apps they speak of; those of others stay.

    `sender` is the last of the apps, just migrated.
    """
    create_permissions(sender, verbosity=0)  # else Django makes them only after this
    group, _created = Group.objects.get_or_create(name=name)
    chosen = [
        Permission.objects.get(
            content_type__app_label=label.partition(".")[0],
            codename=label.partition(".")[2],
        )
        for label in wanted
    ]
    apps = {label.partition(".")[0] for label in wanted}
    of_these = group.permissions.filter(content_type__app_label__in=apps)
    group.permissions.remove(*of_these.exclude(pk__in=[permission.pk for permission in chosen]))
    group.permissions.add(*chosen)
