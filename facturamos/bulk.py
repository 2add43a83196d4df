"""Many rows at once, for work whose time matters: COPY on PostgreSQL, one INSERT on SQLite.

No model instances are made and no defaults filled in, so every column without a default in the
database has to be given.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models


def insert_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert the rows, each with its values in the order of the columns (`payment_id`, not
    `payment`). Values are what the model's fields hold; a JSON field takes the plain data.

    Raises IntegrityError as any INSERT does.
    """
    by_column = {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_column[name] for name in columns]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    table = quote(model._meta.db_table)
    documents = [place for place, field in enumerate(fields) if isinstance(field, models.JSONField)]
    plain = [_with_json(row, documents) for row in rows]
    if not plain:
        return
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in plain:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(fields))
        cursor.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 (names of our models)
            [_adapted(fields, row, documents) for row in plain],
        )


def _with_json(row: Sequence[Any], documents: Sequence[int]) -> Sequence[Any]:
    if not documents:
        return row
    values = list(row)
    for place in documents:
        values[place] = None if values[place] is None else json.dumps(values[place])
    return values


def _adapted(
    fields: Sequence["models.Field[Any, Any]"], row: Sequence[Any], documents: Sequence[int]
) -> list[Any]:
    return [
        value if place in documents else field.get_db_prep_save(value, connection)
        for place, (field, value) in enumerate(zip(fields, row, strict=True))
    ]


def next_ids(model: type[models.Model], number: int) -> list[int]:
    """So many new primary keys, for rows that others of the same batch refer to.

    On SQLite, inside a transaction that has the write lock.
    """
    if not number:
        return []
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, number],
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        last = row[0] if row else 0
        return list(range(last + 1, last + number + 1))
