from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.references import (
    InvalidReferenceError,
    format_reference,
    is_valid,
    new_reference,
    parse_reference,
)

# Every reference there can be: `new_reference` draws one of these numbers.
draws = st.integers(0, 899_999)


def reference_of(draw: int) -> str:
    return new_reference(lambda count: draw)


@given(draws)
def test_a_new_reference_is_valid_and_has_seven_digits(draw):
    reference = reference_of(draw)
    assert len(reference) == 7
    assert is_valid(reference)


@pytest.mark.parametrize(
    ("draw", "reference"), [(0, "1000002"), (23_456, "1234566"), (899_999, "9999990")]
)
def test_the_check_digit_is_damm_s(draw, reference):
    assert reference_of(draw) == reference


@given(draws)
@settings(max_examples=200)
def test_every_wrong_digit_is_noticed(draw):
    reference = reference_of(draw)
    wrong = {
        reference[:place] + digit + reference[place + 1 :]
        for place in range(7)
        for digit in "0123456789"
    } - {reference}
    assert len(wrong) == 63
    assert not [typed for typed in wrong if is_valid(typed)]


@given(draws)
@settings(max_examples=200)
def test_every_swap_of_neighbours_is_noticed(draw):
    reference = reference_of(draw)
    swapped = {
        reference[:place] + reference[place + 1] + reference[place] + reference[place + 2 :]
        for place in range(6)
    } - {reference}
    assert not [typed for typed in swapped if is_valid(typed)]


def test_one_of_900000_numbers_is_drawn():
    asked = []
    new_reference(lambda count: asked.append(count) or 0)
    assert asked == [900_000]


@given(draws)
def test_no_reference_starts_with_0(draw):
    assert reference_of(draw)[0] != "0"


def test_references_do_not_follow_one_another():
    drawn = [int(new_reference()[:6]) for _ in range(12)]
    steps = {second - first for first, second in pairwise(drawn)}
    assert len(steps) > 1


@given(draws, draws)
def test_two_draws_give_two_references(first, second):
    assert (reference_of(first) == reference_of(second)) is (first == second)


@pytest.mark.parametrize(
    "text", ["", "123456", "10000020", "0123459", "１２３４５６６", "12345x6", "1000002 "]
)
def test_only_seven_plain_digits_without_a_0_in_front_can_be_valid(text):
    assert not is_valid(text)


@given(draws)
def test_what_is_printed_can_be_typed_back(draw):
    reference = reference_of(draw)
    assert parse_reference(format_reference(reference)) == reference


@pytest.mark.parametrize(
    "spelling",
    [
        "{0}{1}",
        "{0} {1}",
        "  {0}  {1}\n",
        "{0}\N{NO-BREAK SPACE}{1}",
        "{0}\N{NARROW NO-BREAK SPACE}{1}",
        "{0}-{1}",
        "{0}\N{NON-BREAKING HYPHEN}{1}",
        "{0}\N{EN DASH}{1}",
        "{0} - {1}",
        "000{0}{1}",
        "0 0 {0} {1}",
    ],
)
def test_a_reference_is_read_however_it_is_spelled(spelling):
    reference = reference_of(23_456)
    assert parse_reference(spelling.format(reference[:3], reference[3:])) == reference


@pytest.mark.parametrize("text", ["935447", "935 447", "0935447", "000-935-447"])
def test_six_digits_are_a_reference_of_the_old_system(text):
    assert parse_reference(text) == "935447"


@pytest.mark.parametrize(
    "text", ["", "   ", "12345a7", "#1000002", "123.4567", "１２３４５６６", "١٢٣"]
)
def test_other_characters_are_refused_with_an_example(text):
    with pytest.raises(InvalidReferenceError) as refusal:
        parse_reference(text)
    assert str(refusal.value) == "Una referencia lleva solo dígitos, por ejemplo 123 4567."


@pytest.mark.parametrize("text", ["1000003", "12345", "0012345", "10000020", "0000000", "9" * 50])
def test_a_wrong_check_digit_or_length_is_refused(text):
    with pytest.raises(InvalidReferenceError) as refusal:
        parse_reference(text)
    assert str(refusal.value) == "Esa referencia no puede existir: revise los dígitos."


@pytest.mark.parametrize(("digits", "printed"), [("1234566", "123 4566"), ("935447", "935 447")])
def test_a_reference_is_printed_in_groups(digits, printed):
    assert format_reference(digits) == printed
