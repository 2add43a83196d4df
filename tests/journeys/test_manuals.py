"""The pictures of the manuals: what they show is what a customer reads on the portal today.

`make manuals` walks this road with a camera, and keeps each picture in renewals/manual_pictures/
with the words on it. Every other run walks without, and compares the words.
"""

import os
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from facturamos.dates import long_date
from tests.journeys.conftest import Walker
from tests.journeys.test_statement import statement
from tests.live import ROOT, Portal
from tests.payments import proof_samples as samples
from tests.payments.ledger import JUAREZ

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PICTURES = ROOT / "renewals/manual_pictures"
TAKES_PICTURES = bool(os.environ.get("MANUAL_PICTURES"))
TELEPHONE, WIDE = 360, 768
MARGIN = 12
# What another day and another constancia would change reads the same on every picture.
EXAMPLE_REFERENCE, EXAMPLE_DAY, EXAMPLE_TIME = "1234566", date(2027, 3, 1), "10:30"

TIME = r"\b\d\d?:\d\d\b"
# Puts the example's words on the page, and fields as a browser shows them that speaks Spanish.
MAKE_EXAMPLE = """([pattern, words]) => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    node.data = node.data.replace(new RegExp(pattern, "g"), (found) =>
      words[found.replace(/\\s/g, " ")] ?? words.time);
  }
  for (const field of document.querySelectorAll("input[type=date]")) {
    field.type = "text";
    field.value = words.day;
  }
  for (const field of document.querySelectorAll("input[type=file]")) {
    const shown = document.createElement("div");
    shown.className = field.className;
    shown.textContent = `Elegir archivos: ${field.files[0].name}`;
    field.replaceWith(shown);
  }
  document.activeElement.blur();
  window.scrollTo(0, 0);
}"""
# The words inside a part of the page, given by its sides.
READ_WORDS = """({left, top, right, bottom}) => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  const words = [];
  for (let node; (node = walker.nextNode());) {
    range.selectNodeContents(node);
    const seen = [...range.getClientRects()].some((box) =>
      box.right > left && box.left < right && box.bottom > top && box.top < bottom);
    const text = node.data.replace(/\\s+/g, " ").trim();
    if (seen && text) words.push(text);
  }
  return words;
}"""


class Camera(Walker):
    """A customer at a browser whose pages can be kept for the manuals."""

    def __init__(self, browser: Browser, portal: Portal) -> None:
        context = browser.new_context(
            locale="es-MX",
            color_scheme="light",
            reduced_motion="reduce",
            device_scale_factor=2 if TAKES_PICTURES else 1,
        )
        context.set_default_timeout(10_000)
        super().__init__(context, portal, keeps_pictures=False)
        self.reference = ""
        self.words: dict[str, list[str]] = {}

    def keep(self, name: str, *parts: str, width: int = WIDE) -> None:
        """The part of the page around these elements (CSS), at so many pixels of width.

        The page itself is of no use afterwards: it shows the example's words.
        """
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.evaluate(MAKE_EXAMPLE, self._example_words())
        part = self._around(parts, width)
        self.words[name] = self.page.evaluate(READ_WORDS, part)
        if TAKES_PICTURES:
            self._take(PICTURES / f"{name}.png", part)

    def _around(self, parts: tuple[str, ...], width: int) -> dict[str, float]:
        elements = [element for part in parts for element in self.page.locator(part).all()]
        boxes = [box for element in elements if (box := element.bounding_box())]
        return {
            "left": max(0, min(box["x"] for box in boxes) - MARGIN),
            "top": max(0, min(box["y"] for box in boxes) - MARGIN),
            "right": min(width, max(box["x"] + box["width"] for box in boxes) + MARGIN),
            "bottom": max(box["y"] + box["height"] for box in boxes) + MARGIN,
        }

    def _take(self, path: Path, part: dict[str, float]) -> None:
        self.page.screenshot(
            path=path,
            clip={
                "x": part["left"],
                "y": part["top"],
                "width": part["right"] - part["left"],
                "height": part["bottom"] - part["top"],
            },
            full_page=True,
            animations="disabled",
        )
        Image.open(path).convert("RGB").quantize(64).save(path, optimize=True)

    def _example_words(self) -> list:
        today = datetime.now(JUAREZ).date()
        words = {"time": EXAMPLE_TIME, "day": _short_date(EXAMPLE_DAY)}
        for days in range(-2, 70):
            real, example = today + timedelta(days), EXAMPLE_DAY + timedelta(days)
            words |= {spelled(real): spelled(example) for spelled in (long_date, _short_date)}
        if self.reference:
            words |= {
                self.reference: EXAMPLE_REFERENCE,
                _printed(self.reference): _printed(EXAMPLE_REFERENCE),
            }
        pattern = "|".join([*words, TIME]).replace(" ", r"\s")
        return [pattern, words]


def _printed(reference: str) -> str:
    return f"{reference[:3]} {reference[3:]}"


def _short_date(day: date) -> str:
    return f"{day:%d/%m/%Y}"


@pytest.fixture
def camera(browser: Browser, portal: Portal) -> Iterator[Camera]:
    camera = Camera(browser, portal)
    yield camera
    camera.context.close()


def test_the_manuals_show_the_portal_as_it_is(camera, tmp_path):
    sign_in(camera)
    choose(camera)
    pay(camera)
    send_the_proof(camera)
    find_it_again(camera)
    the_payment_arrives(camera, tmp_path)
    move_to_version_4(camera)
    assert camera.complaints == []
    if TAKES_PICTURES:
        write_down(camera.words)
    kept = {file.stem: file.read_text("utf-8").splitlines() for file in PICTURES.glob("*.txt")}
    assert camera.words == kept, "The portal reads differently now: run `make manuals`"


def write_down(words):
    """Beside each picture; what is not pictured any more goes."""
    for name, lines in words.items():
        (PICTURES / f"{name}.txt").write_text("\n".join([*lines, ""]), "utf-8")
    for file in PICTURES.iterdir():
        if file.stem not in words:
            file.unlink()


def sign_in(camera):
    camera.open("/ingresar/")
    camera.keep("sign_in", "main h1", "main form", "main a[href*=contrasena]", width=TELEPHONE)
    camera.open("/ingresar/")
    camera.sign_in("cliente2")
    camera.page.get_by_role("checkbox").check()
    camera.keep("notice", "main a[href='/privacidad/integral/']", "main form")
    camera.press("Continuar")


def choose(camera):
    camera.is_at("/renovacion/")
    camera.keep("quote", "main form")
    camera.press("Generar constancia de pago")
    camera.keep("confirm", "main > *")
    camera.press("Aceptar")


def pay(camera):
    camera.is_at("/constancias/…")
    camera.reference = camera.path.strip("/").rpartition("/")[2]
    camera.keep("constancia", "main h1", ".slip-panel", ".state")
    camera.keep("account", ".facts")
    camera.page.locator("summary", has_text="Otro banco").click()
    camera.keep("channels", ".channel")


def send_the_proof(camera):
    camera.open(f"/constancias/{camera.reference}/comprobante/")
    photo = {"name": "comprobante.jpg", "mimeType": "image/jpeg", "buffer": samples.image()}
    for keep in (True, False):
        camera.page.get_by_label("Archivos de su comprobante").set_input_files([photo])
        camera.page.get_by_label("Fecha del depósito").fill(str(datetime.now(JUAREZ).date()))
        if keep:
            camera.keep("proof_form", "main h1", "main form[enctype]")
            camera.page.reload()
    camera.press("Enviar mi comprobante")
    camera.open("/panel/")
    camera.keep("in_review", "main h1", ".state")


def find_it_again(camera):
    camera.open("/constancias/")
    camera.keep("constancias", "header", "main > *")


def the_payment_arrives(camera, tmp_path):
    file = tmp_path / "hoy.exp"
    file.write_bytes(statement(camera.reference))
    camera.portal.manage("import_statement", str(file), "--confirm")


def move_to_version_4(camera):
    camera.open("/inicio/")
    camera.is_at("/aviso-4.0/")
    camera.keep("version_4_notice", "main > *")
    camera.press("Continuar")
    camera.is_at("/panel/")
    camera.keep("version_4_panel", "header", "main h1", ".state")
