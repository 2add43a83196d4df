"""What a process does that only draws slips; it is started anew, so it must import no model."""

from pathlib import Path
from resource import getpagesize

import django

from payments.pdf import draw_constancia
from payments.slip import Slip

MIB = 2**20


def prepare() -> None:
    """Once in each process, before anything else."""
    django.setup()


def draw(slip: Slip) -> int:
    """Draw the slip; returns the size of its PDF."""
    return len(draw_constancia(slip))


def resident(_: object = None) -> float:
    """The MiB of memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * getpagesize() / MIB
