import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.management.importer import importer
from facturamos.tables.source import MAX_BYTES
from payments.proof_files import clean_name
from reconciliation.command_report import Report, as_json, as_text
from reconciliation.deciding import DecisionError
from reconciliation.mappings import unknown_table
from reconciliation.models import Movement, Statement
from reconciliation.movement import UnknownLayoutError, UnreadableStatementError
from reconciliation.order import gaps
from reconciliation.reading import preview, upload_statement
from reconciliation.summary import summary_of, summary_of_preview
from reconciliation.work import ask_to_confirm, go_on

EXPLAIN = " Cárguelo en el portal, en Estados de cuenta, para indicar qué es cada columna."
# While another process works on the same statement.
PAUSE = 1.0


class Command(BaseCommand):
    help = (
        "Imports a bank statement, whatever its layout. The same file again changes nothing. "
        "Ends with 0 when it was read (or was there already), 1 when it could not be."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="the file as the bank gives it")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what it would bring, and write nothing"
        )
        parser.add_argument("--confirm", action="store_true", help="confirm the exact deposits too")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the file, then look at it or import it."""
        path: Path = options["file"]
        try:
            report = self._report(path, dry_run=options["dry_run"], confirm=options["confirm"])
        except (UnreadableStatementError, DecisionError, CommandError) as error:
            why = str(error) + (EXPLAIN if isinstance(error, UnknownLayoutError) else "")
            if options["json"]:
                self.stdout.write(json.dumps({"file": path.name, "error": why}, ensure_ascii=False))
            raise CommandError(why) from error
        self.stdout.write(as_json(report) if options["json"] else as_text(report))

    def _report(self, path: Path, *, dry_run: bool, confirm: bool) -> Report:
        if dry_run and confirm:
            raise CommandError("Use --dry-run o --confirm, no los dos: el primero no escribe nada.")
        content = _content(path)
        name = clean_name(path.name)
        if dry_run:
            reading, judged = preview(content)
            return Report(
                name=name,
                layout=reading.layout,
                account=reading.account,
                lines=reading.counted,
                problems=[(each.line, each.reason, each.text) for each in reading.problems],
                gaps=[gap.text for gap in gaps(reading)],
                summary=summary_of_preview(reading, judged),
            )
        statement, is_new = upload_statement(name=name, content=content, by=importer())
        _finish(statement)
        confirmed = _confirm(statement) if confirm else 0
        return Report(
            name=name,
            layout=statement.layout,
            account=statement.account,
            lines=statement.counted,
            unlisted=statement.unread - len(statement.problems),
            problems=[(line, reason, text) for line, reason, text in statement.problems],
            gaps=statement.gaps,
            summary=summary_of(statement),
            statement=statement,
            is_new=is_new,
            confirmed=confirmed,
        )


def _content(path: Path) -> bytes:
    """The file's content. Raises CommandError when it cannot be had."""
    try:
        if not path.exists():
            raise CommandError(f"No existe el archivo {path}. Revise la ruta.")
        if not path.is_file():
            raise CommandError(f"{path} no es un archivo. Indique el estado de cuenta.")
        if path.stat().st_size > MAX_BYTES:
            raise CommandError(f"{path} pesa más de 50 MB. Descargue menos días.")
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"No se pudo leer {path}: {error.strerror}.") from error


def _finish(statement: Statement) -> None:
    """Work on the statement, or wait for whoever is at it. Raises when it could not be read."""
    go_on(statement)
    statement.refresh_from_db()
    while statement.is_working:
        time.sleep(PAUSE)
        go_on(statement)
        statement.refresh_from_db()
    if statement.state == Statement.State.FAILED:
        raise UnreadableStatementError(
            statement.failure + (EXPLAIN if unknown_table(statement) else "")
        )


def _confirm(statement: Statement) -> int:
    """Confirm the exact deposits; how many became payments. Raises DecisionError."""
    if not statement.movements.exact().exists():
        return 0
    applied = statement.movements.filter(state=Movement.State.APPLIED)
    before = applied.count()
    ask_to_confirm(statement=statement, by=importer())
    _finish(statement)
    if statement.movements.exact().exists():
        raise DecisionError("No se confirmaron todos los exactos; vuelva a intentarlo.")
    return applied.count() - before
