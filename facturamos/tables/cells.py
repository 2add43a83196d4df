"""A cell as text, and a header as a key."""

import math
import unicodedata
from decimal import Decimal
from typing import Final

from facturamos.tables.values import Cell

_CONTROLS: Final = dict.fromkeys((*range(9), *range(11, 32), 127, 0xA0), " ")


def header_key(cell: Cell) -> str:
    """A header without accents, case and punctuation. A lost character stays as U+FFFD."""
    flat = unicodedata.normalize("NFKD", str(cell).casefold())
    return "".join(c for c in flat if c.isalnum() or c in "�/+-")


def cell_text(cell: Cell) -> str:
    """A cell as text: no control characters, no blanks or apostrophes around it."""
    if isinstance(cell, str):
        text = cell if cell.isprintable() else cell.translate(_CONTROLS)
        text = text.strip()
        return text.strip("'").strip() if text.startswith("'") and text.endswith("'") else text
    if isinstance(cell, (float, Decimal)) and math.isfinite(cell) and cell == int(cell):
        return str(int(cell))
    return "" if cell is None else str(cell)
