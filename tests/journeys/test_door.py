"""What only a browser does at the door: a passkey (Chromium plays it)."""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.browser]

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasResidentKey": False,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_added_opens_the_account_and_confirms(walk, portal):
    person = walk()
    # A passkey belongs to a name: an address of digits has none.
    base = portal.url.replace("127.0.0.1", "localhost")
    device = person.context.new_cdp_session(person.page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    person.page.goto(f"{base}/ingresar/")
    person.sign_in("cliente")
    person.page.get_by_role("checkbox").check()
    person.press("Continuar")
    person.page.goto(f"{base}/cuenta/2fa/llave/")
    person.page.get_by_role("textbox", name="Nombre de la llave").fill("Mi llave USB")
    person.press("Agregar la llave")
    person.sees("Códigos de recuperación", "No se vuelven a mostrar")
    person.page.goto(f"{base}/cuenta/")
    person.sees("Mi llave USB")

    person.press("Cerrar sesión")
    person.page.goto(f"{base}/ingresar/")
    person.sign_in("cliente")
    person.sees("Escriba su código")
    person.press("Usar mi llave de acceso")
    person.sees("Facturamos", "Cerrar sesión")
    person.page.goto(f"{base}/cuenta/confirmar/llave/?next=/cuenta/")
    person.press("Usar mi llave de acceso")
    person.sees("Mi cuenta", "Mi llave USB")
