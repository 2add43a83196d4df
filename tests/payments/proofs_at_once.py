"""Round after round, threads that send the same proof, answer it, and keep files, all at once.

Run as a program, in a process of its own on a database of its own with the demo data:
`python -m tests.payments.proofs_at_once ROUNDS [unlocked]`. Prints each broken promise, one a line.
"""

import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db.models import QuerySet  # noqa: E402
from django.utils import timezone  # noqa: E402

from facturamos.models import OutboxMessage  # noqa: E402
from payments import kept_uploads  # noqa: E402
from payments import proofs as rules  # noqa: E402
from payments.kept_uploads import Typed  # noqa: E402
from payments.models import KeptFile, KeptProof, PaymentProof  # noqa: E402
from payments.proof_files import check_file  # noqa: E402
from payments.proofs import NotInReviewError, refuse_proof  # noqa: E402
from payments.recording import record_payment  # noqa: E402
from payments.stored_uploads import Upload  # noqa: E402
from tests import factories  # noqa: E402
from tests.payments import proof_samples as samples  # noqa: E402
from tests.payments.rounds import all_at_once  # noqa: E402


def proof_round(user, cxc, number: int) -> Iterator[str]:
    """The same picture three times; then two refusals and the payment."""
    constancia = factories.make_constancia(user)
    picture = samples.another_image(number)
    yield from all_at_once([lambda: factories.send_proof(constancia, picture)] * 3)
    proofs = list(PaymentProof.objects.filter(constancia=constancia))
    if len(proofs) != 1:
        yield f"{len(proofs)} proofs of one picture"
    answers: list[str] = []

    def refuse() -> None:
        try:
            refuse_proof(proof=proofs[0], reason="No se lee.", by=cxc)
            answers.append("refused")
        except NotInReviewError:
            pass

    def pay() -> None:
        record_payment(deposit=factories.make_deposit(constancia), by=cxc)

    yield from all_at_once([refuse, refuse, pay])
    mails = OutboxMessage.objects.filter(key__startswith=f"proof-refused:{proofs[0].pk}:").count()
    if len(answers) > 1 or mails != len(answers):
        yield f"{len(answers)} answers and {mails} mails"


def kept_round(user, number: int) -> Iterator[str]:
    """Three forms whose session ended, each with two pictures; then two clicks that send them."""
    constancia = factories.make_constancia(user)
    pictures = [samples.another_image(10_000 + number * 6 + each) for each in range(6)]
    uploads = [Upload("a.png", check_file("a.png", picture)) for picture in pictures]

    def keep(first: int) -> None:
        some = uploads[first : first + 2]
        kept_uploads.keep(constancia=constancia, uploads=some, typed=Typed(), by=user)

    yield from all_at_once([partial(keep, first) for first in (0, 2, 4)])
    kept = KeptFile.objects.filter(kept__constancia=constancia)
    ids = [str(file.public_id) for file in kept]
    if len(ids) != settings.PROOF_MAX_FILES:
        yield f"{len(ids)} files are kept"

    def send() -> None:
        files = kept_uploads.chosen(constancia=constancia, user=user, ids=ids)
        opened, _ = kept_uploads.opened(files)
        rules.send_proof(
            constancia=constancia,
            uploads=opened,
            paid_on=timezone.localdate(),
            tracking_key="",
            by=user,
        )
        kept_uploads.note_sent(constancia=constancia, files=files, by=user)

    yield from all_at_once([send, send, kept_uploads.forget_old])
    if (count := PaymentProof.objects.filter(constancia=constancia).count()) != 1:
        yield f"{count} proofs of what was kept"
    KeptProof.objects.update(kept_at=timezone.now() - 2 * kept_uploads.KEPT_FOR)
    yield from all_at_once([kept_uploads.forget_old, partial(keep, 0), kept_uploads.forget_old])
    kept_uploads.remove(constancia=constancia, by=user)
    KeptProof.objects.update(kept_at=timezone.now() - 2 * kept_uploads.KEPT_FOR)
    kept_uploads.forget_old()


def unlock() -> None:
    """Lock no rows, and pause where the race is, between looking and writing."""
    check = rules._check_quota

    def slow_check(*args) -> None:
        time.sleep(0.3)
        check(*args)

    vars(rules)["_check_quota"] = slow_check
    QuerySet.select_for_update = lambda rows, *_, **__: rows  # type: ignore[method-assign]


def main(rounds: int, *, unlocked: bool) -> None:
    """Play the rounds and print what broke."""
    if unlocked:
        unlock()
    user, cxc = factories.make_consenting_user(), factories.make_user(is_staff=True)
    for number in range(rounds):
        for problem in (*proof_round(user, cxc, number), *kept_round(user, number)):
            print(problem)
    kept = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    if len(kept) != (one_and_five := rounds * (1 + settings.PROOF_MAX_FILES)):
        print(f"{len(kept)} files, not {one_and_five}")
    print(f"{rounds} rounds")


if __name__ == "__main__":
    main(int(sys.argv[1]), unlocked="unlocked" in sys.argv)
