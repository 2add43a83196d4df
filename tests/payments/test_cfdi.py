"""Reading an issued CFDI 4.0, hostile ones too."""

import contextlib
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.cfdi import Cfdi, CfdiError, differences, read_cfdi
from payments.fiscal import Receiver
from tests.payments import cfdis
from tests.payments.cfdis import cfdi

RECEIVER = Receiver("FDE150803AB1", "FERRETERIA DEMOSTRACION DEL NORTE", "32000", "601", "G03")
ASKED = {"receiver": RECEIVER, "total": Decimal("1305.00"), "iva": Decimal("180.00")}


def refusal(content: bytes) -> str:
    with pytest.raises(CfdiError) as caught:
        read_cfdi(content)
    return str(caught.value)


def test_it_reads_what_is_compared():
    assert read_cfdi(cfdi()) == Cfdi(
        uuid=UUID(cfdis.UUID),
        receiver=RECEIVER,
        currency="MXN",
        total=Decimal("1305.00"),
        iva=Decimal("180.00"),
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_other_encodings_are_read(encoding):
    name = encoding.removesuffix("-sig")
    text = cfdi().decode().replace('encoding="UTF-8"', f'encoding="{name}"')
    assert read_cfdi(text.encode(encoding)).total == 1305


class TestRefused:
    """What is not the stamped CFDI 4.0 of a sale, told apart."""

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"version": "3.3"}, "no es un CFDI versión 4.0"),
            ({"kind": "E"}, "no es de ingreso"),
            ({"kind": "P"}, "no es de ingreso"),
            ({"stamp": ""}, "no está timbrado"),
            ({"stamp": cfdis.STAMP * 2}, "más de un timbre"),
            ({"uuid": "no-uuid"}, "UUID del CFDI no está bien escrito"),
            ({"uuid": f"{{{cfdis.UUID}}}"}, "UUID del CFDI no está bien escrito"),
            ({"uuid": ""}, "le falta el dato UUID"),
            ({"receiver": ""}, "falta el receptor"),
            ({"rfc": ""}, "le falta el dato Rfc"),
            ({"name": " "}, "le falta el dato Nombre"),
            ({"postal_code": ""}, "le falta el dato DomicilioFiscalReceptor"),
            ({"regime": ""}, "le falta el dato RegimenFiscalReceptor"),
            ({"use": ""}, "le falta el dato UsoCFDI"),
            ({"receiver": '<cfdi:Receptor Rfc="X"/>'}, "le falta el dato Nombre"),
            ({"currency": ""}, "le falta el dato Moneda"),
            ({"total": ""}, "le falta el dato Total"),
            ({"total": "1,305.00"}, "Total del CFDI no es un importe"),
            ({"total": "1e3"}, "Total del CFDI no es un importe"),
            ({"total": "NaN"}, "Total del CFDI no es un importe"),
            ({"total": "-1305.00"}, "Total del CFDI no es un importe"),
            ({"total": "١٣٠٥"}, "Total del CFDI no es un importe"),
            ({"iva": "x"}, "Importe del CFDI no es un importe"),
            ({"taxes": cfdis.TAXES.replace('"002"', '"003"')}, "otro impuesto además del IVA"),
            (
                {"taxes": cfdis.TAXES.replace('Trasladados="{iva}"', 'Trasladados="1.00"')},
                "no suman el total",
            ),
        ],
    )
    def test_each_with_its_sentence(self, changes, sentence):
        assert sentence in refusal(cfdi(**changes))

    @pytest.mark.parametrize(
        "content",
        [
            *(b"", b"   ", b"no", b"%PDF-1.7", b"<a>", b"<a/><b/>", b"\0" * 100, b"\xff\xfe<"),
            *(cfdi()[:-1], cfdi().replace(b"UTF-8", b"no-such"), cfdi().replace(b"UTF-8", b"big5")),
            b"<a>" * 50_000,
        ],
    )
    def test_what_is_no_xml(self, content):
        assert "no se puede leer como XML" in refusal(content)

    @pytest.mark.parametrize("content", [b"<a/>", b"<html><body/></html>"])
    def test_other_xml(self, content):
        assert "no es un CFDI versión 4.0" in refusal(content)

    @pytest.mark.slow
    def test_depth_does_no_harm(self):
        deep = b"<a>" * 100_000 + b"</a>" * 100_000
        assert "no es un CFDI versión 4.0" in refusal(deep)

    @pytest.mark.parametrize(
        "doctype",
        [
            b"<!DOCTYPE a>",
            b'<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd">',
            b'<!DOCTYPE a [<!ENTITY x "y">]>',
            b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
            b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://192.0.2.1/x"> %x;]>',
            b'<!DOCTYPE a [<!ENTITY a0 "ja">'
            + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
            + b"]>",
        ],
        ids=["empty", "external", "entity", "file", "parameter", "billion laughs"],
    )
    def test_a_dtd_is_never_opened(self, doctype):
        head, line, body = cfdi().partition(b"\n")
        body = body.replace(b"EMISOR INVENTADO", b"&x;") if b"ENTITY x " in doctype else body
        assert "DTD o entidades" in refusal(head + line + doctype + body)


def test_no_taxes_at_all_is_no_iva():
    assert read_cfdi(cfdi(taxes="")).iva == 0


def test_an_exempt_transfer_has_no_amount():
    exempt = (
        '<cfdi:Impuestos><cfdi:Traslados><cfdi:Traslado Base="1125.00" Impuesto="002" '
        'TipoFactor="Exento"/></cfdi:Traslados></cfdi:Impuestos>'
    )
    assert read_cfdi(cfdi(taxes=exempt)).iva == 0


class TestDifferences:
    """What it says, beside what was asked for."""

    def test_none_when_it_agrees_whatever_zeros_it_writes(self):
        for total, iva in [("1305.00", "180.00"), ("1305", "180"), ("1305.000000", "180.0")]:
            assert differences(read_cfdi(cfdi(total=total, iva=iva)), **ASKED) == []

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            (
                {"rfc": "MAB9307148T4"},
                "es para el RFC MAB9307148T4 y la solicitud dice FDE150803AB1",
            ),
            (
                {"name": "FERRETERIA PEÑA"},
                "es para el nombre FERRETERIA PEÑA y la solicitud dice FERRETERIA DEMOSTRACION",
            ),
            (
                {"postal_code": "32500"},
                "es para el código postal 32500 y la solicitud dice 32000.",
            ),
            ({"regime": "626"}, "es para el régimen fiscal 626 y la solicitud dice 601."),
            ({"use": "S01"}, "es para el uso S01 y la solicitud dice G03."),
            ({"total": "1305.01"}, "El total del CFDI es $1,305.01 y el pagado es $1,305.00."),
            ({"total": "1305.001"}, "El total del CFDI es $1305.001 y el pagado es $1,305.00."),
            ({"iva": "179.99"}, "El IVA del CFDI es $179.99 y el pagado es $180.00."),
            ({"taxes": ""}, "El IVA del CFDI es $0.00 y el pagado es $180.00."),
            ({"currency": "USD"}, "está en USD"),
        ],
    )
    def test_each_has_one_sentence(self, changes, sentence):
        (told,) = differences(read_cfdi(cfdi(**changes)), **ASKED)
        assert sentence in told

    def test_all_are_told_at_once(self):
        other = {"rfc": "X", "name": "X", "postal_code": "X", "regime": "X", "use": "X"}
        read = read_cfdi(cfdi(**other, total="1", iva="1", currency="USD"))
        assert len(differences(read, **ASKED)) == 8

    @pytest.mark.parametrize(
        "name", [" Ferreteria  demostracion del Norte ", "FERRETERIA DEMOSTRACION DEL NORTE"]
    )
    def test_a_name_is_compared_tidied(self, name):
        assert differences(read_cfdi(cfdi(name=name)), **ASKED) == []


@given(st.binary(max_size=400))
def test_any_bytes_get_an_answer(content):
    assert refusal(content)


@given(st.data())
def test_a_damaged_cfdi_is_read_or_refused(data):
    content = bytearray(cfdi())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(CfdiError):
        assert read_cfdi(bytes(content)).uuid
