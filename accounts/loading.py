"""Loading tables of customers, users, products and quotes: looked at first, then all or nothing.

Each kind of table is a `Kind` of the app that owns its rows (`settings.TABLE_KINDS`). The rows are
the truth: what a table says already is left alone, so the same table again changes nothing.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts import audit
from accounts.models import TableImport, User
from facturamos.tables import UnreadableFileError
from facturamos.tables.layout import Column, Problem, Table, read_table
from facturamos.tables.source import Limits

# So many lines take some ten seconds of a request, which has thirty (deploy/gunicorn.conf.py).
LIMITS = Limits(content=10 * 1024 * 1024, inflated=50 * 1024 * 1024, lines=50_000)
# Keys asked for in one query.
BATCH = 2000

T = TypeVar("T")
M = TypeVar("M", bound=models.Model)


@dataclass(slots=True)
class Plan:
    """What loading would do: rows it makes, changes and finds as they are; all that is wrong.

    `write` does it, inside the transaction in which the plan was made.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    problems: list[Problem] = field(default_factory=list)
    write: Callable[[User], None] = lambda by: None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of table. `examine` makes the plan, and holds the rows that it would change."""

    key: str
    label: str
    columns: tuple[Column, ...]
    examine: Callable[[Table], Plan]
    help: str = ""


def kinds() -> dict[str, Kind]:
    """Every kind by its key, in the order in which they build on one another."""
    found: list[Kind] = [import_string(path) for path in settings.TABLE_KINDS]
    return {kind.key: kind for kind in found}


def examine(kind: Kind, content: bytes) -> tuple[dict[str, Any], Plan]:
    """What the table would bring now, as `TableImport.result` keeps it, and the plan.

    Call it in a transaction. Raises UnreadableFileError when it is no such table.
    """
    table = read_table(content, kind.columns, LIMITS)
    plan = kind.examine(table)
    problems = sorted(
        [*table.problems, *plan.problems], key=lambda problem: (problem.line, problem.text)
    )
    plan.problems = problems
    result = {
        "lines": len(table.lines),
        "new": plan.new,
        "changed": plan.changed,
        "same": plan.same,
        "unknown": table.unknown,
        "problems": [[problem.line, problem.text] for problem in problems],
    }
    return result, plan


@transaction.atomic
def dry_run(*, kind: Kind, content: bytes) -> dict[str, Any]:
    """As `examine`, for somebody who only looks. Raises UnreadableFileError."""
    result, _ = examine(kind, content)
    return result


@transaction.atomic
def upload_table(*, kind: Kind, name: str, content: bytes, by: User) -> TableImport:
    """Keep the file with what it would bring; nothing of it is loaded.

    Raises UnreadableFileError, and keeps nothing, when it is no such table.
    """
    if not content:
        raise UnreadableFileError("El archivo está vacío. Guárdelo de nuevo y súbalo.")
    result = dry_run(kind=kind, content=content)
    stored = default_storage.save(
        f"cargas/{timezone.localdate():%Y/%m}/{uuid.uuid4().hex}", ContentFile(content)
    )
    try:
        with transaction.atomic():
            table = TableImport.objects.create(
                kind=kind.key,
                name=name[-255:],
                file=stored,
                sha256=hashlib.sha256(content).hexdigest(),
                uploaded_by=by,
                result=result,
            )
            audit.record("tableimport.uploaded", by=by, target=table, sha256=table.sha256)
    except BaseException:
        default_storage.delete(stored)
        raise
    return table


@transaction.atomic
def look_again(*, table: TableImport) -> None:
    """Find anew what an uploaded table would bring: something else may have changed meanwhile."""
    locked = TableImport.objects.select_for_update().get(pk=table.pk)
    if locked.applied_at is None:
        locked.result, _ = examine(kinds()[locked.kind], _content(locked))
        locked.save(update_fields=["result"])


@transaction.atomic
def apply_table(*, table: TableImport, by: User) -> bool:
    """Load the whole table; one load at a time, whoever asks.

    False, and nothing is loaded, when it was loaded already or something is wrong with it now;
    its row says which.
    """
    _wait_for_other_loads()
    locked = TableImport.objects.select_for_update().get(pk=table.pk)
    if locked.applied_at is not None:
        return False
    locked.result, plan = examine(kinds()[locked.kind], _content(locked))
    if plan.problems:
        locked.save(update_fields=["result"])
        return False
    plan.write(by)
    locked.applied_at, locked.applied_by = timezone.now(), by
    locked.save(update_fields=["result", "applied_at", "applied_by"])
    counts = {"new": plan.new, "changed": plan.changed, "same": plan.same}
    audit.record("tableimport.applied", by=by, target=locked, sha256=locked.sha256, **counts)
    return True


def _wait_for_other_loads() -> None:
    """Hold the oldest row, which is never deleted: two tables may bring the same new rows."""
    list(TableImport.objects.select_for_update().order_by("pk").values_list("pk")[:1])


def _content(table: TableImport) -> bytes:
    with table.file.open("rb") as file:
        content: bytes = file.read()
    return content


def fetched(rows: models.QuerySet[Any, T], column: str, keys: Sequence[Any]) -> Iterator[T]:
    """The rows whose column is one of the keys, however many."""
    for start in range(0, len(keys), BATCH):
        yield from rows.filter(**{f"{column}__in": keys[start : start + BATCH]})


def held(rows: models.QuerySet[M], column: str, keys: Sequence[Any]) -> list[M]:
    """As `fetched`, each row locked, in the order of their ids, as every service locks them."""
    ids = sorted(fetched(rows.values_list("pk", flat=True), column, keys))
    return list(fetched(rows.select_for_update().order_by("pk"), "pk", ids))


def repeated(lines: Sequence[tuple[int, str]], what: str) -> Iterator[Problem]:
    """A problem for each line (number, key) whose key stands in an earlier one."""
    first: dict[str, int] = {}
    for number, key in lines:
        if key in first:
            yield Problem(number, f"{what} «{key}» ya está en la línea {first[key]}.")
        first.setdefault(key, number)
