"""Reads a workbook from stdin and writes its rows as JSON, a batch a line. Run by `sheets.py`.

A sheet of two cells can make the reader ask for hundreds of gigabytes (one in A1, one in
XFD1048576: it keeps the whole rectangle), so it works in a process whose memory is bounded and
whose end hurts nobody.
"""

import io
import json
import resource
import sys
from itertools import islice

import python_calamine

MEMORY = 2 * 1024**3
BATCH = 1000


def main(most_rows: int) -> int:
    """Exit status: 0 read, 3 password, 4 unreadable, 5 more than `most_rows` rows."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        book = python_calamine.load_workbook(io.BytesIO(sys.stdin.buffer.read()))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if not sheet.height:
                continue
            if sheet.height > most_rows:
                return 5
            first = sheet.start[0] if sheet.start else 0
            rows = enumerate(sheet.iter_rows(), start=1 + first)
            while batch := list(islice(rows, BATCH)):
                print(json.dumps(batch, default=plain))
            return 0
    except python_calamine.PasswordError:
        return 3
    except (python_calamine.CalamineError, MemoryError, OSError, ValueError):
        return 4
    return 0


def plain(cell: object) -> str:
    """Days and times, which JSON does not know, as ISO text."""
    isoformat = getattr(cell, "isoformat", None)
    return str(isoformat()) if isoformat else str(cell)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
