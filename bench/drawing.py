"""What a process does that only draws slips. It starts anew and imports no more than it needs."""

from pathlib import Path
from resource import getpagesize

from facturamos.pdf import draw_pdf
from payments.slip import Slip

MIB = 2**20
STYLESHEET = Path(__file__).resolve().parent.parent / "static/pdf/constancia.css"


def draw_html(html: str) -> int:
    """Draw a slip's finished HTML, with WeasyPrint alone; returns the size of the PDF."""
    return len(draw_pdf(html, STYLESHEET))


def prepare() -> None:
    """Load the whole portal, once in a process, before `draw`."""
    import django  # noqa: PLC0415 (draw_html is measured without)

    django.setup()


def draw(slip: Slip) -> int:
    """Draw the slip as the portal does; returns the size of its PDF."""
    from payments.pdf import draw_constancia  # noqa: PLC0415 (draw_html is measured without)

    return len(draw_constancia(slip))


def resident(_: object = None) -> float:
    """The MiB of memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * getpagesize() / MIB
