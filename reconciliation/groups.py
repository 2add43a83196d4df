"""What CxC may do with statements, besides what `payments.groups` gives."""

from typing import Any

from django.apps import AppConfig

from payments.groups import CXC, give

PERMISSIONS = {
    CXC: [
        "reconciliation.view_statement",
        "reconciliation.import_statement",
        "reconciliation.undo_statement",
        "reconciliation.view_movement",
        "reconciliation.decide_movement",
        "reconciliation.view_application",
        "reconciliation.view_movementcomment",
        "reconciliation.view_sighting",
        "reconciliation.view_depositclaim",
        "reconciliation.answer_depositclaim",
        "reconciliation.view_tablemapping",
        "reconciliation.delete_tablemapping",
    ],
}


def extend_groups(sender: AppConfig, **_: Any) -> None:
    """Give each group exactly its permissions of this app. Runs after every migrate of it."""
    for name, wanted in PERMISSIONS.items():
        give(name, wanted, sender=sender)
