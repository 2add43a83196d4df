"""How to pay, by channel: which field takes the reference, and the exact text to type.

The facts are in the customer's manual and on bank statements: between BBVA accounts there is no
reference field and only the first 18 characters or so of the concept arrive; elsewhere SPEI's
numeric reference and the concept both do. The company's own words say it (`texts.catalogue`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from facturamos.money import format_money
from facturamos.texts.words import Words, fill

# A bank refuses a transfer above its customer's own ceiling; unless changed, 1,500 UDIS.
USUAL_CEILING = Decimal("12800.00")
# SPEI takes 40 characters of concept, A-Z, 0-9 and blanks arrive everywhere; BBVA shows about 18.
CONCEPT_SHOWN = 18
# Each with whether it is a transfer, which has a ceiling.
CHANNELS = (
    ("channels.bbva", True),
    ("channels.spei", True),
    ("channels.counter", False),
    ("channels.cash", False),
)
_TO_TYPE = re.compile(r"(.*?) ?\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; `text` is what to type, exactly, if anything."""

    action: str
    text: str = ""
    is_concept: bool = False


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to pay, with its steps and, where it applies, a warning."""

    name: str
    steps: tuple[Step, ...]
    warning: str = ""


def concept(reference: str) -> str:
    """What to type as concept or motive: the reference first, since banks cut the rest."""
    return f"{reference} FACTURAMOS"[:CONCEPT_SHOWN]


def ceiling_warning(amount: Decimal, words: Words) -> str:
    """What to know before transferring that much (MXN); empty when no bank would refuse it."""
    if amount <= USUAL_CEILING:
        return ""
    return words.filled("payment.ceiling", tope=format_money(USUAL_CEILING))


def channels(reference: str, amount: Decimal, words: Words) -> tuple[Channel, ...]:
    """The ways to pay that amount (MXN) under that reference, in the company's words."""
    values = words.company | {
        "referencia": reference,
        "importe": f"{amount:.2f}",
        "concepto": concept(reference),
    }
    warning = ceiling_warning(amount, words)
    return tuple(
        _channel(words.lines(key), values, warning if is_transfer else "")
        for key, is_transfer in CHANNELS
    )


def _channel(lines: tuple[str, ...], values: Mapping[str, str], warning: str) -> Channel:
    name, *steps = lines
    return Channel(name, tuple(_step(line, values) for line in steps), warning)


def _step(line: str, values: Mapping[str, str]) -> Step:
    """What a line ends with between braces is what to type."""
    match = _TO_TYPE.fullmatch(line)
    if match is None:
        return Step(fill(line, values))
    action, name = match.groups()
    return Step(fill(action, values), values.get(name, ""), name == "concepto")
