"""The bank's text with the digits that matched; whatever it says stays text."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.highlight import highlighted


@pytest.mark.parametrize(
    ("text", "spans", "shown"),
    [
        ("SPEI 1234567", [], "SPEI 1234567"),
        ("SPEI 1234567 PAGO", [[5, 12, False]], "SPEI <mark>1234567</mark> PAGO"),
        ("1234567", [[0, 7, False]], "<mark>1234567</mark>"),
        ("A 1234567 B 7654321", [[12, 19, False], [2, 9, False]], None),
        ("1234567", [[0, 7, True]], "1234567"),
        ("1234567", [[0, 40, False]], "<mark>1234567</mark>"),
        ("1234567", [[9, 12, False]], "1234567"),
        ("123456789", [[0, 7, False], [2, 9, False]], "<mark>1234567</mark><mark>89</mark>"),
        ("<b>1&2</b>", [[3, 6, False]], "&lt;b&gt;<mark>1&amp;2</mark>&lt;/b&gt;"),
    ],
)
def test_the_digits_are_marked(text, spans, shown):
    expected = shown or "A <mark>1234567</mark> B <mark>7654321</mark>"
    assert highlighted(text, spans) == expected


def test_the_banks_reference_has_spans_of_its_own():
    spans = [[0, 3, False], [4, 11, True]]
    assert highlighted("REF 1234567", spans, in_field=True) == "REF <mark>1234567</mark>"


@given(
    st.text(alphabet="<>&'\"/ markscript123\n"),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.booleans())),
)
def test_nothing_the_bank_says_becomes_html(text, spans):
    shown = highlighted(text, spans)
    without = re.sub(r"</?mark>", "", shown)
    assert "<" not in without
    assert ">" not in without
    assert unescape(without) == text
