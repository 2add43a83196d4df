"""CxC finds a customer's deposit on the bank's statement, as a customer and as a person of CxC."""

from datetime import datetime

import pytest

from tests.journeys.test_road import JUAREZ

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def statement(reference: str) -> bytes:
    """The bank's file of the day: the customer's deposit, another of theirs of five pesos, a
    stranger's, and a fee."""
    day = f"{datetime.now(JUAREZ):%d-%m-%Y}"
    return "\r\n".join(
        [
            "Día\tConcepto / Referencia\tcargo\tAbono\tSaldo",
            f"{day}\tSPEI RECIBIDOSANTANDER/0012345677  014 {reference}FACTURAMOS"
            "\t\t5.00\t10,005.00",
            f"{day}\tSPEI RECIBIDOSANTANDER/0012345678  014 {reference}FACTURAMOS"
            "\t\t1,305.00\t11,310.00",
            f"{day}\tSPEI RECIBIDOHSBC/0012345679  021 0000000PAGO DE RENTA\t\t700.00\t12,010.00",
            f"{day}\tCOMISION POR SERVICIO\t11.60\t\t11,998.40",
        ]
    ).encode("cp1252")


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no javascript"])
def test_from_the_banks_file_to_version_4(walk, javascript):
    reference = constancia_of(walk(javascript=javascript))
    cxc = walk(javascript=javascript, keeps_pictures=javascript)
    read_the_statement(cxc, reference)
    if javascript:
        decide_by_keyboard(cxc)
    confirm(cxc)
    settle_what_is_left(cxc)
    customer = walk(javascript=javascript)
    customer.open("/ingresar/")
    customer.sign_in("cliente2")
    customer.is_at("/aviso-4.0/")


def constancia_of(customer) -> str:
    customer.open("/ingresar/")
    customer.sign_in("cliente2")
    customer.page.get_by_role("checkbox").check()
    customer.press("Continuar")
    customer.press("Generar constancia de pago")
    customer.press("Aceptar")
    customer.is_at("/constancias/…")
    return customer.path.strip("/").rpartition("/")[2]


def read_the_statement(cxc, reference) -> None:
    cxc.open("/admin/")
    cxc.sign_in("cxc")
    cxc.open("/admin/reconciliation/statement/")
    cxc.follow("Cargar un estado de cuenta")
    file = {"name": "hoy.exp", "mimeType": "text/plain", "buffer": statement(reference)}
    cxc.page.locator("input[type=file]").set_input_files(file)
    cxc.picture("9-cargar-estado")
    cxc.press("Cargar y revisar")
    cxc.sees("Listos para confirmar", "1 · $1,305.00", "Necesitan a una persona", "2 · $705.00")
    cxc.picture("9-semaforo")


def decide_by_keyboard(cxc) -> None:
    """Alt with a letter, from the queue's first deposit on; nothing is decided yet."""
    statement = cxc.path
    cxc.open("/admin/reconciliation/movement/")
    cxc.click(cxc.page.locator("#result_list tbody a").first)
    first = cxc.path
    cxc.page.locator("body").click(position={"x": 2, "y": 2})
    cxc.page.keyboard.press("Alt+KeyB")
    assert cxc.page.evaluate("document.activeElement.name") == "q"
    with cxc.page.expect_navigation():
        cxc.page.keyboard.press("Alt+KeyN")
    cxc.sees("PAGO DE RENTA")
    with cxc.page.expect_navigation():
        cxc.page.keyboard.press("Alt+KeyN")
    cxc.is_at(first)
    with cxc.page.expect_navigation():
        cxc.page.keyboard.press("Alt+KeyA")
    cxc.sees("Faltan $1,300.00.")
    cxc.open(statement)


def confirm(cxc) -> None:
    cxc.press("Confirmar 1 pago")
    cxc.sees("Ya aplicados 1 · $1,305.00")
    cxc.picture("9-confirmado")


def settle_what_is_left(cxc) -> None:
    """What nobody pays with is set aside with a reason; then the queue is empty."""
    cxc.open("/admin/reconciliation/movement/")
    cxc.sees("PAGO DE RENTA")
    cxc.picture("9-por-decidir")
    cxc.click(cxc.page.locator("#result_list tbody a").first)
    for picture, reason in (("9-de-mas", "Se le devuelve."), ("9-movimiento", "Es la renta.")):
        cxc.picture(picture)
        cxc.page.locator("form[action$='/descartar/'] [name=reason]").fill(reason)
        cxc.press("Descartar")
    cxc.open("/admin/reconciliation/movement/")
    cxc.sees("0 movimientos")
