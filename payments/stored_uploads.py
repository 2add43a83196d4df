"""Files that came in, written to the disk before the rows that name them.

Whoever stores removes them again when the rows do not come; what a killed process leaves behind,
`sweeping.sweep_orphans` removes.
"""

import errno
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import QuerySet, Sum

from payments.models.proof import SUFFIXES
from payments.proof_files import CheckedFile, clean_name

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class DiskFullError(Exception):
    """The portal cannot store the files; nothing is left of them."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a sending, checked, and the name its sender gave it."""

    name: str
    checked: CheckedFile

    @property
    def columns(self) -> dict[str, Any]:
        """What a `CheckedUpload` has of it, but for where it is stored."""
        checked = self.checked
        return {
            "kind": checked.kind,
            "original_name": clean_name(self.name),
            "sha256": checked.sha256,
            "size": checked.size,
            "says": checked.cep.as_json() if checked.cep else None,
        }


def once_each(uploads: Sequence[Upload]) -> list[Upload]:
    """Without those that are the same file again."""
    return list({upload.checked.sha256: upload for upload in uploads}.values())


def total_size(files: QuerySet[Any]) -> int:
    """Of rows that have a CheckedUpload's columns, in bytes as they were sent."""
    size: int | None = files.aggregate(sum=Sum("size"))["sum"]
    return size or 0


def new_name(folder: str, upload: Upload) -> str:
    """At random: nothing that came from outside names a file."""
    return f"{folder}/{uuid.uuid4().hex}.{SUFFIXES[upload.checked.kind]}"


def store(names: Sequence[str], uploads: Sequence[Upload]) -> None:
    """Each file under its name, on the disk for good before a row speaks of it.

    Raises DiskFullError; then, as after any error, the caller discards the names.
    """
    try:
        for name, upload in zip(names, uploads, strict=True):
            default_storage.save(name, ContentFile(upload.checked.content))
            with default_storage.open(name) as file:
                os.fsync(file.fileno())
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise DiskFullError(
            "No pudimos guardar su comprobante porque nuestro equipo se quedó sin espacio. No es "
            "culpa de su archivo y no se guardó nada: inténtelo más tarde, o envíelo por correo."
        ) from error


def discard(names: Sequence[str]) -> None:
    """Remove the files; those that are not there are no error."""
    for name in names:
        default_storage.delete(name)
