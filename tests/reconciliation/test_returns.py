"""A deposit and the line with which the bank gave it back, whichever comes first."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciliation import reading
from reconciliation.deciding import DecisionError, ignore
from reconciliation.models import Movement, Statement
from reconciliation.taking_back import accept_return, undo
from reconciliation.work import ask_to_confirm, ask_to_undo, go_on, go_on_with_all
from tests import factories
from tests.reconciliation.bank import imported, rolled_back, spei, statement

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def constancia(user):
    return factories.make_constancia(user)


def back_of(line, *, days: int = 1, text: str = ""):
    """The bank's line that gives it back."""
    day, concept, amount = line
    return day + timedelta(days), text or concept.replace("RECIBIDO", "DEVUELTO"), -amount


def take_back(read, by) -> None:
    ask_to_undo(statement=read, reason="Error.", by=by)
    go_on(read)


def both(read, other):
    return read.movements.get(), other.movements.get()


def told() -> list[tuple[object, ...]]:
    """What is known of every movement, in no order of imports."""
    rows = Movement.objects.select_related("returns").exclude(state="void")
    return sorted(
        (
            *(row.date, row.amount, row.description, row.state, row.verdict, row.reason),
            *(str(row.spans), str(row.proposal), row.returns and row.returns.description),
        )
        for row in rows
    )


@st.composite
def lines_in_files(draw):
    """Of each of a few deposits: whether it names its constancia, whether it goes back, whether the
    return repeats the bank's whole text, and the files of both."""
    some = st.tuples(st.booleans(), st.booleans(), st.booleans(), st.integers(0, 2))
    return draw(st.lists(st.tuples(some, st.integers(0, 2)), min_size=1, max_size=3))


@given(drawn=lines_in_files(), order=st.permutations(range(3)))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_order_of_the_files_changes_nothing(drawn, order, constancias, cxc):
    files = [[], [], []]
    for number, ((names, goes_back, whole, file), other) in enumerate(drawn):
        alone = None if names else f"{700 + number}.00"  # what names nobody has its own amount
        line = spei(constancias[number] if names else None, alone, folio=number + 1)
        files[file].append(line)
        if goes_back:
            text = "" if whole else f"DEVOLUCION {line[1][-17:]}"
            files[other].append(back_of(line, text=text))
    contents = [statement(*lines, opening=f"{at}.00") for at, lines in enumerate(files) if lines]
    ends = []
    for sequence in (contents, [contents[at] for at in order if at < len(contents)]):
        with rolled_back():
            for content in sequence:
                imported(content, cxc)
            ends.append(told())
    assert ends[0] == ends[1]
    states = [(row[1] < 0, row[3], row[4]) for row in ends[0]]
    returned = sum(goes_back for (_names, goes_back, *_), _other in drawn)
    assert states.count((False, "waiting", "reversal")) == returned
    assert states.count((True, "waiting", "reversal")) == returned
    assert not [state for state in states if state[1] == "other"]


@pytest.fixture
def constancias(user):
    return [factories.make_constancia(user) for _ in range(3)]


class TestReturnFirst:
    """The return was uploaded before the deposit that it gives back."""

    @pytest.fixture
    def pair(self, constancia, cxc):
        line = spei(constancia, folio=5)
        returned = imported(statement(back_of(line), opening="9.00"), cxc)
        assert returned.movements.get().state == "other"
        return imported(statement(line), cxc), returned

    def test_both_halves_wait_tied_to_one_another(self, pair):
        deposit, back = both(*pair)
        assert (deposit.returns, back.returns) == (back, deposit)
        assert (deposit.verdict, back.verdict) == ("reversal", "reversal")
        assert (deposit.state, back.state) == ("waiting", "waiting")
        assert "devolvió este depósito" in deposit.reason
        assert deposit.proposal == []

    def test_nobody_confirms_it(self, pair, cxc):
        with pytest.raises(DecisionError, match="No hay pagos exactos"):
            ask_to_confirm(statement=pair[0], by=cxc)

    def test_it_is_accepted_as_ever(self, pair, cxc):
        accept_return(movement=pair[1].movements.get(), by=cxc)
        assert set(Movement.objects.values_list("state", flat=True)) == {"ignored"}

    def test_without_the_deposit_the_return_is_what_it_was(self, pair, constancia, cxc):
        take_back(pair[0], cxc)
        back = pair[1].movements.get()
        assert (back.state, back.verdict, back.returns) == ("other", "not_a_deposit", None)
        assert "no se encontró qué depósito devuelve" in back.reason
        again = imported(statement(spei(constancia, folio=5)), cxc)
        assert again.movements.get().returns == pair[1].movements.get()

    def test_without_the_return_the_deposit_is_exact(self, pair, cxc):
        take_back(pair[1], cxc)
        deposit = pair[0].movements.get()
        assert (deposit.verdict, deposit.returns) == ("exact", None)

    def test_a_return_that_a_person_set_aside_counts_when_its_deposit_comes_again(
        self, pair, constancia, cxc
    ):
        ignore(movement=pair[1].movements.get(), reason="Es de otro.", by=cxc)
        take_back(pair[0], cxc)
        again = imported(statement(spei(constancia, folio=5)), cxc)
        deposit, back = both(again, pair[1])
        assert (deposit.verdict, deposit.returns) == ("reversal", back)
        assert back.state == "ignored", "a decision stands"
        undo(movement=back, by=cxc)
        back.refresh_from_db()
        assert (back.state, back.verdict) == ("waiting", "reversal")

    @pytest.mark.parametrize(
        ("days", "amount", "text"),
        [
            (-1, "1305.00", ""),
            (61, "1305.00", ""),
            (1, "1304.00", ""),
            (1, "1305.00", "SPEI ENVIADO {}"),
            (1, "1305.00", "DEVOLUCION {}"),
        ],
        ids=["before it", "too late", "another amount", "no return", "of another"],
    )
    def test_what_is_not_its_return(self, user, constancia, cxc, days, amount, text):
        other = factories.make_constancia(user)
        line = spei(constancia, amount, folio=5)
        imported(statement(back_of(line, days=days, text=text.format(other.reference))), cxc)
        deposit = imported(statement(spei(constancia, folio=5), opening="7.00"), cxc)
        assert deposit.movements.get().verdict == "exact"


def test_a_payment_taken_back_after_the_return_is_not_exact_again(constancia, cxc):
    line = spei(constancia, folio=5)
    read = imported(statement(line), cxc)
    ask_to_confirm(statement=read, by=cxc)
    go_on(read)
    imported(statement(back_of(line), opening="9.00"), cxc)
    deposit = read.movements.get()
    assert (deposit.state, deposit.verdict) == ("applied", "exact")
    undo(movement=deposit, by=cxc)
    deposit.refresh_from_db()
    assert (deposit.state, deposit.verdict, deposit.proposal) == ("waiting", "reversal", [])


def test_the_other_half_that_comes_while_it_is_read_is_not_missed(constancia, cxc, monkeypatch):
    line = spei(constancia, folio=5)
    finish = reading._finish

    def meanwhile(*arguments):
        monkeypatch.setattr(reading, "_finish", finish)
        imported(statement(back_of(line), opening="9.00"), cxc)
        finish(*arguments)

    monkeypatch.setattr(reading, "_finish", meanwhile)
    read = imported(statement(line), cxc)
    go_on_with_all()
    assert set(Statement.objects.values_list("state", flat=True)) == {"ready"}
    assert read.movements.get().verdict == "reversal"
    assert set(Movement.objects.values_list("verdict", "state")) == {("reversal", "waiting")}


@pytest.mark.parametrize("number", [1, 3])
def test_queries_do_not_grow_with_the_returns(user, cxc, number, django_assert_num_queries):
    lines = [spei(factories.make_constancia(user), folio=n) for n in range(number)]
    imported(statement(*map(back_of, lines), opening="9.00"), cxc)
    with django_assert_num_queries(35):
        imported(statement(*lines), cxc)
    assert set(Movement.objects.values_list("verdict", flat=True)) == {"reversal"}
    assert Movement.objects.get(line=2, amount=Decimal("1305.00")).date == timezone.localdate()
