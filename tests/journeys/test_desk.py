"""A day of CxC at the desk, as docs/guia-cxc.md tells it; the guide's pictures are taken here."""

from datetime import datetime

import pytest

from tests.codes import code
from tests.journeys.test_road import JUAREZ
from tests.journeys.test_statement import constancia_of
from tests.live import wait_until
from tests.payments import cfdis
from tests.payments import proof_samples as samples

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# What a mail server says that knows no such reader, as the outbox keeps it.
PARK = (
    "from facturamos.models import OutboxMessage;"
    "row = OutboxMessage.objects.order_by('pk').first();"
    "row.state, row.attempts, row.sent_at = 'parked', 1, None;"
    "row.last_error = 'SMTPRecipientsRefused: 550 No such user';"
    "row.save()"
)


def test_a_day_of_cxc(walk, portal):
    first, second = two_customers_wait(walk, portal)
    cxc = walk(keeps_pictures=True)
    admin = walk(keeps_pictures=True)
    enrol(admin, cxc)
    change_a_text(admin)
    look_around(cxc, second)
    refuse_a_proof(cxc, first)
    confirm_by_hand(cxc, first)
    undo_the_payment(cxc, first)
    empty_the_queue(cxc, first, second)
    the_bank_gives_one_back(cxc)
    answer_a_claim(cxc)
    issue_an_invoice(cxc, first)
    retry_a_mail(cxc)
    take_lists_out(cxc)
    read_the_audit(cxc, first)


def shot(person, name, *, widths=(1280,)):
    """A picture for the guide, at the width that serves."""
    person.picture(name, widths=widths)


def day(layout: str = "%Y-%m-%d") -> str:
    """Today, where the company is."""
    return f"{datetime.now(JUAREZ):{layout}}"


def spaced(reference: str) -> str:
    """A reference as pages print it."""
    return f"{reference[:3]} {reference[3:]}"


def statement(*rows: tuple[str, str, str]) -> dict:
    """The bank's file of the day; each row is what it says, withdrawn and deposited."""
    lines = ["Día\tConcepto / Referencia\tcargo\tAbono\tSaldo"]
    lines += [f"{day('%d-%m-%Y')}\t{text}\t{out}\t{into}\t" for text, out, into in rows]
    content = "\r\n".join(lines).encode("cp1252")
    return {"name": f"banco-{len(rows)}.exp", "mimeType": "text/plain", "buffer": content}


# --- What waits when the desk opens ---------------------------------------------------------
def two_customers_wait(walk, portal) -> tuple[str, str]:
    """Each with a constancia; one sent a proof, misses a deposit and asks for an invoice."""
    ferreteria, ana = walk(), walk()
    ferreteria.open("/ingresar/")
    ferreteria.sign_in("cliente")
    ferreteria.page.get_by_role("checkbox").check()
    ferreteria.press("Continuar")
    ferreteria.page.get_by_label("Diseños especiales").uncheck()
    ferreteria.press("Generar constancia de pago")
    ferreteria.press("Aceptar")
    ferreteria.is_at("/constancias/…")
    first = ferreteria.path.strip("/").rpartition("/")[2]
    ferreteria.open(f"/constancias/{first}/comprobante/")
    picture = {"name": "recibo.jpg", "mimeType": "image/jpeg", "buffer": samples.image()}
    ferreteria.page.get_by_label("Archivos de su comprobante").set_input_files([picture])
    ferreteria.page.get_by_label("Fecha del depósito").fill(day())
    ferreteria.press("Enviar mi comprobante")
    ferreteria.open("/depositos/reclamar/")
    ferreteria.page.get_by_label("Fecha del depósito").fill(day())
    ferreteria.page.get_by_label("Importe que depositó").fill("600.00")
    ferreteria.press("Reclamar este depósito")
    ferreteria.open(f"/constancias/{first}/factura/")
    ferreteria.page.get_by_label("Código postal").fill("32000")
    ferreteria.page.get_by_label("Régimen fiscal").select_option("601")
    ferreteria.page.get_by_label("Uso del CFDI").select_option("G03")
    ferreteria.page.get_by_role("checkbox").check()
    ferreteria.press("Solicitar mi factura")
    second = constancia_of(ana)
    wait_until(lambda: portal.mails, "the first mail has left")
    portal.manage("shell", "-c", PARK)
    return first, second


# --- In, and round the desk -----------------------------------------------------------------
def enrol(admin, cxc) -> None:
    """CxC lost the telephone: an administrator takes the factor away, the next sign-in asks for
    another."""
    admin.open("/admin/")
    admin.sign_in("admin")
    admin.open("/admin/accounts/user/?q=cxc")
    act(admin, "take_second_factor_away")
    admin.page.get_by_label("Motivo").fill("Perdió su teléfono; lo confirmamos en persona.")
    shot(admin, "cxc-quitar-segundo-factor")
    admin.press("Quitar el segundo factor")
    admin.sees("activará otro segundo factor")
    cxc.open("/admin/")
    cxc.page.get_by_role("textbox", name="Usuario").fill("cxc")
    cxc.page.get_by_role("textbox", name="Contraseña").fill("facturamos-demo")
    cxc.press("Iniciar Sesión")
    cxc.sees("Active su segundo factor")
    shot(cxc, "cxc-activar", widths=(360,))
    secret = cxc.page.locator("strong.figures").inner_text().replace(" ", "").upper()
    cxc.page.get_by_role("textbox", name="Código").fill(code(secret))
    cxc.press("Activar")
    cxc.sees("No se vuelven a mostrar")
    cxc.follow("Ya los guardé, continuar")
    cxc.is_at("/admin/")


def change_a_text(admin) -> None:
    """An administrator looks at the words to come, on the customer's page, and publishes them."""
    admin.open("/admin/facturamos/textversion/")
    admin.sees("Por confirmar por la empresa")
    admin.follow("Horario de atención")
    admin.page.get_by_label("Texto", exact=True).fill("Lunes a viernes de 8:00 a 17:00")
    admin.page.get_by_label("Motivo del cambio").fill("Horario de verano.")
    shot(admin, "cxc-textos")
    admin.press("Ver cómo queda")
    admin.sees("Vista previa: nada se ha publicado", "Lunes a viernes de 8:00 a 17:00")
    shot(admin, "cxc-textos-vista-previa")
    admin.press("Publicar")
    admin.sees("está en vigor, versión 1", "Horario de verano.")


def look_around(cxc, reference) -> None:
    cxc.sees("Lo que necesita a una persona", "Comprobantes por revisar", "Correos detenidos")
    shot(cxc, "cxc-escritorio")
    cxc.page.get_by_role("searchbox", name="Buscar").fill("pérez")
    cxc.click(cxc.page.locator("#desk-search button"))
    cxc.sees("Ana Pérez Demostración", spaced(reference))
    shot(cxc, "cxc-buscar")
    cxc.follow("Ana Pérez Demostración")
    cxc.sees("Dónde va", "Constancias", "Lo último en la auditoría")
    shot(cxc, "cxc-expediente")


def act(person, action: str) -> None:
    """Tick the only row of a list and go through with an action on it."""
    person.page.locator("input.action-select").check()
    person.page.locator("select[name=action]").select_option(action)
    person.click(person.page.locator("button[name=index]"))


# --- What customers sent --------------------------------------------------------------------
def refuse_a_proof(cxc, reference) -> None:
    cxc.open("/admin/payments/paymentproof/")
    cxc.follow(spaced(reference))
    cxc.sees("recibo.jpg", "solo cuando lo vea en el banco")
    shot(cxc, "cxc-comprobante")
    cxc.follow("No corresponde")
    cxc.page.get_by_label("Motivo").fill("La foto no se lee; envíe otra, por favor.")
    shot(cxc, "cxc-no-corresponde")
    cxc.press("No corresponde: avisar al cliente")
    cxc.sees("El cliente recibirá el motivo por correo")


def answer_a_claim(cxc) -> None:
    cxc.open("/admin/reconciliation/depositclaim/")
    cxc.click(cxc.page.locator("#result_list tbody a").first)
    cxc.page.get_by_label("Respuesta").fill("No está en el banco; envíenos su comprobante.")
    shot(cxc, "cxc-reclamo")
    cxc.press("Contestar al cliente")
    cxc.sees("El cliente recibirá la respuesta por correo")


def issue_an_invoice(cxc, reference) -> None:
    cxc.open("/admin/payments/invoicerequest/")
    cxc.picture("cxc-facturas", widths=())
    cxc.follow(spaced(reference))
    cxc.follow("Emitir")
    xml = cfdis.cfdi(
        subtotal="900.00", iva="144.00", total="1044.00", name="FERRETERÍA DEMOSTRACIÓN DEL NORTE"
    )
    for part, kind, content in (
        ("xml", "application/xml", xml),
        ("pdf", "application/pdf", cfdis.pdf()),
    ):
        file = {"name": f"A1.{part}", "mimeType": kind, "buffer": content}
        cxc.page.locator(f"input[name={part}]").set_input_files(file)
    shot(cxc, "cxc-emitir")
    cxc.press("Emitir")
    cxc.sees("emitida. El cliente ya la puede descargar")


# --- Money ----------------------------------------------------------------------------------
def confirm_by_hand(cxc, reference) -> None:
    cxc.open(f"/admin/payments/constancia/?q={reference}")
    cxc.picture("cxc-constancias", widths=())
    act(cxc, "confirm_payment")
    cxc.page.get_by_label("Importe del depósito").fill("500.00")
    cxc.page.get_by_label("Fecha del depósito").fill(day())
    cxc.page.get_by_label("El banco recibió un importe distinto").check()
    cxc.page.get_by_label("Motivo").fill("El cliente depositó una parte.")
    shot(cxc, "cxc-confirmar-a-mano")
    cxc.press("Confirmar pago")
    cxc.sees("pago parcial registrado")


def undo_the_payment(cxc, reference) -> None:
    cxc.open(f"/admin/payments/payment/?q={reference}")
    act(cxc, "revert")
    cxc.page.get_by_label("Motivo").fill("Era el depósito de otro cliente.")
    shot(cxc, "cxc-deshacer")
    cxc.press("Deshacer")
    cxc.open(f"/admin/payments/payment/?q={reference}")
    cxc.sees("deshecho el")


def upload(cxc, *rows) -> None:
    cxc.open("/admin/reconciliation/statement/cargar/")
    cxc.page.locator("input[type=file]").set_input_files(statement(*rows))
    cxc.press("Cargar y revisar")


def open_deposit(cxc, amount: str) -> None:
    cxc.open(f"/admin/reconciliation/movement/?q={amount}")
    cxc.click(cxc.page.locator("#result_list tbody a").first)


def empty_the_queue(cxc, first, second) -> None:
    """One is assigned in part, one split between two, one set aside with a comment."""
    upload(
        cxc,
        ("SPEI RECIBIDOBANORTE/0012345701  072 0000000PAGO ANA PEREZ", "", "600.00"),
        ("SPEI RECIBIDOHSBC/0012345702  021 0000000PAGO DE DOS CLIENTES", "", "1,749.00"),
        ("SPEI RECIBIDOHSBC/0012345703  021 0000000PAGO DE RENTA", "", "700.00"),
    )
    cxc.open("/admin/reconciliation/movement/")
    cxc.sees("3 movimientos")
    shot(cxc, "cxc-cola")
    open_deposit(cxc, "600.00")
    cxc.page.get_by_label("Buscar constancia").fill("pérez")
    cxc.click(cxc.page.locator("#content").get_by_role("button", name="Buscar", exact=True))
    shot(cxc, "cxc-asignar")
    cxc.click(cxc.page.get_by_role("button", name=f"Aplicar a {spaced(second)}"))
    cxc.sees("La constancia queda pagada en parte")
    cxc.page.get_by_label("Motivo para aplicarlo así").fill("Es de Ana; paga el resto después.")
    shot(cxc, "cxc-aplicar-en-parte")
    cxc.click(cxc.page.locator("input[type=submit]"))
    open_deposit(cxc, "1,749.00")
    cxc.page.get_by_text("Repartir entre varias").click()
    for number, (reference, amount) in enumerate(((first, "1,044.00"), (second, "705.00"))):
        cxc.page.locator(f"input[name=partes-{number}-reference]").fill(reference)
        cxc.page.locator(f"input[name=partes-{number}-amount]").fill(amount)
    shot(cxc, "cxc-repartir")
    cxc.press("Repartir el depósito")
    open_deposit(cxc, "700.00")
    cxc.page.get_by_label("Comentario").fill("Pregunté al arrendatario: es suya.")
    cxc.press("Guardar el comentario")
    cxc.page.locator("form[action$='/descartar/'] [name=reason]").fill("Es la renta del local.")
    shot(cxc, "cxc-descartar")
    cxc.press("Descartar")
    cxc.open("/admin/reconciliation/movement/")
    cxc.sees("0 movimientos")


def the_bank_gives_one_back(cxc) -> None:
    upload(cxc, ("SPEI DEVUELTOBANORTE/0012345701  072 0000000PAGO ANA PEREZ", "600.00", ""))
    cxc.open("/admin/reconciliation/movement/")
    cxc.click(cxc.page.locator("#result_list tbody a").first)
    cxc.sees("El banco devolvió este depósito")
    shot(cxc, "cxc-devolucion")
    cxc.press("Deshacer el pago del depósito devuelto")
    cxc.open("/admin/reconciliation/movement/")
    cxc.sees("0 movimientos")


# --- What goes out --------------------------------------------------------------------------
def retry_a_mail(cxc) -> None:
    cxc.open("/admin/facturamos/outboxmessage/?state__exact=parked")
    shot(cxc, "cxc-correos")
    act(cxc, "retry_parked")
    cxc.sees("1 correo se volverá a intentar")


def downloaded(person, link: str) -> bytes:
    with person.page.expect_download() as arriving:
        person.page.get_by_role("link", name=link).click()
    return arriving.value.path().read_bytes()


def take_lists_out(cxc) -> None:
    cxc.open("/admin/payments/payment/")
    shot(cxc, "cxc-exportar")
    assert b",1044.00," in downloaded(cxc, "Exportar CSV")
    cxc.open("/admin/")
    cxc.follow("Cierre del mes")
    cxc.page.get_by_label("Mes", exact=True).select_option(day("%Y-%m"))
    cxc.press("Ver el mes")
    shot(cxc, "cxc-cierre")
    assert downloaded(cxc, "Descargar PDF").startswith(b"%PDF-")
    assert downloaded(cxc, "Descargar XLSX").startswith(b"PK")


def read_the_audit(cxc, reference) -> None:
    cxc.open(f"/admin/accounts/auditevent/?q={reference}")
    cxc.sees("deshizo el pago de $500.00", "Era el depósito de otro cliente")
    shot(cxc, "cxc-auditoria")
