"""Every line of the checklist has a test that bears its number, and stands in docs/security.md."""

import re

import pytest
from django.conf import settings

LINES = [
    *(f"A{number}" for number in range(1, 17)),
    *(f"S{number}" for number in range(1, 9)),
    *(f"Z{number}" for number in range(1, 10)),
    *(f"U{number}" for number in range(1, 12)),
    *(f"B{number}" for number in range(1, 10)),
    *(f"C{number}" for number in range(1, 10)),
    *("R1", "L1", "L2", "L3", "M1", "D1"),
]


@pytest.fixture(scope="module")
def tested() -> set[str]:
    """The numbers in the names of all tests."""
    numbers = set()
    for file in (settings.BASE_DIR / "tests").rglob("test_*.py"):
        for name in re.findall(r"^ *def test_((?:[A-Z]\d+_)+)", file.read_text(), re.MULTILINE):
            numbers |= set(name.strip("_").split("_"))
    return numbers


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    """What the document says of each line."""
    text = (settings.BASE_DIR / "docs/security.md").read_text()
    return dict(re.findall(r"^\| ([A-Z]\d+)(?: \[[^\]]*\])? \| (.+) \|$", text, re.MULTILINE))


def test_every_line_is_written_down_once_and_no_other(written):
    assert sorted(written) == sorted(LINES)


@pytest.mark.parametrize("line", LINES)
def test_a_test_bears_its_number_or_the_document_says_why_not(tested, written, line):
    assert line in tested or written[line].startswith("does not apply")


def test_no_test_bears_a_number_that_is_none(tested):
    assert tested <= set(LINES)
