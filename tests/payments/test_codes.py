"""The barcode of a reference, read back as a scanner does."""

import re

import pytest
from barcode.charsets import code128 as tables
from hypothesis import given
from hypothesis import strategies as st

from payments.codes import code_128


def modules_of(path: str, width: int) -> str:
    """The drawing as a row of modules, 1 for black."""
    row = ["0"] * width
    for x, bar, height, back in re.findall(r"M(\d+) 0h(\d+)v(\d+)h-(\d+)", path):
        assert (bar, height) == (back, "30")
        row[int(x) : int(x) + int(bar)] = "1" * int(bar)
    return "".join(row)


def decode(modules: str) -> str:
    """What a scanner reads: Code 128, digits in pairs (set C), characters in set B."""
    quiet, stop = "0" * 10, "1100011101011"
    assert modules.startswith(quiet)
    assert modules.endswith(stop + quiet)
    symbols = re.findall(".{11}", modules[10 : -10 - len(stop)])
    first, *values, check = [tables.CODES.index(symbol) for symbol in symbols]
    assert check == (first + sum(i * value for i, value in enumerate(values, start=1))) % 103
    charset, text = {104: "B", 105: "C"}[first], ""
    for value in values:
        if (charset, value) in (("C", 100), ("B", 99)):
            charset = {100: "B", 99: "C"}[value]
        else:
            text += f"{value:02}" if charset == "C" else chr(value + 32)
    return text


@pytest.mark.parametrize("reference", ["1234566", "1000002", "9900002", "9999990", "935447"])
def test_a_scanner_reads_the_reference_from_the_bars(reference):
    barcode = code_128(reference)
    assert decode(modules_of(barcode.d, barcode.width)) == reference


@given(st.integers(1_000_000, 9_999_999))
def test_a_scanner_reads_any_seven_digits(number):
    barcode = code_128(str(number))
    assert decode(modules_of(barcode.d, barcode.width)) == str(number)


def test_the_bars_of_seven_digits_are_110_modules_wide_with_their_quiet_zones():
    # Start, three pairs, change of set, one digit, check: 7 × 11; stop: 13; quiet: 2 × 10.
    assert (code_128("1234566").width, code_128("1234566").height) == (110, 30)
