"""The barcode and the QR code of a slip, as drawings of a single path. Knows no database.

A single path draws in a quarter of the time of a rectangle for each bar. One unit is one module.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import segno
from barcode.codex import Code128

BAR_HEIGHT = 30
# White modules around the code, without which a scanner does not find it.
BAR_QUIET_ZONE = 10
QR_QUIET_ZONE = 4
# Choosing the mask takes most of the time of making a QR code, and any mask can be read.
QR_MASK = 4


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG path (`d`) in a box of `width` × `height` modules."""

    d: str
    width: int
    height: int


class _Code128(Code128):  # type: ignore[misc]
    """python-barcode 0.16 takes a first pair "99" for a change of character set and drops it."""

    def _try_to_optimize(self, encoded: list[int]) -> list[int]:
        return encoded


def code_128(text: str) -> Drawing:
    """The text as a Code 128 barcode with its quiet zones."""
    (modules,) = _Code128(text).build()
    bars = _row((module == "1" for module in modules), x=BAR_QUIET_ZONE, y=0, height=BAR_HEIGHT)
    return Drawing(d=bars, width=len(modules) + 2 * BAR_QUIET_ZONE, height=BAR_HEIGHT)


def qr_code(text: str) -> Drawing:
    """The text as a QR code that survives a fax (error correction M), with its quiet zone."""
    code = segno.make_qr(text, error="m", mask=QR_MASK)
    rows = (
        _row(map(bool, row), x=QR_QUIET_ZONE, y=QR_QUIET_ZONE + y, height=1)
        for y, row in enumerate(code.matrix)
    )
    side = len(code.matrix) + 2 * QR_QUIET_ZONE
    return Drawing(d="".join(rows), width=side, height=side)


def _row(modules: Iterable[bool], *, x: int, y: int, height: int) -> str:
    """A row of modules: one rectangle for each run of dark ones."""
    path = []
    for dark, run in groupby(modules):
        width = len(list(run))
        if dark:
            path.append(f"M{x} {y}h{width}v{height}h-{width}z")
        x += width
    return "".join(path)
