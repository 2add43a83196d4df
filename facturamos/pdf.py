"""HTML to tagged PDF, drawn with our own fonts and nothing from the network."""

import threading
from functools import cache
from pathlib import Path

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

# WeasyPrint's font configuration is not safe to share between threads, and leaks when it is made
# anew for each document: so one for each thread.
_thread = threading.local()


def draw_pdf(html: str, stylesheet: Path) -> bytes:
    """The HTML page as a PDF that declares PDF/UA-1, styled by the stylesheet's file.

    The HTML's `lang`, `<title>` and date metadata become the PDF's. Only `data:` addresses are
    followed. The same input gives the same bytes.
    """
    if not hasattr(_thread, "fonts"):
        _thread.fonts = FontConfiguration()
    document = HTML(string=html, url_fetcher=_fetcher())
    pdf: bytes = document.write_pdf(
        stylesheets=[_stylesheet(stylesheet)],
        font_config=_thread.fonts,
        pdf_variant="pdf/ua-1",
    )
    return pdf


@cache
def _fetcher() -> URLFetcher:
    return URLFetcher(allowed_protocols=["data"])


@cache
def _stylesheet(path: Path) -> CSS:
    return CSS(string=path.read_text(encoding="utf-8"), url_fetcher=_fetcher())
