"""The customer's manual, step by step, as a customer and as a person of CxC."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.live import wait_until
from tests.payments import proof_samples as samples

JUAREZ = ZoneInfo("America/Ciudad_Juarez")

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no javascript"])
def test_the_eight_steps(walk, javascript):
    def person():
        return walk(javascript=javascript, keeps_pictures=javascript)

    # The manual shows its quote and its constancia with different products, hence two customers.
    customer = person()
    step_1_sign_in(customer)
    step_2_privacy_notice(customer)
    step_3_quote(customer, javascript)
    reference = steps_4_to_7(person(), javascript)
    step_8_confirmation(person(), reference)
    the_notice_unlocks(person(), reference)


def step_1_sign_in(customer):
    customer.open("/")
    customer.is_at("/ingresar/")
    customer.sees(
        "Usuario", "Contraseña", "¿Olvidaste tu contraseña?", "facturamos@sistemasperseo.com"
    )
    customer.picture("1-iniciar-sesion")
    customer.sign_in("cliente", "not-the-password")
    customer.sees("El usuario o la contraseña no son correctos")
    customer.sign_in("cliente")


def step_2_privacy_notice(customer):
    customer.is_at("/privacidad/")
    customer.open("/constancias/")  # no page opens before the notice is accepted
    customer.is_at("/privacidad/")
    customer.open("/inicio/")
    customer.follow("Leer aviso de privacidad")
    customer.is_at("/privacidad/integral/")
    customer.picture("2-aviso-integral")
    customer.follow("Volver al aviso")
    customer.press("Continuar")
    customer.sees("Hay un problema", "palomee la casilla")
    customer.page.get_by_label(
        "He leído y estoy de acuerdo con el Aviso de Privacidad de Datos"
    ).check()
    customer.picture("2-aviso-de-privacidad")
    customer.press("Continuar")


def step_3_quote(customer, javascript):
    customer.is_at("/renovacion/")
    customer.sees(
        "Le presentamos la cotización para la renovación de sus productos",
        "Actualizacion 3.3 NIVEL 1", "Costo: $900.00",
        "Emisor", "Costo: $0.00",
        "2 Diseños especiales de factura", "Costo total: $3,600.00",
        "Subtotal $4,500.00", "IVA 16% $720.00", "Total $5,220.00 MXN",
    )  # fmt: skip
    customer.picture("3-renovacion")
    assert customer.page.get_by_label("Actualizacion 3.3 NIVEL 1").is_disabled()
    customer.page.get_by_label("Diseños especiales").uncheck()
    if not javascript:
        customer.press("Recalcular el total")
    customer.sees("Subtotal $900.00", "IVA 16% $144.00", "Total $1,044.00 MXN")
    manual = customer.page.get_by_role("link", name="Descargar manual para realizar el pago")
    address = customer.portal.url + str(manual.get_attribute("href"))
    assert customer.context.request.get(address).body().startswith(b"%PDF-")
    customer.press("No deseo generar en este momento la constancia de pago")
    customer.is_at("/panel/")
    customer.sees("Consultar Constancia de Pago", "VERSION SAT 3.3", "Timbres disponibles: 419")
    customer.picture("3-panel")
    customer.follow("Renovar mis productos")
    customer.is_at("/renovacion/")


def steps_4_to_7(customer, javascript) -> str:
    customer.open("/ingresar/")
    customer.sign_in("cliente2")
    customer.page.get_by_role("checkbox").check()
    customer.press("Continuar")
    customer.press("Generar constancia de pago")
    customer.is_at("/renovacion/confirmar/…")
    customer.sees("Aceptar", "Cancelar", "Total $1,305.00 MXN")
    customer.picture("4-confirmacion")
    customer.press("Cancelar")
    customer.is_at("/renovacion/?…")
    customer.press("Generar constancia de pago")
    customer.press("Aceptar")
    customer.is_at("/constancias/…")
    reference = customer.path.strip("/").rpartition("/")[2]
    customer.sees(
        "Código Cantidad Descripción Incluir en pago Precio Importe",
        "SP0800 1 Actualizacion 3.3 NIVEL A. Sí $575.00 $575.00",
        "105077 1 Anualidad NIVEL 1. Sí $550.00 $550.00",
        "SUBTOTAL $1,125.00", "IVA 16% $180.00", "TOTAL $1,305.00",
        "en línea o ventanilla de cualquier banco", "Sistemas Perseo S.A. de C.V.",
        "El monto ya incluye IVA", "cxc@sistemasperseo.com",
        f"{reference[:3]} {reference[3:]}",
    )  # fmt: skip
    customer.picture("5-constancia")
    the_data_are_copied(customer, reference, javascript)
    customer.page.locator("summary", has_text="Otro banco").click()
    customer.sees("referencia numérica", f"{reference} FACTURAMOS")
    customer.page.go_back()
    customer.page.reload()
    customer.open("/panel/")
    customer.sees("Su constancia de pago espera el depósito")
    customer.picture("6-panel-en-espera")
    customer.follow("Consultar Constancia de Pago")
    customer.is_at("/constancias/")
    rows = expect(customer.page.get_by_role("row"))
    rows.to_have_count(2)  # the head and one: going back made no second constancia
    customer.picture("7-constancias")
    the_proof_is_sent(customer, reference)
    the_invoice_is_asked_for(customer, reference)
    a_deposit_is_missed(customer)
    return reference


def the_data_are_copied(customer, reference, javascript):
    """With a button where there is script; without, there is none and the data stand there."""
    button = customer.page.get_by_role("button", name="Copiar la referencia")
    if not javascript:
        expect(button).to_have_count(0)
        return
    customer.context.grant_permissions(["clipboard-write"])
    button.click()
    expect(customer.page.locator("#copied")).to_have_text(f"Copiado: {reference}")


def the_proof_is_sent(customer, reference):
    customer.open(f"/constancias/{reference}/")
    customer.follow("Enviar mi comprobante")
    customer.is_at(f"/constancias/{reference}/comprobante/")
    customer.press("Enviar mi comprobante")
    customer.sees("Hay un problema", "Elija al menos un archivo")
    picture = {"name": "recibo.jpg", "mimeType": "image/jpeg", "buffer": samples.image()}
    customer.page.get_by_label("Archivos de su comprobante").set_input_files([picture])
    customer.page.get_by_label("Fecha del depósito").fill(str(datetime.now(JUAREZ).date()))
    customer.press("Enviar mi comprobante")
    customer.sees("Recibimos su comprobante", "Su comprobante está en revisión", "recibo.jpg")
    customer.picture("6-comprobante")
    customer.open("/panel/")
    customer.sees("Su comprobante está en revisión")


def the_invoice_is_asked_for(customer, reference):
    customer.open(f"/constancias/{reference}/")
    customer.follow("Solicitar mi factura")
    customer.is_at(f"/constancias/{reference}/factura/")
    customer.press("Solicitar mi factura")
    customer.sees("Hay un problema", "Escriba los cinco dígitos")
    customer.page.get_by_label("Código postal").fill("32000")
    customer.page.get_by_label("Régimen fiscal").select_option("612")
    customer.page.get_by_label("Uso del CFDI").select_option("G03")
    customer.page.get_by_role("checkbox").check()
    customer.press("Solicitar mi factura")
    customer.sees("Su factura está solicitada")


def a_deposit_is_missed(customer):
    customer.open("/depositos/reclamar/")
    customer.page.get_by_label("Fecha del depósito").fill(str(datetime.now(JUAREZ).date()))
    customer.page.get_by_label("Importe que depositó").fill("1,305.00")
    customer.press("Reclamar este depósito")
    customer.sees("Recibimos su reclamo", "$1,305.00 MXN")


def the_proof_is_seen(cxc, reference):
    cxc.open("/admin/payments/paymentproof/")
    cxc.follow(f"{reference[:3]} {reference[3:]}")
    cxc.sees("recibo.jpg", "en revisión", "solo cuando lo vea en el banco")
    file = cxc.page.get_by_role("link", name="recibo.jpg").get_attribute("href")
    assert cxc.context.request.get(cxc.portal.url + file).body().startswith(b"\xff\xd8\xff")


def step_8_confirmation(cxc, reference):
    cxc.open("/admin/")
    cxc.sign_in("cxc")
    the_proof_is_seen(cxc, reference)
    cxc.open("/admin/payments/constancia/")
    cxc.page.locator("#searchbar").fill(f"{reference[:3]}-{reference[3:]}")
    cxc.click(cxc.page.locator("#changelist-search input[type=submit]"))
    cxc.page.locator("input.action-select").check()
    cxc.page.locator("select[name=action]").select_option("confirm_payment")
    cxc.click(cxc.page.locator("button[name=index]"))
    cxc.sees("Confirmar pago", "falta $1,305.00")
    cxc.page.get_by_label("Importe del depósito").fill("mucho")
    cxc.click(cxc.page.locator("input[type=submit]"))
    cxc.sees("Escriba un importe en pesos")
    cxc.page.get_by_label("Importe del depósito").fill("1,305.00")
    cxc.page.get_by_label("Fecha del depósito").fill(str(datetime.now(JUAREZ).date()))
    cxc.picture("8-confirmar-pago")
    cxc.click(cxc.page.locator("input[type=submit]"))
    cxc.sees("pago confirmado; el cliente ya tiene la versión 4.0")


def the_notice_unlocks(customer, reference):
    customer.open("/ingresar/")
    customer.sign_in("cliente2")
    customer.is_at("/aviso-4.0/")
    customer.sees(
        "→ Manual para cambio de versión ←", "VERSION SAT 4.0", "Ciudad Juárez: 656-616-8770"
    )
    customer.picture("8-aviso-4.0")
    customer.press("Continuar")
    customer.is_at("/panel/")
    customer.sees("Su renovación está pagada")
    customer.picture("8-panel-4.0")
    customer.open(f"/constancias/{reference}/")
    customer.sees("pagada", "Gracias")


def link_in(portal) -> str | None:
    """The address in the mails that left; a file may still be half written."""
    lines = (line for mail in portal.mails for line in mail.splitlines())
    return next(
        (line for line in lines if line.startswith(portal.url) and line.endswith("/")), None
    )


def test_forgotten_password(walk, portal):
    visitor = walk()
    visitor.open("/ingresar/")
    visitor.follow("¿Olvidaste tu contraseña?")
    visitor.page.get_by_label("Correo electrónico").fill("cliente@example.com")
    visitor.press("Enviar enlace")
    visitor.sees("Revise su correo")
    link = wait_until(lambda: link_in(portal), "the mail has left, to its last line")
    visitor.page.goto(link)
    visitor.page.get_by_role("textbox", name="Contraseña nueva", exact=True).fill("corto")
    visitor.page.get_by_role("textbox", name="Contraseña nueva, otra vez").fill("corto")
    visitor.press("Guardar contraseña")
    visitor.sees("Hay un problema")
    visitor.page.get_by_role("textbox", name="Contraseña nueva", exact=True).fill(
        "ballena azul de madera"
    )
    visitor.page.get_by_role("textbox", name="Contraseña nueva, otra vez").fill(
        "ballena azul de madera"
    )
    visitor.press("Guardar contraseña")
    visitor.sees("Contraseña guardada")
    visitor.page.goto(link)
    visitor.sees("El enlace ya no sirve")
    visitor.open("/ingresar/")
    visitor.sign_in("cliente", "ballena azul de madera")
    visitor.is_at("/privacidad/")
