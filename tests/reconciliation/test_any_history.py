"""Whatever is imported, in whatever order, overlap and format: the money is the same."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from payments.models import Constancia, Payment
from reconciliation.deciding import DecisionError
from reconciliation.judging import judge_waiting
from reconciliation.models import Movement, Sighting, Statement
from reconciliation.movement import Movement as Line
from reconciliation.taking_back import accept_return
from reconciliation.work import ask_to_confirm, ask_to_undo, go_on
from tests import factories
from tests.reconciliation import writers
from tests.reconciliation.bank import imported, rolled_back

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

DAYS = 3
FORMATS = {
    "tabs": writers.bbva_tab,
    "sheet": writers.bbva_csv,
    "xml": writers.bbva_xml,
    "norma43": writers.norma43,
}
examples = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def constancias(user, clock):
    """Two open ones, issued a few days before today, when all the movements are made."""
    factories.make_bank_account(account_number=writers.ACCOUNT, clabe="012000001000000178")
    today = timezone.localdate()
    clock(today, 9)
    made = [factories.make_constancia(user) for _ in "ab"]
    clock(today + timedelta(DAYS), 9)
    return made


# Of a movement: the day, whose reference it names (2: nobody's), the amount, and whether the bank
# gives it back on the next day.
moved = st.tuples(
    st.integers(0, DAYS - 1),
    st.integers(0, 2),
    st.sampled_from(["1305.00", "1305.00", "500.00", "805.00", "1400.00", "-11.60"]),
    st.booleans(),
)
# Of an export: its first and last day, its order, its format, and whether its light is confirmed.
exports = st.tuples(
    st.integers(0, DAYS), st.integers(0, DAYS), st.randoms(), st.sampled_from([*FORMATS]),
    st.booleans(),
)  # fmt: skip


def lines_of(drawn, constancias: Sequence[Constancia]) -> list[Line]:
    """The history of the account, oldest first."""
    start = timezone.localdate() - timedelta(DAYS)
    lines = []
    for number, (day, whose, amount, goes_back) in enumerate(drawn, start=1):
        names = constancias[whose].reference if whose < 2 else "0000000"
        text = f"SPEI {{}}BANORTE/{number:010}  072 {names}RENOVACION"
        if amount.startswith("-"):
            text = "COMISION POR SERVICIO{}"
        lines.append(line(start + timedelta(day), amount, text.format("RECIBIDO")))
        if goes_back and whose < 2 and not amount.startswith("-"):
            back = text.format("DEVUELTO")
            lines.append(line(start + timedelta(day + 1), f"-{amount}", back))
    return sorted(lines, key=lambda each: each.date)


def line(day: date, amount: str, text: str) -> Line:
    return Line(line=0, date=day, amount=Decimal(amount), description=text)


def take_in(content: bytes, by) -> Statement | None:
    """Import a file with a row of its own for every content, however often it comes."""
    before = Statement.objects.count()
    read = imported(content, by)
    assert read.state == "ready", read.failure
    return read if Statement.objects.count() > before else None


def export(history: Sequence[Line], drawn) -> bytes:
    first, last, shuffled, name, _ = drawn
    start = timezone.localdate() - timedelta(DAYS)
    chosen = [each for each in history if first <= (each.date - start).days <= last]
    if name != "norma43":  # which says its first and last day
        shuffled.shuffle(chosen)
    return FORMATS[name](chosen)


def confirm(read: Statement, by) -> None:
    """Press the button, and be told the truth by the light before it."""
    exact = read.movements.exact().count()
    before = Payment.objects.standing().count()
    try:
        ask_to_confirm(statement=read, by=by)
    except DecisionError:
        assert not exact
        return
    go_on(read)
    assert not read.movements.exact().exists()
    assert Payment.objects.standing().count() <= before + exact


def settle(by) -> None:
    """Do what CxC does until nothing is left that the portal is sure of."""
    for _ in range(2):
        for back in Movement.objects.filter(state="waiting", amount__lt=0):
            accept_return(movement=back, by=by)
        for read in Statement.objects.filter(state="ready"):
            list(judge_waiting(statement=read))
            confirm(read, by)


def money() -> Counter[tuple[int, Decimal]]:
    rows = Payment.objects.standing().values_list("constancia_id", "amount")
    return Counter(rows)


def alive() -> Counter[tuple[date, Decimal]]:
    return Counter(Movement.objects.exclude(state="void").values_list("date", "amount"))


@given(drawn=st.lists(moved, min_size=1, max_size=5), some=st.lists(exports, max_size=4))
@example(  # a return whose deposit comes in a later file than another of the same amount
    drawn=[(0, 0, "1305.00", True), (1, 2, "1305.00", False)],
    some=[(1, 1, Random(0), "tabs", False)],
)
@examples
def test_each_movement_counts_once_and_the_payments_are_the_same(drawn, some, constancias, cxc):
    history = lines_of(drawn, constancias)
    told = []
    for sequence in ([], some):
        with rolled_back():
            for each in sequence:
                if (read := take_in(export(history, each), cxc)) and each[-1]:
                    confirm(read, cxc)
            take_in(writers.bbva_tab(history[::-1]), cxc)
            settle(cxc)
            told.append((alive(), money(), sorted(Constancia.objects.values_list("pk", "status"))))
            assert_no_peso_too_much()
    assert told[0] == told[1]
    assert told[0][0] == Counter((each.date, each.amount) for each in history)


def assert_no_peso_too_much() -> None:
    """What was paid came in, and did not go out again."""
    paid = Payment.objects.standing().aggregate(n=Sum("amount", default=0))["n"]
    came = Movement.objects.filter(state="applied").aggregate(n=Sum("amount", default=0))["n"]
    assert paid == came
    assert (
        came
        <= Movement.objects.filter(amount__gt=0)
        .exclude(state="void")
        .aggregate(n=Sum("amount", default=0))["n"]
    )
    for constancia in Constancia.objects.with_paid():
        assert constancia.paid in (0, constancia.total), "only exact ones are confirmed by itself"


def everything() -> tuple[object, ...]:
    """What the portal holds, judged as of now, but for what was undone."""
    for read in Statement.objects.filter(state="ready"):
        list(judge_waiting(statement=read))
    rows = Movement.objects.exclude(state="void").select_related("returns").order_by("pk")
    return (
        [
            (row.pk, row.state, row.verdict, row.reason, row.spans, row.proposal, row.returns_id)
            for row in rows
        ],
        sorted(money().items()),
        sorted(Constancia.objects.values_list("pk", "status")),
        sorted(Sighting.objects.exclude(statement__state="undone").values_list("statement_id")),
    )


ON_DAY = [(day, day, Random(0), "tabs", False) for day in range(2)]


@given(
    drawn=st.lists(moved, min_size=1, max_size=5), some=st.lists(exports, min_size=1, max_size=3)
)
@example(drawn=[(0, 0, "1305.00", True)], some=ON_DAY)
@example(drawn=[(0, 0, "1305.00", True)], some=ON_DAY[::-1])
@examples
def test_undoing_the_last_import_restores_what_was_there_before(drawn, some, constancias, cxc):
    history = lines_of(drawn, constancias)
    *before, last = some
    with rolled_back():
        for each in before:
            if (read := take_in(export(history, each), cxc)) and each[-1]:
                confirm(read, cxc)
        was = everything()
        read = take_in(export(history, last), cxc)
        if read is None:
            return
        if last[-1]:
            confirm(read, cxc)
        ask_to_undo(statement=read, reason="Era otra.", by=cxc)
        go_on(read)
        assert read.state == "undone"
        assert everything() == was
