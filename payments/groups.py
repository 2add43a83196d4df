"""Who of the staff may do what. Administrators (superusers) may do everything that can be done.

docs/operations.md says the same in words.
"""

from collections.abc import Mapping
from typing import Any

from django.apps import AppConfig
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission

CXC = "CxC"
VENTAS = "Ventas"
CONSULTA = "Consulta"
GROUPS = (CXC, VENTAS, CONSULTA)

# app_label.codename, and the groups that have it.
TABLE: dict[str, tuple[str, ...]] = {
    "accounts.view_customer": GROUPS,
    "accounts.add_customer": (VENTAS,),
    "accounts.change_customer": (VENTAS,),
    "accounts.view_distributor": GROUPS,
    "accounts.add_distributor": (VENTAS,),
    "accounts.change_distributor": (VENTAS,),
    # Of the staff's own users, nothing but to see them: accounts/admin/people.py.
    "accounts.view_user": GROUPS,
    "accounts.add_user": (VENTAS,),
    "accounts.change_user": (VENTAS,),
    "accounts.load_tables": (VENTAS,),
    "accounts.view_tableimport": (VENTAS, CONSULTA),
    "accounts.start_campaign": (VENTAS,),
    "accounts.view_welcomecampaign": (VENTAS, CONSULTA),
    "accounts.export_lists": (CXC, VENTAS),
    "accounts.view_auditevent": (CXC, CONSULTA),
    "accounts.view_privacynotice": (CONSULTA,),
    "accounts.view_privacyconsent": (CXC, CONSULTA),
    # Whoever sees the mails may also send the parked ones again.
    "facturamos.view_outboxmessage": (CXC,),
    # What customers read; only administrators publish it.
    "facturamos.view_textversion": (CONSULTA,),
    "renewals.view_product": GROUPS,
    "renewals.add_product": (VENTAS,),
    "renewals.change_product": (VENTAS,),
    "renewals.view_quote": GROUPS,
    "renewals.add_quote": (VENTAS,),
    "renewals.change_quote": (VENTAS,),
    "renewals.view_quoteline": GROUPS,
    "renewals.add_quoteline": (VENTAS,),
    "renewals.change_quoteline": (VENTAS,),
    # A line of a quote that nobody has turned into a constancia yet.
    "renewals.delete_quoteline": (VENTAS,),
    "renewals.view_migrationnotice": GROUPS,
    "payments.view_constancia": GROUPS,
    "payments.view_constancialine": GROUPS,
    "payments.view_payment": (CXC, CONSULTA),
    "payments.confirm_payment": (CXC,),
    "payments.revert_payment": (CXC,),
    "payments.view_bankaccount": (CXC, CONSULTA),
    "payments.view_paymentproof": (CXC, CONSULTA),
    # What customers sent: each reading is in the audit.
    "payments.view_prooffile": (CXC,),
    "payments.answer_paymentproof": (CXC,),
    "payments.view_invoicerequest": (CXC, CONSULTA),
    "payments.export_invoicerequest": (CXC,),
    "payments.issue_invoicerequest": (CXC,),
}


def create_groups(sender: AppConfig, **_: Any) -> None:
    """Give each group exactly its permissions of these apps. Runs after every migrate of the last.

    A later app gives its own with `give`.
    """
    give(TABLE, sender=sender)


def give(table: Mapping[str, tuple[str, ...]], *, sender: AppConfig) -> None:
    """Give each group exactly what the table says of the apps in it; what it has of others stays.

    `sender` is the last of the apps, just migrated.
    """
    create_permissions(sender, verbosity=0)  # else Django makes them only after this
    apps = {label.partition(".")[0] for label in table}
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.filter(
            content_type__app_label__in=apps
        ).select_related("content_type")
    }
    for name in GROUPS:
        group, _created = Group.objects.get_or_create(name=name)
        wanted = {known[label] for label, groups in table.items() if name in groups}
        had = set(group.permissions.filter(content_type__app_label__in=apps))
        group.permissions.remove(*had - wanted)
        group.permissions.add(*wanted - had)
