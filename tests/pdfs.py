"""Looking inside a PDF: what is read on its pages, and the structure behind them."""

from contextlib import closing

import pikepdf
import pypdfium2


def pages_in(pdf: bytes) -> list[str]:
    """What a reader copies from each page, with every run of blanks as one."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    return [" ".join(page.split()) for page in pages]


def elements(node, *kinds: str) -> list:
    """The elements of these kinds in the structure tree below the node, in reading order."""
    if isinstance(node, list | pikepdf.Array):
        return [found for child in node for found in elements(child, *kinds)]
    if not isinstance(node, pikepdf.Dictionary):
        return []
    own = [node] if node.get("/S") in [f"/{kind}" for kind in kinds] else []
    return own + elements(node.get("/K"), *kinds)


def fonts_of(pdf: pikepdf.Pdf) -> list:
    """The fonts that its pages use."""
    return [font for page in pdf.pages for font in page.Resources.Font.values()]
