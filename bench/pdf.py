"""The constancia's PDF: drawing it, and serving it from the store. docs/performance.md explains."""

import statistics
import time
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import replace
from io import BytesIO
from multiprocessing import get_context
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Any
from unittest.mock import patch

import barcode
import segno
import weasyprint
from django.conf import settings
from django.template import engines
from django.test import Client, override_settings
from django.urls import reverse

import payments.pdf
from bench.drawing import draw, draw_html, prepare, resident
from bench.measure import figure, interleaved, lasting, medians, ms, stopwatch, title
from facturamos.money import in_words
from facturamos.pdf import draw_pdf
from facturamos.texts.words import DEFAULTS
from payments.documents import stored_pdf
from payments.models import Constancia
from payments.pdf import STYLESHEET, draw_constancia
from payments.plain import slip_of
from payments.references import format_reference
from payments.slip import Slip
from tests import factories

HERE = Path(__file__).resolve().parent
FEW, MANY = 50, 600


def run() -> None:
    """Print every figure of this part."""
    user = factories.make_consenting_user()
    constancia = factories.make_constancia(user)
    slip = slip_of(constancia)
    measure_drawing(slip)
    measure_shares(slip)
    measure_processes(slip)
    client = Client()
    client.force_login(user)
    measure_download(client, constancia)


def measure_drawing(slip: Slip) -> None:
    """Ours beside WeasyPrint called plainly: on a page as usually written, and on our own page."""
    template = engines["django"].from_string((HERE / "ordinary.html").read_text(encoding="utf-8"))
    ordinary_css = (HERE / "ordinary.css").read_text(encoding="utf-8")
    own_html, own_css = html_of(slip), STYLESHEET.read_text(encoding="utf-8")
    taken = interleaved(
        lambda: plainly(template.render(ordinary_context(slip)), ordinary_css),
        lambda: plainly(own_html, own_css),
        lambda: draw_constancia(slip),
        rounds=30,
    )
    usual, same, ours = (statistics.median(seconds) for seconds in taken)
    mean_usual, mean_same, mean_ours = (statistics.mean(seconds) for seconds in taken)

    title("Drawing a slip: template, codes and tagged PDF, in a warm process (medians of 30)")
    note = f"{ms(ours)} ÷ {ms(usual)}"
    figure("ours ÷ a page as usually written, drawn plainly", ours / usual, note, most=0.5)
    figure("ours ÷ our own page, drawn plainly", ours / same, f"{ms(ours)} ÷ {ms(same)}")
    print("  Means instead, which hold the rubbish that each leaves to be collected:")
    note = f"{ms(mean_ours)} ÷ {ms(mean_usual)}"
    figure("ours ÷ a page as usually written, drawn plainly", mean_ours / mean_usual, note)
    note = f"{ms(mean_ours)} ÷ {ms(mean_same)}"
    figure("ours ÷ our own page, drawn plainly", mean_ours / mean_same, note)


def plainly(html: str, css: str) -> bytes:
    """WeasyPrint as its first example has it, with tags: string in, bytes out, nothing kept."""
    document = weasyprint.HTML(string=html)
    pdf: bytes = document.write_pdf(
        stylesheets=[weasyprint.CSS(string=css)], pdf_variant="pdf/ua-1"
    )
    return pdf


def html_of(slip: Slip) -> str:
    """The HTML that draw_constancia hands over."""
    with patch.object(payments.pdf, "draw_pdf", wraps=draw_pdf) as drawn:
        draw_constancia(slip)
    html: str = drawn.call_args.args[0]
    return html


def ordinary_context(slip: Slip) -> dict[str, object]:
    """What ordinary.html shows: the slip's content, the codes as their packages draw them."""
    bars, dots = BytesIO(), BytesIO()
    barcode.get("code128", slip.reference).write(bars, {"write_text": False})
    segno.make_qr(slip.verify_url, error="m").save(dots, kind="svg", border=4)
    return {
        "slip": slip,
        "printed_reference": format_reference(slip.reference),
        "total_in_words": in_words(slip.totals.total),
        "contacts": DEFAULTS.contacts,
        "banks": DEFAULTS.banks,
        "logo": picture((settings.BASE_DIR / "static/img/icono.svg").read_bytes()),
        "barcode": picture(bars.getvalue()),
        "qr": picture(dots.getvalue()),
    }


def picture(svg: bytes) -> str:
    """The drawing as an address that holds it."""
    return "data:image/svg+xml;base64," + b64encode(svg).decode()


def measure_shares(slip: Slip) -> None:
    """Where the time of our drawing goes."""
    rounds = 20
    places = {
        "template": (payments.pdf, "render_to_string"),
        "codes": (payments.pdf, "qr_code"),
        "html": (weasyprint.HTML, "__init__"),
        "styles": (weasyprint.document.Document, "_build_layout_context"),
        "boxes": (weasyprint.document, "build_formatting_structure"),
        "render": (weasyprint.document.Document, "_render"),
        "painting": (weasyprint.document.Page, "paint"),
        "images": (weasyprint.images.SVGImage, "draw"),
        "fonts": (weasyprint.pdf, "build_fonts_dictionary"),
    }
    with stopwatch(**places) as seconds:
        start = time.process_time()
        for _ in range(rounds):
            draw_constancia(slip)
        whole = time.process_time() - start
    before_layout = seconds["styles"] + seconds["boxes"]
    shares = {
        "layout": seconds["render"] - before_layout,
        "fonts: cutting them down and embedding them": seconds["fonts"],
        "images: drawing the barcode and the QR code": seconds["images"],
        "painting the rest": seconds["painting"] - seconds["images"],
        "reading the HTML, styles and boxes": seconds["html"] + before_layout,
        "template and QR code": seconds["template"] + seconds["codes"],
    }
    title(f"Shares of the time of our drawing ({ms(whole / rounds)})")
    for name, spent in shares.items():
        figure(name, spent / whole)
    figure("tags, writing and what remains", 1 - sum(shares.values()) / whole)


def measure_processes(slip: Slip) -> None:
    """The memory of a process that draws, and what a second one gains."""
    title("Processes that draw")
    context = get_context("spawn")
    pages = [html_of(each) for each in different(slip, FEW)]
    with context.Pool(1) as alone:
        before, few, many = filling(alone, draw_html, pages)
    note = f"before: {before:.1f}, after {FEW}: {few:.1f}"
    figure(f"MiB resident after {MANY} slips, nothing but WeasyPrint", many, note, most=95)
    with context.Pool(1, prepare) as one, context.Pool(2, prepare) as two:
        before, few, many = filling(one, draw, different(slip, FEW))
        note = f"before: {before:.1f}, after {FEW}: {few:.1f}"
        figure(f"MiB resident after {MANY} slips, the whole portal loaded", many, note)

        slips = different(slip, 40)
        two.map(draw, slips, chunksize=1)
        gains = []
        for _ in range(5):
            alone_took, both_took = (
                lasting(lambda pool=pool: pool.map(draw, slips, chunksize=1)) for pool in (one, two)
            )
            gains.append((alone_took / both_took, alone_took, both_took))
    gain, alone_took, both_took = sorted(gains)[len(gains) // 2]
    note = f"40 slips: {alone_took:.2f} s ÷ {both_took:.2f} s"
    figure("two processes ÷ one, slips a second", gain, note, least=1.9)


def filling(pool: Pool, draw_one: Callable[[Any], int], batch: Sequence[Any]) -> list[float]:
    """The MiB that the pool's only process holds before it draws, after FEW and after MANY."""
    held = pool.map(resident, [None])
    pool.map(draw_one, batch)
    held += pool.map(resident, [None])
    for _ in range(MANY // FEW - 1):
        pool.map(draw_one, batch)
    return held + pool.map(resident, [None])


def different(slip: Slip, number: int) -> list[Slip]:
    """Slips that share no reference, so that nothing drawn for one serves another."""
    return [
        replace(slip, reference=str(1_000_000 + 7919 * each), verify_url=f"{slip.verify_url}{each}")
        for each in range(number)
    ]


def measure_download(client: Client, constancia: Constancia) -> None:
    """A stored PDF through the whole of Django, beside the customer's panel and the bare door.

    The door is what every page of a customer pays before its view does anything: middleware,
    session, user, notice. It alone takes more than a tenth of the panel, so the bar is set to what
    the download adds to it.
    """
    stored_pdf(constancia)
    constancia.refresh_from_db()
    address = reverse("payments:constancia_pdf", args=[constancia.reference])
    drawing = patch(
        "payments.documents.draw_constancia", side_effect=AssertionError("It was drawn.")
    )
    with drawing, override_settings(ROOT_URLCONF="bench.urls"):
        panel, download, door, reading = medians(
            lambda: client.get(reverse("payments:panel")),
            lambda: client.get(address),
            lambda: client.get("/door/"),
            lambda: constancia.pdf.storage.open(constancia.pdf.name).read(),
            rounds=200,
        )
    title(f"Serving a stored slip of {constancia.pdf.size / 1000:.0f} kB (medians of 200)")
    note = f"({ms(download)} − {ms(door)} − {ms(reading)}) ÷ {ms(panel)}"
    added = (download - door - reading) / panel
    figure("(download − the door − reading the file) ÷ the panel", added, note, most=0.1)
    figure("download ÷ the panel", download / panel)
    figure("the door ÷ the panel", door / panel)
