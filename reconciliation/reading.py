"""Taking in a statement: the file is kept, its movements are written once, with their verdicts."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts import audit
from accounts.models import User
from facturamos.bulk import insert_rows
from facturamos.tables.source import MAX_BYTES
from payments.models import BankAccount
from reconciliation.expecting import index_for
from reconciliation.judging import judge_anew
from reconciliation.mappings import from_json, read
from reconciliation.matching import match_all
from reconciliation.models import Movement, Sighting, Statement
from reconciliation.movement import Movement as Line
from reconciliation.movement import Reading, UnknownLayoutError, UnreadableStatementError
from reconciliation.order import gaps
from reconciliation.parsers.generic import read_table
from reconciliation.parsers.table import Mapping
from reconciliation.repeats import Keys, held_elsewhere, keys_of
from reconciliation.returning import other_halves, tie
from reconciliation.rows import COLUMNS, row_of
from reconciliation.verdict import Verdict

# Movements written in one transaction.
BATCH = 2000
# More unreadable lines than these are counted, but not kept.
PROBLEMS_KEPT = 500


@transaction.atomic
def upload_statement(
    *, name: str, content: bytes, by: User, mapping: Mapping | None = None
) -> tuple[Statement, bool]:
    """Keep the file, to be read by `read_whole`. Returns the statement and whether it is new.

    A file that is there already, whatever its name, is the one that is there. Raises
    UnreadableStatementError for one that is empty or too big, and OSError when it cannot be stored;
    then neither a row nor a file remains.
    """
    if not content:
        raise UnreadableStatementError("El archivo está vacío. Descárguelo de nuevo del banco.")
    if len(content) > MAX_BYTES:
        raise UnreadableStatementError(
            "El archivo pesa más de 50 MB. Descargue menos días y súbalo en partes."
        )
    sha256 = hashlib.sha256(content).hexdigest()
    if there := _same_file(sha256):
        return there, False
    stored = f"estados-de-cuenta/{timezone.localdate():%Y/%m}/{uuid.uuid4().hex}"
    try:
        default_storage.save(stored, ContentFile(content))
        with transaction.atomic():
            statement = Statement.objects.create(
                file=stored,
                original_name=name[-255:],
                sha256=sha256,
                size=len(content),
                uploaded_by=by,
                mapping=asdict(mapping) if mapping else None,
            )
            audit.record("statement.uploaded", by=by, target=statement, sha256=sha256)
    except IntegrityError:
        default_storage.delete(stored)
        there = _same_file(sha256)
        if there is None:
            raise
        return there, False
    except BaseException:
        default_storage.delete(stored)
        raise
    return statement, True


def _same_file(sha256: str) -> Statement | None:
    gone = [Statement.State.UNDONE, Statement.State.FAILED]
    return Statement.objects.filter(sha256=sha256).exclude(state__in=gone).first()


def read_file(statement: Statement) -> Reading:
    """What the statement's file says. Raises UnreadableStatementError."""
    with statement.file.open("rb") as file:
        content = file.read()
    if statement.mapping is not None:
        return read_table(content, from_json(statement.mapping))
    reading, mapping = read(content)
    if mapping is not None:
        Statement.objects.filter(pk=statement.pk).update(mapping=asdict(mapping))
    return reading


def read_whole(statement: Statement) -> None:
    """Read the file and write its movements batch by batch. Begun again, it changes nothing.

    A file that cannot be read leaves the statement FAILED, with the sentence that says why.
    """
    try:
        reading = read_file(statement)
        keys = keys_of(reading)
    except UnreadableStatementError as error:
        _fail(statement, error)
        return
    _describe(statement, reading)
    judged = _judge(reading, keys, statement)
    for start in range(0, len(judged.ours), BATCH):
        batch = slice(start, start + BATCH)
        _write(statement, keys.account, judged.ours[batch], judged.verdicts[batch], judged.totals)
    _finish(statement, judged)


@dataclass(frozen=True, slots=True)
class Judged:
    """A reading beside what the portal has: the new lines (with their fingerprints), the verdict on
    each, and (movement, line) of those that other statements hold already.

    `totals` is what constancias come to, by id (MXN); `others` are deposits and returns of other
    statements whose other half may be here. `lines` and `keys` are of the whole file.
    """

    ours: list[tuple[Line, str]]
    verdicts: list[Verdict]
    repeated: list[tuple[int, int]]
    totals: dict[int, Decimal]
    others: dict[int, Line]
    lines: list[Line]
    keys: Keys


def preview(content: bytes) -> tuple[Reading, Judged]:
    """What a file would bring, if it were imported now. Writes nothing.

    Raises UnreadableStatementError.
    """
    reading, _mapping = read(content)
    return reading, _judge(reading, keys_of(reading), None)


def _judge(reading: Reading, keys: Keys, statement: Statement | None) -> Judged:
    pairs = list(zip(reading.movements, keys.own, strict=True))
    held = held_elsewhere(statement, keys)
    ours = [(line, key) for line, key in pairs if key not in held]
    lines = [line for line, _ in ours]
    index = index_for(lines)
    others = other_halves(statement, lines)
    return Judged(
        ours=ours,
        verdicts=match_all(
            lines, index, earlier=list(others.values()), tolerance=settings.AMOUNT_TOLERANCE
        ),
        repeated=[(held[key], line.line) for line, key in pairs if key in held],
        totals={expected.id: expected.total for expected in index.by_reference.values()},
        others=others,
        lines=reading.movements,
        keys=keys,
    )


def _fail(statement: Statement, error: UnreadableStatementError) -> None:
    headers = error.headers if isinstance(error, UnknownLayoutError) else None
    Statement.objects.filter(pk=statement.pk, state=Statement.State.READING).update(
        state=Statement.State.FAILED,
        failure=str(error),
        headers=headers or None,
        worked_at=timezone.now(),
    )


def _describe(statement: Statement, reading: Reading) -> None:
    kept = reading.problems[:PROBLEMS_KEPT]
    Statement.objects.filter(pk=statement.pk).update(
        layout=reading.layout,
        account=reading.account[:40],
        counted=reading.counted,
        unread=len(reading.problems),
        problems=[[each.line, each.reason, each.text] for each in kept],
        gaps=[gap.text for gap in gaps(reading)],
        done=0,
        total=len(reading.movements),
        worked_at=timezone.now(),
    )


@transaction.atomic
def _write(
    statement: Statement,
    account: BankAccount,
    batch: Sequence[tuple[Line, str]],
    verdicts: Sequence[Verdict],
    totals: dict[int, Decimal],
) -> None:
    """One batch. What is there already, from before a pause or from another import, stays.

    Imports of one account wait here for one another, so that both see what the first wrote.
    """
    BankAccount.objects.select_for_update().get(pk=account.pk)
    keys = [key for _, key in batch]
    there = Movement.objects.filter(fingerprint__among=keys).exclude(state=Movement.State.VOID)
    written = set(there.values_list("fingerprint", flat=True))
    insert_rows(
        Movement,
        COLUMNS,
        [
            row_of(statement.pk, line, key, verdict, totals)
            for (line, key), verdict in zip(batch, verdicts, strict=True)
            if key not in written
        ],
    )
    Statement.objects.filter(pk=statement.pk).update(
        done=F("done") + len(batch), worked_at=timezone.now()
    )


@transaction.atomic
def _finish(statement: Statement, judged: Judged) -> None:
    """Tie what was given back, note the lines that other statements hold, and be ready.

    While it was read, another import may have come first, or one it counted on may have been
    undone: a line that nobody holds now, or another half of a return, means that it has to be read
    again.
    """
    BankAccount.objects.select_for_update().get(pk=judged.keys.account.pk)
    held = held_elsewhere(statement, judged.keys)
    alive = statement.movements.exclude(state=Movement.State.VOID)
    lost = set(judged.keys.own) - set(held) - set(alive.values_list("fingerprint", flat=True))
    if lost or other_halves(statement, [line for line, _ in judged.ours]) != judged.others:
        _judge_without_returns(statement)
        Statement.objects.filter(pk=statement.pk).update(worked_at=None)
        return
    tie(judged.ours, judged.verdicts, judged.others)
    confirms = settings.AUTO_CONFIRM_EXACT
    finished = Statement.objects.filter(pk=statement.pk, state=Statement.State.READING).update(
        state=Statement.State.CONFIRMING if confirms else Statement.State.READY,
        asked_by=statement.uploaded_by if confirms else None,
        done=0,
        total=0,
        worked_at=None,
        attempts=0,
    )
    if finished:
        Sighting.objects.bulk_create(
            Sighting(statement=statement, movement_id=held[key], line=line.line)
            for line, key in zip(judged.lines, judged.keys.own, strict=True)
            if key in held
        )
        audit.record("statement.read", by=None, target=statement)


def _judge_without_returns(statement: Statement) -> None:
    """What was taken for half of a return may not be one when the file is read again."""
    halves = statement.movements.filter(
        state=Movement.State.WAITING, verdict=Movement.Verdict.REVERSAL, returns=None
    )
    ids = list(halves.select_for_update().order_by("pk").values_list("pk", flat=True))
    judge_anew(dict.fromkeys(ids, ""))
