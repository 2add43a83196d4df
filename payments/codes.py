"""The barcode and the QR code of a slip, as drawings of a single path. Knows no database.

A path stays black and white on a fax, where a small picture of dots turns grey and unreadable. A
single one draws in a quarter of the time of an element for each bar, and its time grows with its
commands: so as few rectangles as can be, none of them closed, which filling does by itself.
One unit is one module.
"""

from collections.abc import Iterable, Iterator, Sequence
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
    """An SVG path (`d`) to fill, in a box of `width` × `height` modules."""

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
    bars = [module == "1" for module in modules]
    path = "".join(
        f"M{BAR_QUIET_ZONE + x} 0h{width}v{BAR_HEIGHT}h-{width}" for x, width in _runs(bars)
    )
    return Drawing(d=path, width=len(bars) + 2 * BAR_QUIET_ZONE, height=BAR_HEIGHT)


def qr_code(text: str) -> Drawing:
    """The text as a QR code that survives a fax (error correction M), with its quiet zone."""
    rows = segno.make_qr(text, error="m", mask=QR_MASK).matrix
    path = "".join(
        f"M{QR_QUIET_ZONE + x} {QR_QUIET_ZONE + y}h{width}v{height}h-{width}"
        for x, y, width, height in _rectangles(rows)
    )
    side = len(rows) + 2 * QR_QUIET_ZONE
    return Drawing(d=path, width=side, height=side)


def _rectangles(rows: Sequence[Sequence[int]]) -> Iterator[tuple[int, int, int, int]]:
    """The dark modules as rectangles (x, y, width, height): a run and its likes right below it."""
    begun: dict[tuple[int, int], int] = {}
    for y, row in enumerate([*rows, []]):
        runs = dict.fromkeys(_runs(row), y)
        for x, width in [run for run in begun if run not in runs]:
            top = begun.pop((x, width))
            yield x, top, width, y - top
        begun = runs | begun


def _runs(row: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Where each run of dark modules in the row begins, and how long it is."""
    x = 0
    for dark, run in groupby(row, key=bool):
        length = len(list(run))
        if dark:
            yield x, length
        x += length
