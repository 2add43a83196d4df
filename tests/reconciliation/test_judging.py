"""What waits is compared with the constancias as they stand now, also when it is a lot."""

from decimal import Decimal

import pytest

from accounts.models import AuditEvent
from reconciliation import judging, work
from reconciliation.deciding import DecisionError, Part, assign, ignore
from reconciliation.judging import judge_waiting
from reconciliation.models import Movement, Statement
from reconciliation.work import ask_to_judge, go_on, go_on_with_all
from tests import factories
from tests.reconciliation.bank import imported, spei, statement

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def constancia(user):
    return factories.make_constancia(user)


@pytest.fixture
def read(constancia, cxc):
    """A part, the rest of it, and a stranger's."""
    parts = [spei(constancia, "500.00"), spei(constancia, "805.00", folio=2)]
    return imported(statement(*parts, spei(None, "7.00", folio=3)), cxc)


def verdicts(read) -> list[str]:
    return list(read.movements.order_by("pk").values_list("verdict", flat=True))


def assigned(read, constancia, by) -> None:
    """The first deposit, confirmed by a person."""
    movement = read.movements.order_by("pk").first()
    assign(movement=movement, parts=[Part(constancia.pk, movement.amount)], by=by)


def test_what_completes_a_part_is_exact_once_the_part_is_confirmed(read, constancia, cxc):
    assert verdicts(read) == ["partial", "partial", "unidentified"]
    assigned(read, constancia, cxc)
    assert ask_to_judge(statement=read, by=cxc) == 2
    go_on(read)
    read.refresh_from_db()
    assert (read.state, read.done, read.total) == (Statement.State.READY, 2, 2)
    assert verdicts(read) == ["partial", "exact", "unidentified"]
    work.ask_to_confirm(statement=read, by=cxc)
    go_on(read)
    constancia.refresh_from_db()
    assert constancia.status == "paid"
    assert AuditEvent.objects.filter(action="statement.judging", actor=cxc.username).exists()


def test_when_nothing_waits_it_says_so(read, cxc):
    for movement in read.movements.all():
        ignore(movement=movement, reason="No.", by=cxc)
    with pytest.raises(DecisionError, match="No queda nada por decidir"):
        ask_to_judge(statement=read, by=cxc)


def test_it_goes_batch_by_batch_and_another_goes_on_when_the_worker_died(
    read, constancia, cxc, monkeypatch
):
    monkeypatch.setattr(judging, "BATCH", 1)
    assigned(read, constancia, cxc)
    ask_to_judge(statement=read, by=cxc)
    steps = judge_waiting(statement=read)
    assert next(steps) == 1  # and then the worker died
    Statement.objects.update(done=1)
    assert go_on_with_all() == 1
    read.refresh_from_db()
    assert (read.state, read.done) == (Statement.State.READY, 2)
    assert verdicts(read) == ["partial", "exact", "unidentified"]


def test_two_whole_deposits_in_two_batches_are_judged_together(constancia, user, cxc, monkeypatch):
    monkeypatch.setattr(judging, "BATCH", 1)
    read = imported(statement(spei(constancia), spei(constancia, folio=2)), cxc)
    list(judge_waiting(statement=read))
    assert verdicts(read) == ["exact", "already_paid"]


def test_what_a_person_decides_meanwhile_stands(read, constancia, cxc, monkeypatch):
    monkeypatch.setattr(judging, "BATCH", 1)
    factories.pay(constancia, cxc)
    first, second, _ = read.movements.order_by("pk")
    steps = judge_waiting(statement=read)
    next(steps)
    ignore(movement=second, reason="Es doble.", by=cxc)
    list(steps)
    second.refresh_from_db()
    assert (second.state, second.verdict) == ("ignored", "partial")
    first.refresh_from_db()
    assert first.verdict == "already_paid"


def test_a_deposit_given_back_meanwhile_stays_so(constancia, cxc, monkeypatch):
    """Judged as exact before the return came, written after it."""
    factories.make_constancia(factories.make_consenting_user())
    day, concept, amount = spei(constancia)
    read = imported(statement((day, concept, amount)), cxc)
    factories.pay(constancia, cxc)
    write = judging._write_waiting

    def meanwhile(batch, fields):
        back = (day, concept.replace("RECIBIDO", "DEVUELTO"), -amount)
        imported(statement(back, opening="9.00"), cxc)
        write(batch, fields)

    monkeypatch.setattr(judging, "_write_waiting", meanwhile)
    list(judge_waiting(statement=read))
    assert verdicts(read) == ["reversal"]


@pytest.mark.parametrize("number", [1, 3])
def test_its_queries_do_not_grow(user, cxc, number, django_assert_num_queries):
    constancias = [factories.make_constancia(user) for _ in range(number)]
    lines = [spei(each, "5.00", folio=n) for n, each in enumerate(constancias)]
    read = imported(statement(*lines), cxc)
    for each in constancias:
        factories.pay(each, cxc)
    with django_assert_num_queries(7):
        list(judge_waiting(statement=read))
    assert verdicts(read) == ["already_paid"] * number
    assert Movement.objects.filter(amount=Decimal("5.00")).count() == number
