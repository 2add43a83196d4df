"""What the commands that load tables share; each names its kind."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError

from accounts.loading import LIMITS, apply_table, dry_run, kinds, upload_table
from accounts.management.importer import importer
from facturamos.tables import UnreadableFileError


class LoadCommand(BaseCommand):
    """Loads one kind of table, all of it or nothing."""

    kind: ClassVar[str]

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file and the options of every kind."""
        parser.add_argument("file", metavar="FILE", type=Path, help="a CSV or an XLSX")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what it would bring, and write nothing"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look at the file, or load it. Ends with 1 when anything is wrong with it."""
        path: Path = options["file"]
        try:
            told = self._load(path, options["dry_run"])
        except UnreadableFileError as error:
            told = {"error": str(error)}
        told = {"file": path.name, "kind": self.kind} | told
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            self.stdout.write(_as_text(told))
        if told.get("error") or told["problems"]:
            raise CommandError(told.get("error") or "No se cargó nada: corrija la tabla.")

    def _load(self, path: Path, is_dry: bool) -> dict[str, Any]:
        kind, content = kinds()[self.kind], _content(path)
        if is_dry:
            return dry_run(kind=kind, content=content) | {"applied": False}
        by = importer()
        table = upload_table(kind=kind, name=path.name, content=content, by=by)
        applied = apply_table(table=table, by=by)
        table.refresh_from_db()
        return table.result | {"applied": applied}


def _content(path: Path) -> bytes:
    """The file's content. Raises CommandError when it cannot be had."""
    try:
        if path.stat().st_size > LIMITS.content:
            raise CommandError(f"{path} pesa más de {LIMITS.content >> 20} MB. Divídalo en partes.")
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"No se pudo leer {path}: {error.strerror}.") from error


def _as_text(told: dict[str, Any]) -> str:
    """The same for people."""
    if "error" in told:
        return f"{told['file']}: no se pudo leer."
    state = "cargado" if told["applied"] else "revisado, sin cargar"
    counts = f"nuevos {told['new']}, cambian {told['changed']}, iguales {told['same']}"
    lines = [f"{told['file']}: {state}. Líneas {told['lines']}: {counts}."]
    if told["unknown"]:
        lines.append(f"Columnas que no se usan: {', '.join(told['unknown'])}.")
    lines += [f"Línea {line}: {text}" for line, text in told["problems"]]
    return "\n".join(lines)
