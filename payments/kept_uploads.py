"""What a customer chose for a proof and could not send yet: kept aside for a while, for them alone.

The session may have ended when the form arrives, or one of its fields may be wrong: the files that
passed their checks wait in quarantine, and the form shows them again to the same person. Nothing
of it is a proof until that person sends it, and nothing is left of it two hours later.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User
from payments import proof_texts
from payments.cep import Cep
from payments.models import Constancia, KeptFile, KeptProof, ProofFile
from payments.models.kept import PAID_ON_LENGTH, TRACKING_KEY_LENGTH
from payments.proof_files import CheckedFile
from payments.references import InvalidReferenceError, parse_reference
from payments.stored_uploads import Upload, discard, new_name, once_each, store, total_size

log = logging.getLogger(__name__)

FOLDER = "apartados"
KEPT_FOR = timedelta(hours=2)
# What was sent stays so long for a second click, which then sends the same again.
SENT_FOR = timedelta(minutes=5)
# A form may be left open over night; longer than any session.
TICKET_SECONDS = 24 * 3600
_SALT = "payments.kept_uploads"


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of the form as they came, right or wrong."""

    paid_on: str = ""
    tracking_key: str = ""


# --- Who may keep -----------------------------------------------------------------------


def new_ticket(*, constancia: Constancia, user: User) -> str:
    """What the form carries: it lets whoever opened it signed in, and nobody else, keep files.

    Another password makes it void: whoever had the old one keeps nothing for them any more.
    """
    return signing.dumps([user.pk, constancia.pk, _mark(user)], salt=_SALT)


def _mark(user: User) -> str:
    """Changes with the password and tells nothing of it."""
    return salted_hmac(_SALT, user.password, algorithm="sha256").hexdigest()


def holder_of(ticket: str, reference: str) -> tuple[Constancia, User] | None:
    """For which constancia, and for whom, a ticket of a form keeps; None when it is not good.

    `reference` is the one of the form's address.
    """
    try:
        user_pk, constancia_pk, mark = signing.loads(ticket, salt=_SALT, max_age=TICKET_SECONDS)
        reference = parse_reference(reference)
    except (signing.BadSignature, InvalidReferenceError):
        return None
    user = User.objects.filter(pk=user_pk, is_active=True).first()
    if user is None or not constant_time_compare(mark, _mark(user)):
        return None
    own = Constancia.objects.filter(pk=constancia_pk, reference=reference)
    constancia = own.exclude(status=Constancia.Status.PAID).first()
    if constancia is None or user.customer_id != constancia.customer_id:
        return None
    return constancia, user


# --- Keeping, showing again, and forgetting ---------------------------------------------


def keep(
    *,
    constancia: Constancia,
    uploads: Sequence[Upload],
    typed: Typed,
    refused: Sequence[str] = (),
    by: User,
) -> None:
    """Put files beside those that wait already, up to a sending's number, and the fields anew.

    `refused` is a sentence for each file that could not be taken. Raises DiskFullError; then
    nothing is kept.
    """
    once = once_each(uploads)
    names = [new_name(FOLDER, upload) for upload in once]
    try:
        store(names, once)
        no_row = _record(constancia, list(zip(names, once, strict=True)), typed, refused, by)
    except BaseException:
        discard(names)
        raise
    discard(no_row)


@transaction.atomic
def _record(
    constancia: Constancia,
    stored: Sequence[tuple[str, Upload]],
    typed: Typed,
    refused: Sequence[str],
    by: User,
) -> list[str]:
    """The rows; returns the names of the stored files that have none."""
    own = KeptProof.objects.select_for_update()
    kept, _ = own.get_or_create(constancia=constancia, user=by)
    kept.paid_on = _shown(typed.paid_on)[:PAID_ON_LENGTH]
    kept.tracking_key = _shown(typed.tracking_key)[:TRACKING_KEY_LENGTH]
    now = timezone.now()
    # Its time was over, and only the worker has not been here yet.
    gone = _delete_rows(kept.files.all()) if kept.kept_at <= now - KEPT_FOR else []
    new, too_much = _with_room(kept, stored)
    kept.refused = "\n".join([*refused, *too_much])
    kept.kept_at = now
    kept.save()
    KeptFile.objects.bulk_create(
        KeptFile(kept=kept, file=name, **upload.columns) for name, upload in new
    )
    used = {name for name, _ in new}
    return gone + [name for name, _ in stored if name not in used]


def _with_room(
    kept: KeptProof, stored: Sequence[tuple[str, Upload]]
) -> tuple[list[tuple[str, Upload]], list[str]]:
    """Those that do not wait yet and fit, and a sentence if some do not.

    A sending has its number of files, and a customer one quota for what waits and what was sent.
    """
    waiting = set(kept.files.filter(sent_at=None).values_list("sha256", flat=True))
    new = [pair for pair in stored if pair[1].checked.sha256 not in waiting]
    customer, most = kept.constancia.customer_id, settings.PROOF_MAX_FILES
    used = total_size(ProofFile.objects.filter(proof__constancia__customer=customer))
    used += total_size(KeptFile.objects.filter(kept__constancia__customer=customer))
    if used + sum(upload.checked.size for _, upload in new) > settings.PROOF_QUOTA_BYTES:
        return [], [proof_texts.OVER_QUOTA]
    if (count := len(waiting) + len(new)) > most:
        return new[: most - len(waiting)], [proof_texts.too_many(count, most)]
    return new, []


def kept_of(*, constancia: Constancia, user: User) -> KeptProof | None:
    """What waits for this person to send it, with its files in `unsent`."""
    since = timezone.now() - KEPT_FOR
    own = KeptProof.objects.filter(constancia=constancia, user=user, kept_at__gt=since)
    return own.with_unsent().first()


def chosen(*, constancia: Constancia, user: User, ids: Iterable[str]) -> list[KeptFile]:
    """The kept files that a form names, those sent a moment ago too; others do not exist.

    One more than a sending takes at most: enough to say that it is too many.
    """
    own = KeptFile.objects.filter(kept__constancia=constancia, kept__user=user)
    named = own.filter(public_id__in=[*filter(None, map(_uuid, ids))])
    return list(named[: settings.PROOF_MAX_FILES + 1])


def opened(files: Iterable[KeptFile]) -> tuple[list[Upload], list[str]]:
    """What was kept, to send it; and the names of those that are gone, which are forgotten."""
    uploads: list[Upload] = []
    lost: list[str] = []
    for file in files:
        try:
            with file.file.open("rb") as stored:
                content = stored.read()
        except OSError:
            log.exception("A kept file cannot be read")
            KeptFile.objects.filter(pk=file.pk).delete()
            lost.append(file.original_name)
            continue
        cep = Cep.from_json(file.says) if file.says else None
        checked = CheckedFile(file.kind, content, file.sha256, file.size, cep)
        uploads.append(Upload(file.original_name, checked))
    return uploads, lost


@transaction.atomic
def note_sent(*, constancia: Constancia, files: Sequence[KeptFile], by: User) -> None:
    """These files are in a proof now; nothing of the form is shown again."""
    own = KeptProof.objects.filter(constancia=constancia, user=by)
    own.update(paid_on="", tracking_key="", refused="")
    sent = KeptFile.objects.filter(pk__in=[file.pk for file in files], sent_at=None)
    sent.update(sent_at=timezone.now())


def remove(*, constancia: Constancia, by: User) -> None:
    """Take the files away that wait for this person; the fields may be shown again."""
    own = KeptFile.objects.filter(kept__constancia=constancia, kept__user=by, sent_at=None)
    discard(_delete_rows(own))


def forget_old() -> int:
    """Remove what was kept too long ago, and what was sent; returns how many files. For the worker.

    The file goes after its row: killed in between, it is left to `sweeping.sweep_orphans`.
    """
    now = timezone.now()
    sent = KeptFile.objects.filter(sent_at__lt=now - SENT_FOR)
    old = KeptProof.objects.filter(kept_at__lt=now - KEPT_FOR)
    if not (sent.exists() or old.exists()):
        return 0
    with transaction.atomic():
        # What is kept before its files, as in `keep`.
        locked = list(old.select_for_update().values_list("pk", flat=True))
        names = _delete_rows(KeptFile.objects.filter(kept__in=locked)) + _delete_rows(sent)
        KeptProof.objects.filter(pk__in=locked).delete()
    discard(names)
    return len(names)


def _delete_rows(files: QuerySet[KeptFile]) -> list[str]:
    """Returns the names of their files, to be removed after the rows."""
    names = dict(files.values_list("pk", "file"))
    KeptFile.objects.filter(pk__in=names).delete()
    return list(names.values())


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _shown(text: str) -> str:
    """Without what no database takes and nobody sees."""
    return "".join(sign for sign in text if sign.isprintable())
