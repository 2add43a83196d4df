"""Ventas loads tables and sends the welcome, as docs/guia-cxc.md tells; a distributor looks."""

import pytest

from tests.journeys.test_desk import shot

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_ventas_loads_tables_and_sends_the_welcome(walk):
    ventas = walk(keeps_pictures=True)
    ventas.open("/admin/")
    ventas.sign_in("ventas")
    load_customers(ventas)
    send_welcomes(ventas)
    distributor = walk(keeps_pictures=True)
    distributor.open("/ingresar/")
    distributor.sign_in("distribuidor")
    distributor.page.get_by_role("checkbox").check()
    distributor.press("Continuar")
    distributor.sees("Distribuidora Demostración", "Papelería Invento", "Sin cotización")
    shot(distributor, "cxc-distribuidor", widths=(360,))


def table(*lines: str) -> dict:
    content = "\r\n".join(lines).encode()
    return {"name": "clientes.csv", "mimeType": "text/csv", "buffer": content}


def load(ventas, kind: str, *lines: str) -> None:
    ventas.open("/admin/accounts/tableimport/")
    ventas.follow("Cargar una tabla")
    ventas.page.get_by_label("Qué trae la tabla").select_option(kind)
    ventas.page.get_by_label("Archivo").set_input_files(table(*lines))


def load_customers(ventas) -> None:
    """First with two slips, then right."""
    head = "RFC,Nombre o razón social,Distribuidor,Timbres"
    right = [
        "PIN150803AB1,Papelería Invento,Distribuidora Demostración,50",
        "LOPE800101AB3,Elena López Ejemplo,Distribuidora Demostración,20",
    ]
    wrong = ["LOPE80,Elena López Ejemplo,,20", "FDE150803AB1,Ferretería,Distribuidora X,419"]
    load(ventas, "customers", head, right[0], *wrong)
    shot(ventas, "cxc-cargar-tabla")
    ventas.press("Subir y revisar")
    ventas.sees("No se puede cargar", "LOPE80", "No hay un distribuidor")
    shot(ventas, "cxc-tabla-problemas")
    load(ventas, "customers", head, *right)
    ventas.press("Subir y revisar")
    ventas.sees("La tabla está bien", "Nuevos 2")
    ventas.press("Cargar 2")
    ventas.sees("Cargada por ventas")


def send_welcomes(ventas) -> None:
    load(
        ventas,
        "users",
        "Usuario,Correo,RFC,Nombre",
        "papeleria,papeleria@example.com,PIN150803AB1,Inés",
        "elena,elena@example.com,LOPE800101AB3,Elena",
    )
    ventas.press("Subir y revisar")
    ventas.press("Cargar 2")
    ventas.open("/admin/accounts/welcomecampaign/")
    ventas.follow("Enviar la bienvenida")
    ventas.sees("La recibirían ahora 2")
    shot(ventas, "cxc-bienvenidas")
    ventas.press("Enviar la bienvenida a 2 personas")
    ventas.page.get_by_text("Terminó", exact=True).wait_for()
    shot(ventas, "cxc-bienvenidas-progreso")
