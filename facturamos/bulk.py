"""Many rows at once, for work whose time matters: COPY on PostgreSQL, one INSERT on SQLite.

No model instances are made and no defaults filled in, so every column without a default in the
database has to be given.
"""

import gc
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models.lookups import In

# What is written here has no circles, so it is not searched for them.
_as_json = json.JSONEncoder(check_circular=False).encode

_USUAL_COLLECTIONS = gc.get_threshold()


@models.ForeignObject.register_lookup
@models.Field.register_lookup
class Among(In):
    """`pk__among=ids`: as `in`, for ids or texts by the thousand.

    PostgreSQL gets them as one array: as so many parameters, preparing them takes longer than the
    query itself.
    """

    lookup_name = "among"

    def get_prep_lookup(self) -> Any:
        """The values as they are: what the column holds."""
        return list(self.rhs) if self.rhs_is_direct_value() else super().get_prep_lookup()

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """`= ANY('{…}')`; a query stays a query."""
        if not self.rhs_is_direct_value():
            return self.as_sql(compiler, connection)
        if not self.rhs:
            raise EmptyResultSet
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*parameters, "{" + ",".join(map(_element, self.rhs)) + "}"]


def _element(value: int | str) -> str:
    """One value within PostgreSQL's notation of an array."""
    if isinstance(value, int):
        return str(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


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


def update_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Give each row new values: its id, and then the values in the order of the columns.

    One statement a row, sent together: Django's `bulk_update` takes a minute for what this does in
    seconds.
    """
    by_column = {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_column[name] for name in columns]
    quote = connection.ops.quote_name
    changes = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
    table = quote(model._meta.db_table)
    values = [[*_adapted(fields, row[1:], ()), row[0]] for row in rows]
    if not values:
        return
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.executemany(
            f"UPDATE {table} SET {changes} WHERE id = %s",  # noqa: S608 (names of our models)
            values,
        )


def _with_json(row: Sequence[Any], documents: Sequence[int]) -> Sequence[Any]:
    if not documents:
        return row
    values = list(row)
    for place in documents:
        values[place] = None if values[place] is None else _as_json(values[place])
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
                # OFFSET keeps PostgreSQL from looking for the sequence again for each number.
                "SELECT nextval(name) FROM generate_series(1, %s), "
                "(SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0) AS sequence",
                [number, table],
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        last = row[0] if row else 0
        return list(range(last + 1, last + number + 1))


@contextmanager
def fewer_collections() -> Iterator[None]:
    """Have Python look for circles of objects seldom meanwhile.

    Rows by the thousand are none, and looking through them after every few hundred takes a sixth of
    the program's time.
    """
    gc.set_threshold(20_000, *_USUAL_COLLECTIONS[1:])
    try:
        yield
    finally:
        gc.set_threshold(*_USUAL_COLLECTIONS)
