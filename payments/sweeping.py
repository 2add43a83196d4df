"""Files that no row names: what a process killed between the file and its row leaves behind."""

from collections.abc import Iterator
from datetime import timedelta

from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db.models import Model
from django.utils import timezone

from accounts.models import TableImport
from payments.models import Constancia, InvoiceRequest, KeptFile, ProofFile

# Each folder below MEDIA_ROOT, and every column that may name a file of it.
NAMED_BY: dict[str, list[tuple[type[Model], str]]] = {
    "apartados": [(KeptFile, "file")],
    "cargas": [(TableImport, "file")],
    "comprobantes": [(ProofFile, "file")],
    "constancias": [(Constancia, "pdf")],
    "facturas": [(InvoiceRequest, "pdf"), (InvoiceRequest, "xml")],
}
ORPHAN_AGE = timedelta(days=1)
SWEEP_EVERY = 3600  # seconds
BATCH = 500  # names in one query


def sweep_orphans() -> int:
    """Remove stored files older than a day that no row names; returns how many. For the worker.

    Looks once an hour at most, whoever calls.
    """
    if not cache.add("payments.sweeping.swept", True, SWEEP_EVERY):
        return 0
    orphans = [
        name
        for top in NAMED_BY
        for folder, files in _folders(top)
        for name in _unnamed(top, [f"{folder}/{file}" for file in files])
        if _is_old(name)
    ]
    for name in orphans:
        default_storage.delete(name)
    return len(orphans)


def _folders(folder: str) -> Iterator[tuple[str, list[str]]]:
    """The folder and those below it, each with the names of its files."""
    if not default_storage.exists(folder):
        return
    folders, files = default_storage.listdir(folder)
    yield folder, files
    for below in folders:
        yield from _folders(f"{folder}/{below}")


def _unnamed(top: str, names: list[str]) -> Iterator[str]:
    """Those of the names that stand in no row."""
    for start in range(0, len(names), BATCH):
        some = names[start : start + BATCH]
        known = {
            name
            for model, column in NAMED_BY[top]
            for name in model._default_manager.filter(**{f"{column}__in": some}).values_list(
                column, flat=True
            )
        }
        yield from (name for name in some if name not in known)


def _is_old(name: str) -> bool:
    try:
        return default_storage.get_modified_time(name) < timezone.now() - ORPHAN_AGE
    except FileNotFoundError:  # what failed to get its row has just removed it
        return False
