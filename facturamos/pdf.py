"""HTML to tagged PDF, drawn with our own fonts and nothing from the network.

WeasyPrint is imported by whoever draws first: it is half of a process's start, and commands and
most others draw nothing. gunicorn's configuration imports it before any customer waits.
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.urls import URLFetcher

POINTS_PER_PIXEL = 0.75

# WeasyPrint's font configuration is not safe to share between threads, and leaks when it is made
# anew for each document: so one for each thread.
_thread = threading.local()


class InaccessiblePdfError(ValueError):
    """The HTML lacks something that a reader of the PDF who does not see it needs."""


def draw_pdf(html: str, stylesheet: Path) -> bytes:
    """The HTML page as a PDF that declares PDF/UA-1, styled by the stylesheet's file.

    The HTML's `lang`, `<title>` and date metadata become the PDF's. Only `data:` addresses are
    followed. The same input gives the same bytes. Raises InaccessiblePdfError for a page without
    language or title, and for a picture without a description.
    """
    from weasyprint import HTML  # noqa: PLC0415
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415

    if not hasattr(_thread, "fonts"):
        _thread.fonts = FontConfiguration()
    with _rubbish_gone_at_once():
        document = HTML(string=html, url_fetcher=_fetcher())
        pdf: bytes = document.write_pdf(
            stylesheets=[_stylesheet(stylesheet)],
            font_config=_thread.fonts,
            pdf_variant="pdf/ua-1",
            finisher=_finish_tags,
        )
        del document
    return pdf


@cache
def _fetcher() -> "URLFetcher":
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    return URLFetcher(allowed_protocols=["data"])


@cache
def _stylesheet(path: Path) -> "CSS":
    from weasyprint import CSS  # noqa: PLC0415

    return CSS(string=path.read_text(encoding="utf-8"), url_fetcher=_fetcher())


@contextmanager
def _rubbish_gone_at_once() -> Iterator[None]:
    """Collect what a document leaves, thousands of objects in circles, while it is still young.

    Left to itself, the collector looks through all of them again and again while they are in use,
    takes them for old, and lets several documents pile up: 10 MiB and a twentieth of the time.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.collect(0)
        gc.enable()


def _finish_tags(document: Any, pdf: Any) -> None:
    """Complete the tags, which WeasyPrint 70 leaves short of PDF/UA, and refuse what it only logs.

    It names no scope for a table's heading, and gives a picture's box in pixels from the top
    where the PDF counts points from the bottom.
    """
    if not (document.metadata.lang and document.metadata.title):
        raise InaccessiblePdfError("The page has no language or no title.")
    heights = {
        reference: page.height
        for reference, page in zip(pdf.page_references, document.pages, strict=True)
    }
    for element in pdf.objects:
        match element:
            case {"S": "/TH"}:
                row = _target(pdf, element["P"])
                is_header = _target(pdf, row["P"])["S"] == "/THead"
                element["A"]["Scope"] = "/Column" if is_header else "/Row"
            case {"S": "/Figure"}:
                if "Alt" not in element:
                    raise InaccessiblePdfError("A picture has no description.")
                left, top, right, bottom = element["A"]["BBox"]
                height = heights[element["Pg"]]
                box = (left, height - bottom, right, height - top)
                element["A"]["BBox"][:] = (side * POINTS_PER_PIXEL for side in box)


def _target(pdf: Any, reference: bytes) -> Any:
    """The object that a reference such as `12 0 R` names."""
    return pdf.objects[int(reference.split()[0])]
