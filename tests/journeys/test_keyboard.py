"""From sign-in to a proof that was sent, by somebody who has only a keyboard."""

from datetime import datetime

import pytest

from tests.journeys.conftest import Walker
from tests.payments import proof_samples as samples
from tests.payments.ledger import JUAREZ

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# What a screen reader would call the element that has the focus.
NAME = """() => {
  const { activeElement: here } = document;
  const words = here.getAttribute("aria-label") || here.labels?.[0]?.innerText || here.innerText;
  return (words || "").trim();
}"""
RECEIPT = {"name": "recibo.jpg", "mimeType": "image/jpeg", "buffer": samples.image()}


class Keys:
    """Tab, Shift+Tab, Space, Enter, and letters in a field."""

    def __init__(self, walker: Walker) -> None:
        self.walker, self.page = walker, walker.page
        self.press = self.page.keyboard.press
        self.type = self.page.keyboard.type
        # The browser is told early that somebody listens: told at the last moment, it may be late.
        self.page.on("filechooser", lambda _: None)

    def go_to(self, name: str, key: str = "Tab") -> None:
        """Press until what is called so has the focus."""
        passed: list[str] = []
        while not passed or not passed[-1].startswith(name):
            assert len(passed) < 50, f"the keyboard does not come to {name}, only to {passed}"
            self.press(key)
            passed.append(self.page.evaluate(NAME))

    def leave(self, key: str = "Enter") -> None:
        """Press what leads to another page."""
        with self.page.expect_navigation():
            self.press(key)


def test_a_keyboard_is_enough(walk):
    walker = walk()
    walker.open("/ingresar/")
    keys = Keys(walker)
    sign_in(keys)
    renew(keys)
    send_the_proof(keys)


def sign_in(keys):
    keys.go_to("Usuario")
    keys.type("cliente")
    keys.go_to("Contraseña")
    keys.type("facturamos-demo")
    keys.leave()
    keys.walker.is_at("/privacidad/")
    keys.go_to("Continuar")
    keys.leave("Space")
    keys.walker.sees("Hay un problema")
    keys.press("Tab")  # from the summary to its first link, which leads to the box
    keys.press("Enter")
    keys.press("Space")
    keys.go_to("Continuar")
    keys.leave()


def renew(keys):
    keys.walker.is_at("/renovacion/…")  # with the link that was followed at its end
    keys.go_to("Generar constancia de pago")
    keys.go_to("2 Diseños especiales de factura", "Shift+Tab")
    keys.press("Space")
    keys.walker.sees("Total $1,044.00 MXN")
    keys.go_to("Generar constancia de pago")
    keys.leave()
    keys.go_to("Aceptar")
    keys.leave()
    keys.walker.is_at("/constancias/…")
    keys.go_to("Enviar mi comprobante")
    keys.leave()


def send_the_proof(keys):
    keys.go_to("Archivos de su comprobante")
    with keys.page.expect_file_chooser() as chooser:
        keys.press("Space")
    chooser.value.set_files([RECEIPT])
    keys.go_to("Fecha del depósito")
    type_today(keys)
    keys.go_to("Enviar mi comprobante")
    keys.leave("Space")
    keys.walker.sees("Recibimos su comprobante", "recibo.jpg")


def type_today(keys):
    """Into the three parts of the field, in the order of the browser's own language."""
    today = datetime.now(JUAREZ)
    keys.type(f"{today:%d%m%Y}")
    if keys.page.get_by_label("Fecha del depósito").input_value() != f"{today:%Y-%m-%d}":
        keys.press("Shift+Tab")
        keys.press("Shift+Tab")
        keys.type(f"{today:%m%d%Y}")
    assert keys.page.get_by_label("Fecha del depósito").input_value() == f"{today:%Y-%m-%d}"
