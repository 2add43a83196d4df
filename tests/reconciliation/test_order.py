from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from reconciliation.movement import Movement, Reading
from reconciliation.order import Direction, chronological, direction, gaps

START = Decimal("1000.00")


def statement(amounts, days=None, first_folio=None):
    """Movements with a running balance, oldest first, one a day unless `days` says otherwise."""
    amounts = [Decimal(amount) for amount in amounts]
    balances = list(accumulate(amounts, initial=START))[1:]
    return [
        Movement(
            line=place + 2,
            date=date(2026, 8, 1) + timedelta(days[place] if days else place),
            amount=amount,
            description=f"PAGO {place}",
            balance=balance,
            folio="" if first_folio is None else str(first_folio + place),
        )
        for place, (amount, balance) in enumerate(zip(amounts, balances, strict=True))
    ]


def reading(movements, **more):
    return Reading(layout="x", movements=list(movements), **more)


amounts = st.lists(
    st.integers(-100_000, 100_000).filter(bool).map(lambda n: Decimal(n).scaleb(-2)),
    min_size=3,
    max_size=12,
)


@given(amounts)
def test_a_whole_statement_has_no_gaps_in_either_order(amounts):
    movements = statement(amounts)
    assert direction(movements) is Direction.OLDEST_FIRST
    assert direction(movements[::-1]) is Direction.NEWEST_FIRST
    assert gaps(reading(movements)) == gaps(reading(movements[::-1])) == []


@given(amounts, st.data())
def test_the_amount_of_a_missing_line_is_told(amounts, data):
    amounts += [Decimal(1)] * 4
    lost = data.draw(st.integers(1, len(amounts) - 2))
    movements = statement(amounts)
    rest = movements[:lost] + movements[lost + 1 :]
    for given_order in (rest, rest[::-1]):
        (gap,) = gaps(reading(given_order))
        assert gap.amount == amounts[lost]
        assert (gap.after, gap.before) == (movements[lost - 1].line, movements[lost + 1].line)


def test_the_words_of_a_gap():
    first, _, third, fourth = statement(["10.00", "1305.00", "5.00", "1.00"])
    assert [gap.text for gap in gaps(reading([first, third, fourth]))] == [
        "Faltan movimientos por $1,305.00 entre la línea 2 (01/08/2026) y la línea 4 (03/08/2026)."
    ]


def test_one_day_is_ordered_by_its_balances():
    movements = statement(["10.00", "20.00", "30.00"], days=[0, 0, 0])
    assert direction(movements) is Direction.OLDEST_FIRST
    assert direction(movements[::-1]) is Direction.NEWEST_FIRST
    assert chronological(movements) == [0, 1, 2]
    assert chronological(movements[::-1]) == [2, 1, 0]


def test_without_days_and_balances_nothing_is_known():
    movements = [replace(m, balance=None, date=date(2026, 8, 1)) for m in statement([1, 2, 3])]
    assert direction(movements) is direction(movements[:1]) is Direction.UNKNOWN
    assert chronological(movements) == [0, 1, 2]
    assert gaps(reading(movements)) == []


def test_folios_tell_how_many_are_missing():
    movements = statement([1, 2, 3, 4, 5, 6], first_folio=41)
    assert gaps(reading(movements)) == []
    rest = [movements[place] for place in (0, 1, 4, 5)]
    assert [(gap.count, gap.text) for gap in gaps(reading(rest[::-1]))] == [
        (2, "Faltan 2 movimientos entre el folio 42 y el 45.")
    ]
    rest = [movements[place] for place in (0, 1, 2, 4, 5)]
    assert gaps(reading(rest))[0].text == "Falta 1 movimiento entre el folio 43 y el 45."


def test_numbers_that_do_not_follow_one_another_are_no_folios():
    movements = [
        replace(m, folio=str(n)) for m, n in zip(statement([1, 2, 3]), (7, 900, 12), strict=True)
    ]
    assert gaps(reading(movements)) == []


def test_balances_that_do_not_run_are_left_alone():
    movements = [replace(m, balance=Decimal("5.00")) for m in statement([1, 2, 3, 4])]
    assert gaps(reading(movements)) == []


def test_the_opening_and_the_closing_balance_count_too():
    movements = [replace(m, balance=None) for m in statement([1, 2, 3])]
    whole = reading(movements, opening_balance=START, closing_balance=START + 6)
    assert gaps(whole) == []
    short = reading(movements, opening_balance=START, closing_balance=START + 10)
    assert [gap.text for gap in gaps(short)] == [
        "Faltan movimientos por $4.00 entre el saldo inicial $1,000.00 y el final $1,010.00."
    ]
