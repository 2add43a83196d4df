"""Indexes that only PostgreSQL has, as steps of migrations; on SQLite they do nothing."""

from typing import Any

from django.db import migrations


def trigrams(name: str, table: str, *columns: str) -> migrations.RunPython:
    """One index that answers `icontains`, and equality, on each of the columns.

    It costs some 20 µs a row that is written: for tables that seldom grow by the thousand. Needs
    the extension pg_trgm (`TrigramExtension`), of PostgreSQL 14 or newer for equality.
    """
    parts = ", ".join(f"upper({column}::text) gin_trgm_ops" for column in columns)
    return _steps(
        f"CREATE INDEX {name} ON {table} USING gin ({parts})", f"DROP INDEX IF EXISTS {name}"
    )


def beginnings(name: str, table: str, expression: str) -> migrations.RunPython:
    """An index that answers `istartswith`, and `iexact`, on the expression."""
    return _steps(
        f"CREATE INDEX {name} ON {table} (upper(({expression})::text) text_pattern_ops)",
        f"DROP INDEX IF EXISTS {name}",
    )


def without_prefixes(table: str, *columns: str) -> migrations.RunPython:
    """Drop the second index that Django gives each unique text, for `LIKE 'prefix%'`: nobody asks
    these columns that, and every row written paid for it.
    """

    def drop(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = %s", [table])
            names = [row[0] for row in cursor.fetchall()]
        for column in columns:
            for name in names:
                if name.startswith(f"{table}_{column}_") and name.endswith("_like"):
                    schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}")

    return migrations.RunPython(drop, migrations.RunPython.noop)


def _steps(forward: str, backward: str) -> migrations.RunPython:
    def run(sql: str) -> Any:
        def on_postgresql(apps: Any, schema_editor: Any) -> None:
            if schema_editor.connection.vendor == "postgresql":
                schema_editor.execute(sql)

        return on_postgresql

    return migrations.RunPython(run(forward), run(backward))
