"""The number that ties a deposit to a constancia. Knows no database.

Seven digits: six at random, never sequential and never starting with 0 (SPEI's numeric reference
takes 1 to 7 digits and drops leading zeros), and a check digit by Damm's algorithm, which catches
every wrong digit and every swap of two neighbours.
"""

import re
import secrets
from collections.abc import Callable
from typing import Final

from stdnum import damm

LENGTH: Final = 7
LEGACY_LENGTH: Final = 6
_LOWEST: Final = 100_000
_COUNT: Final = 900_000

# What people and banks put between the digits: blanks of any kind, hyphens and dashes.
_SEPARATORS = re.compile(r"[\s\-‐‑‒–—]+")

# What people write before a reference: "Ref. 123 4567", "constancia 1234567".
_LABEL = re.compile(r"^\s*(?:ref(?:erencia)?|constancia|no|núm(?:ero)?)?[\s.:]*", re.IGNORECASE)


class InvalidReferenceError(ValueError):
    """The text cannot be a reference. Its message is for the person who typed it."""


def new_reference(below: Callable[[int], int] = secrets.randbelow) -> str:
    """A reference drawn at random: `below(n)` gives a whole number from 0 to n-1."""
    drawn = str(_LOWEST + below(_COUNT))
    return drawn + str(damm.calc_check_digit(drawn))


def is_valid(reference: str) -> bool:
    """Whether these seven digits carry the right check digit."""
    return (
        len(reference) == LENGTH
        and reference.isascii()
        and reference.isdecimal()
        and reference[0] != "0"
        and damm.is_valid(reference)
    )


def looks_like_reference(text: str) -> bool:
    """Whether somebody meant a reference: digits and separators, perhaps after a label."""
    digits = _SEPARATORS.sub("", _LABEL.sub("", text)).rstrip(".,;")
    return digits.isdecimal()


def parse_reference(text: str) -> str:
    """The reference a person typed or read aloud: `123 4567`, `Ref. 123-4567`, `0001234567`.

    Six digits are a reference of the old system, which has no check digit. Raises
    InvalidReferenceError when the text cannot be a reference: other characters, another length, a
    wrong check digit.
    """
    digits = _SEPARATORS.sub("", _LABEL.sub("", text)).rstrip(".,;")
    if not (digits.isascii() and digits.isdecimal()):
        raise InvalidReferenceError("Una referencia lleva solo dígitos, por ejemplo 123 4567.")
    digits = digits.lstrip("0")
    if len(digits) == LEGACY_LENGTH or is_valid(digits):
        return digits
    raise InvalidReferenceError("Esa referencia no puede existir: revise los dígitos.")


def format_reference(reference: str) -> str:
    """In groups for the eye, as printed: `123 4567`; one of the old system, `935 447`."""
    return f"{reference[:3]} {reference[3:]}"
