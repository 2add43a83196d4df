"""Rows that never change: triggers, on SQLite and PostgreSQL, that refuse UPDATE and DELETE.

They are installed after every `migrate` rather than in a migration, because on SQLite Django
rebuilds a table to alter it and the triggers of the old one are gone.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.db import connections, models
from django.db.models.signals import post_migrate


def protect(
    model: type[models.Model],
    *,
    name: str = "row",
    columns: Sequence[str] = (),
    unless: str = "",
) -> list[tuple[str, str, str]]:
    """What to refuse on the model's table, as (trigger name, event, condition).

    Without `columns`, every UPDATE is refused; with them, only one that names such a column.
    `unless` is an SQL condition on OLD under which a row may still change (a draft, say).
    DELETE is always refused, under the same condition. `name` tells two rules of a table apart.
    """
    trigger = f"{model._meta.db_table}_{name}"
    update = f"UPDATE OF {', '.join(columns)}" if columns else "UPDATE"
    condition = f"NOT ({unless})" if unless else ""
    return [
        (f"{trigger}_no_update", update, condition),
        (f"{trigger}_no_delete", "DELETE", condition),
    ]


def install_after_migrate(
    config: AppConfig, *models_: tuple[type[models.Model], dict[str, Any]]
) -> None:
    """Install the triggers of an app's models each time it has been migrated."""

    def install(using: str, **_: Any) -> None:
        connection = connections[using]
        with connection.cursor() as cursor:
            for model, options in models_:
                for statement in _statements(connection.vendor, model, options):
                    cursor.execute(statement)

    post_migrate.connect(install, sender=config, weak=False, dispatch_uid=f"protect {config.label}")


def _statements(vendor: str, model: type[models.Model], options: dict[str, Any]) -> list[str]:
    table = model._meta.db_table
    message = f"{table}: rows are kept as they were written"
    statements = []
    if vendor == "postgresql":
        statements.append(
            f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{message}' "
            "USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        # A row trigger does not see TRUNCATE; SQLite has none.
        name = f"{table}_no_truncate"
        statements += [
            f"DROP TRIGGER IF EXISTS {name} ON {table}",
            f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {table}_refuse()",
        ]
    for name, event, condition in protect(model, **options):
        when = f"WHEN ({condition})" if condition else ""
        statements.append(
            f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if vendor == "postgresql" else "")
        )
        body = (
            f"EXECUTE FUNCTION {table}_refuse()"
            if vendor == "postgresql"
            else f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
        statements.append(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {when} {body}"
        )
    return statements
