"""Taking in a statement: the file is kept, its movements are written once, with their verdicts."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
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
from payments.models import BankAccount
from reconciliation.expecting import index_for
from reconciliation.fingerprints import fingerprints
from reconciliation.mappings import from_json, read
from reconciliation.matching import Verdict, match_all
from reconciliation.models import Movement, Sighting, Statement
from reconciliation.movement import Movement as Line
from reconciliation.movement import Reading, UnreadableStatementError
from reconciliation.order import gaps
from reconciliation.parsers.generic import read_table
from reconciliation.parsers.table import Mapping
from reconciliation.reversals import speaks_of_return
from reconciliation.rows import COLUMNS, line_of, row_of
from reconciliation.source import MAX_BYTES

# Movements written in one transaction.
BATCH = 2000
# A bank gives a deposit back within days.
RETURNED_WITHIN = timedelta(days=60)
# More unreadable lines than these are counted, but not kept.
PROBLEMS_KEPT = 500


@transaction.atomic
def upload_statement(
    *, name: str, content: bytes, by: User, mapping: Mapping | None = None
) -> tuple[Statement, bool]:
    """Keep the file, to be read by `read_whole`. Returns the statement and whether it is new.

    A file that is there already, whatever its name, is the one that is there. Raises
    UnreadableStatementError for one that is empty or too big.
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
    stored = default_storage.save(
        f"estados-de-cuenta/{timezone.localdate():%Y/%m}/{uuid.uuid4().hex}", ContentFile(content)
    )
    try:
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
        account = _our_account(reading.account)
    except UnreadableStatementError as error:
        _fail(statement, str(error))
        return
    _describe(statement, reading)
    judged = _judge(reading, account, statement)
    for start in range(0, len(judged.ours), BATCH):
        batch = slice(start, start + BATCH)
        _write(statement, account, judged.ours[batch], judged.verdicts[batch], judged.totals)
    _link_returns(judged.ours, judged.verdicts, judged.earlier)
    _finish(statement, account, judged)


@dataclass(frozen=True, slots=True)
class Judged:
    """A reading beside what the portal has: the new lines (with their fingerprints), the verdict on
    each, and (movement, line) of those that other statements hold already.

    `totals` is what constancias come to, by id (MXN); `earlier` the deposits that may be returned.
    """

    ours: list[tuple[Line, str]]
    verdicts: list[Verdict]
    repeated: list[tuple[int, int]]
    totals: dict[int, Decimal]
    earlier: dict[int, Line]
    lines: list[tuple[Line, str]]


def preview(content: bytes) -> tuple[Reading, Judged]:
    """What a file would bring, if it were imported now. Writes nothing.

    Raises UnreadableStatementError.
    """
    reading, _mapping = read(content)
    return reading, _judge(reading, _our_account(reading.account), None)


def _judge(reading: Reading, account: BankAccount, statement: Statement | None) -> Judged:
    keys = fingerprints(reading.movements, account.clabe)
    pairs = list(zip(reading.movements, keys, strict=True))
    held = _held_elsewhere(statement, keys)
    ours = [(line, key) for line, key in pairs if key not in held]
    lines = [line for line, _ in ours]
    index = index_for(lines)
    earlier = _may_be_returned(statement, lines)
    return Judged(
        ours=ours,
        verdicts=match_all(
            lines, index, earlier=list(earlier.values()), tolerance=settings.AMOUNT_TOLERANCE
        ),
        repeated=[(held[key], line.line) for line, key in pairs if key in held],
        totals={expected.id: expected.total for expected in index.by_reference.values()},
        earlier=earlier,
        lines=pairs,
    )


def _fail(statement: Statement, why: str) -> None:
    Statement.objects.filter(pk=statement.pk, state=Statement.State.READING).update(
        state=Statement.State.FAILED, failure=why, worked_at=timezone.now()
    )


def _our_account(said: str) -> BankAccount:
    """Our account that the file speaks of; that in force when it does not say.

    Raises UnreadableStatementError for somebody else's account.
    """
    accounts = BankAccount.objects.filter(approved_at__isnull=False).order_by(
        F("retired_at").desc(nulls_first=True)
    )
    digits = "".join(filter(str.isdigit, said))
    for account in accounts:
        if not digits or _is_same(digits, account):
            return account
    if digits:
        raise UnreadableStatementError(
            f"El archivo es de la cuenta {said}, que no es de la empresa. Revise de qué cuenta lo "
            "descargó; si es nueva, regístrela primero en Cuentas bancarias."
        )
    raise UnreadableStatementError("No hay ninguna cuenta de la empresa. Regístrela primero.")


def _is_same(digits: str, account: BankAccount) -> bool:
    """Whether digits that a bank gives are this account: with zeros before, or within its CLABE."""
    number = account.account_number.lstrip("0")
    return digits == account.clabe or (bool(number) and digits.lstrip("0").endswith(number))


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


def _held_elsewhere(statement: Statement | None, keys: Sequence[str]) -> dict[str, int]:
    """The movements (ids) of other statements that these lines are, by fingerprint."""
    held: dict[str, int] = {}
    others = Movement.objects.exclude(state=Movement.State.VOID).exclude(statement=statement)
    for start in range(0, len(keys), BATCH):
        found = others.filter(fingerprint__in=keys[start : start + BATCH])
        held.update(found.values_list("fingerprint", "pk"))
    return held


def _may_be_returned(statement: Statement | None, lines: Sequence[Line]) -> dict[int, Line]:
    """Deposits of earlier statements, by id, of an amount that this one may give back."""
    amounts = {-line.amount for line in lines if line.amount < 0 and speaks_of_return(line)}
    if not amounts:
        return {}
    since = min(line.date for line in lines) - RETURNED_WITHIN
    rows = Movement.objects.filter(amount__in=amounts, date__gte=since, returns=None)
    rows = rows.exclude(state=Movement.State.VOID).exclude(statement=statement)
    return {row.pk: line_of(row) for row in rows}


@transaction.atomic
def _link_returns(
    ours: Sequence[tuple[Line, str]], verdicts: Sequence[Verdict], earlier: dict[int, Line]
) -> None:
    """Tie each return to its deposit; of one statement, the deposit to its return too."""
    keys = {id(line): key for line, key in ours}
    known = {id(line): pk for pk, line in earlier.items()}
    pairs = [
        (key, verdict.returned)
        for (_, key), verdict in zip(ours, verdicts, strict=True)
        if verdict.returned is not None
    ]
    wanted = {key for key, _ in pairs} | {
        keys[id(other)] for _, other in pairs if id(other) in keys
    }
    rows = {
        row.fingerprint: row
        for row in Movement.objects.filter(fingerprint__in=wanted).exclude(
            state=Movement.State.VOID
        )
    }
    for key, other in pairs:
        half = rows[keys[id(other)]].pk if id(other) in keys else known[id(other)]
        rows[key].returns_id = half
    Movement.objects.bulk_update(rows.values(), ["returns"])
    for key, other in pairs:
        if id(other) in known:
            _note_returned(known[id(other)], rows[key])


def _note_returned(deposit: int, reversal: Movement) -> None:
    """A deposit of an earlier statement was given back: nobody confirms it without looking."""
    Movement.objects.filter(pk=deposit).update(returns=reversal)
    Movement.objects.filter(pk=deposit, state=Movement.State.WAITING).update(
        verdict=Movement.Verdict.REVERSAL,
        reason=f"El banco devolvió este depósito el {reversal.date:%d/%m/%Y}.",
        proposal=[],
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
    there = Movement.objects.filter(fingerprint__in=keys).exclude(state=Movement.State.VOID)
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
def _finish(statement: Statement, account: BankAccount, judged: Judged) -> None:
    """Note the lines that other statements hold, and be ready.

    While it was read, another import may have come first, or one it counted on may have been
    undone: a line that nobody holds now means that it has to be read again.
    """
    BankAccount.objects.select_for_update().get(pk=account.pk)
    keys = [key for _, key in judged.lines]
    held = _held_elsewhere(statement, keys)
    alive = statement.movements.exclude(state=Movement.State.VOID)
    if set(keys) - set(held) - set(alive.values_list("fingerprint", flat=True)):
        Statement.objects.filter(pk=statement.pk).update(worked_at=None)
        return
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
            for line, key in judged.lines
            if key in held
        )
        audit.record("statement.read", by=None, target=statement)
