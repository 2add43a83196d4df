"""The session ends while somebody is in the middle of something: nothing of it is lost."""

from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from tests.payments import proof_samples as samples
from tests.payments.ledger import JUAREZ

pytestmark = [pytest.mark.slow, pytest.mark.browser]

RECEIPT = {"name": "recibo.jpg", "mimeType": "image/jpeg", "buffer": samples.image()}
HOUR = 60 * 60 * 1000
AWAY = -1


def test_nothing_is_lost_when_the_session_ends(walk):
    plain = at_the_proof(walk(javascript=False), "cliente")
    a_proof_survives_signing_in_again(plain, "cliente")
    person = walk()
    person.page.clock.install()
    at_the_proof(person, "cliente2")
    a_proof_survives_signing_in_again(person, "cliente2")
    left = {}
    person.page.route("**/cuenta/sesion/", lambda route: answer(route, left))
    the_warning_takes_the_keyboard_and_gives_it_back(person, left)
    a_computer_that_slept_warns_when_it_wakes(person, left)
    what_was_typed_stays_and_can_be_sent(person, "cliente2")


def at_the_proof(person, username: str):
    """The form, of a constancia that is made on the way."""
    person.open("/ingresar/")
    person.sign_in(username)
    person.page.get_by_role("checkbox").check()
    person.press("Continuar")
    person.press("Generar constancia de pago")
    person.press("Aceptar")
    person.follow("Enviar mi comprobante")
    return person


def end_session(person) -> None:
    """As when it rested too long: what the browser has opens nothing any more."""
    person.context.clear_cookies(name="sessionid")


def a_proof_survives_signing_in_again(person, username: str) -> None:
    here = person.path
    end_session(person)
    page = person.page
    page.get_by_label("Archivos de su comprobante").set_input_files([RECEIPT])
    page.get_by_label("Fecha del depósito").fill(str(datetime.now(JUAREZ).date()))
    page.get_by_label("Clave de rastreo").fill("ABC123")
    person.press("Enviar mi comprobante")
    person.is_at(f"/ingresar/?next={here}")
    person.sees("Su comprobante todavía no se envía")
    person.sign_in(username)
    person.is_at(here)
    person.sees("Recuperamos lo que había elegido: recibo.jpg", "revise y envíe")
    person.picture("comprobante-recuperado")
    expect(page.get_by_label("Clave de rastreo")).to_have_value("ABC123")
    person.press("Enviar mi comprobante")
    person.sees("Recibimos su comprobante", "Su comprobante está en revisión", "recibo.jpg")


def answer(route, left: dict[str, int]) -> None:
    """The server's own, but for how many seconds there are; none without a network."""
    if left.get("seconds") == AWAY:
        route.abort("internetdisconnected")
        return
    own = route.fetch(max_redirects=0)
    if own.ok:
        route.fulfill(response=own, json=own.json() | left)
    else:
        route.fulfill(response=own)


def the_warning_takes_the_keyboard_and_gives_it_back(person, left: dict[str, int]) -> None:
    page = person.page
    person.open("/depositos/reclamar/")
    field = page.get_by_label("Clave de rastreo")
    field.fill("TECLEADO")
    left["seconds"] = 100
    page.clock.run_for(HOUR - 121 * 1000)
    warning = page.get_by_role("alertdialog", name="Su sesión está por terminar")
    expect(warning).to_be_hidden()
    page.clock.run_for(2 * 1000)
    expect(warning).to_be_focused()
    person.picture("sesion-por-terminar")
    left["seconds"] = 3600
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Seguir en la sesión")).to_be_focused()
    page.keyboard.press("Enter")
    expect(warning).to_be_hidden()
    expect(field).to_be_focused()


def a_computer_that_slept_warns_when_it_wakes(person, left: dict[str, int]) -> None:
    page = person.page
    warning = page.get_by_role("alertdialog", name="Su sesión está por terminar")
    left["seconds"] = 100  # before the clock: the page may look at any moment after it
    expect(warning).to_be_hidden()
    page.clock.set_system_time(page.evaluate("Date.now()") + HOUR - 100 * 1000)
    page.clock.run_for(31 * 1000)
    expect(warning).to_be_focused()
    left["seconds"] = AWAY
    page.keyboard.press("Tab")
    # Then the page asks once more by itself; answered later, that would bring the session back.
    with page.expect_event("requestfailed", lambda request: request.method == "GET"):
        page.keyboard.press("Enter")
    expect(warning).to_contain_text("Revise su conexión a internet")
    left["seconds"] = 3600
    page.keyboard.press("Enter")
    expect(warning).to_be_hidden()


def what_was_typed_stays_and_can_be_sent(person, username: str) -> None:
    page, field = person.page, person.page.get_by_label("Clave de rastreo")
    end_session(person)
    come_back(page)
    over = page.get_by_role("alertdialog", name="Su sesión terminó")
    expect(over).to_be_focused()
    person.picture("sesion-terminada")
    page.keyboard.press("Tab")
    link = over.get_by_role("link", name="Iniciar sesión")
    expect(link).to_be_focused()
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", "noopener")
    # Opened by hand: the clock put in the browser's place makes a tab that a link opens unsteady.
    other = person.context.new_page()
    other.goto(person.portal.url + str(link.get_attribute("href")))
    other.get_by_role("textbox", name="Usuario").fill(username)
    other.get_by_role("textbox", name="Contraseña").fill("facturamos-demo")
    other.get_by_role("button", name="Iniciar Sesión").click()
    other.wait_for_url("**/depositos/reclamar/")
    come_back(page)
    expect(over).to_be_hidden()
    expect(field).to_have_value("TECLEADO")
    expect(field).to_be_focused()
    person.press("Reclamar este depósito")
    person.sees("Hay un problema")  # and not that the page grew old
    expect(page.get_by_label("Clave de rastreo")).to_have_value("TECLEADO")


def come_back(page: Page) -> None:
    """From another tab: a browser without windows does not notice by itself."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
