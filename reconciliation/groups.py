"""Who may do what with statements and deposits, besides what `payments.groups` gives."""

from typing import Any

from django.apps import AppConfig

from payments.groups import CONSULTA, CXC, give

TABLE = {
    "reconciliation.view_statement": (CXC, CONSULTA),
    "reconciliation.import_statement": (CXC,),
    "reconciliation.undo_statement": (CXC,),
    "reconciliation.view_movement": (CXC, CONSULTA),
    "reconciliation.decide_movement": (CXC,),
    "reconciliation.view_application": (CXC, CONSULTA),
    "reconciliation.view_movementcomment": (CXC, CONSULTA),
    "reconciliation.view_sighting": (CXC, CONSULTA),
    "reconciliation.view_depositclaim": (CXC, CONSULTA),
    "reconciliation.answer_depositclaim": (CXC,),
    "reconciliation.view_tablemapping": (CXC, CONSULTA),
    # How a table's columns are called: no money hangs on it, the table is asked about again.
    "reconciliation.delete_tablemapping": (CXC,),
}


def extend_groups(sender: AppConfig, **_: Any) -> None:
    """Give each group exactly its permissions of this app. Runs after every migrate of it."""
    give(TABLE, sender=sender)
