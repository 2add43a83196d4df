"""What the constancia's PDF says, as somebody reads or copies it."""

import re
from decimal import Decimal

from facturamos.money import in_words
from tests.payments.slips import MANUAL, UNUSUAL, pages_of, text_of


def test_what_is_copied_from_it_is_what_the_slip_says():
    text = text_of(MANUAL)
    assert set(re.findall(r"\b\d{3} \d{4}\b", text)) == {"123 4566"}
    assert re.findall(r"(\S+) Pesos", text) == ["$1,305.00"]
    assert re.findall(r"TOTAL (\$\S+)", text) == ["$1,125.00", "$1,305.00"]  # SUBTOTAL too
    assert re.findall(r"Monto total .*? Pesos (.*? M\.N\.)", text) == [in_words(Decimal(1305))]
    (clabe,) = re.findall(r"\(CLABE\) ((?:\d+ )+)", text)
    assert clabe.replace(" ", "") == MANUAL.clabe


def test_everything_is_read_in_the_order_of_the_manual():
    text = text_of(MANUAL)
    place = 0
    for phrase in [
        "Constancia de pago",
        "Ferretería Demostración del Norte",
        "FDE150803AB1",
        "22 de noviembre de 2026",
        "Incluir en pago",
        "SP0800 1 Actualizacion 3.3 NIVEL A. Sí $575.00 $575.00",
        "105077 1 Anualidad NIVEL 1. Sí $550.00 $550.00",
        "SUBTOTAL $1,125.00",
        "IVA 16% $180.00",
        "TOTAL $1,305.00",
        "Sistemas Perseo S.A. de C.V.",
        "BBVA",
        "0101644637",
        "0121 6400 1016 4463 74",
        "Referencia",
        "123 4566",
        "mil trescientos cinco pesos 00/100 M.N.",
        "El monto ya incluye IVA",
        "NÚMERO DE REFERENCIA",
        "cxc@sistemasperseo.com",
    ]:
        assert phrase in text[place:]
        place = text.index(phrase, place) + len(phrase)


def test_it_says_until_when_it_can_be_paid():
    assert "Pague a más tardar el 22 de diciembre de 2026" in text_of(MANUAL)


def test_it_says_where_to_pay_and_both_ways_to_send_the_proof():
    text = text_of(MANUAL)
    assert "Puede pagar en cualquier banco, por ejemplo BBVA, BanBajío" in text
    assert "al correo cxc@sistemasperseo.com" in text
    assert "El comprobante también puede subirlo en su panel del portal." in text


def test_a_line_left_out_stays_on_the_table_with_no_and_adds_nothing():
    assert "SP0300 2 Diseños especiales de factura No $1,800.00 $0.00" in text_of(UNUSUAL)


def test_the_rate_is_the_slip_s_own():
    assert "SUBTOTAL $20,000.00 IVA 8% $1,600.00 TOTAL $21,600.00" in text_of(UNUSUAL)


def test_a_name_is_text_and_never_markup():
    assert 'Peña <b>&"ñ</b> &amp; Hijos {{ x }}' in text_of(UNUSUAL)


def test_a_large_slip_warns_of_the_ceiling_that_banks_set():
    warning = "Es probable que este importe supere el tope de transferencias"
    assert warning not in text_of(MANUAL)
    (page,) = pages_of(UNUSUAL)
    assert warning in page
