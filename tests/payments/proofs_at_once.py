"""Round after round, threads that send the same proof, and then answer it, all at once.

Run as a program, in a process of its own on a database of its own with the demo data:
`python -m tests.payments.proofs_at_once ROUNDS [unlocked]`. Prints each broken promise, one a line.
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db.models import QuerySet  # noqa: E402

from facturamos.models import OutboxMessage  # noqa: E402
from payments import proofs as rules  # noqa: E402
from payments.models import PaymentProof  # noqa: E402
from payments.proofs import NotInReviewError, refuse_proof  # noqa: E402
from payments.recording import record_payment  # noqa: E402
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
        for problem in proof_round(user, cxc, number):
            print(problem)
    kept = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    if len(kept) != rounds:
        print(f"{len(kept)} files of {rounds} proofs")
    print(f"{rounds} rounds")


if __name__ == "__main__":
    main(int(sys.argv[1]), unlocked="unlocked" in sys.argv)
