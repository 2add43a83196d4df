"""Reading an issued CFDI 4.0, and comparing it with what was asked for. Knows no database.

The form of the file is the SAT's Anexo 20, version 4.0: the stamp's UUID stands in the complement
TimbreFiscalDigital. The seals are not verified: the file comes from the company's own program.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from facturamos.money import ZERO, format_money
from payments.fiscal import Receiver, tidy_name

_CFDI: Final = "{http://www.sat.gob.mx/cfd/4}"
_STAMP: Final = "{http://www.sat.gob.mx/TimbreFiscalDigital}TimbreFiscalDigital"
_IVA: Final = "002"  # c_Impuesto
_AMOUNT = re.compile(r"[0-9]{1,18}(\.[0-9]{1,6})?")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


class CfdiError(ValueError):
    """The file is not a stamped CFDI 4.0 of a sale. Its message is for whoever attached it."""


@dataclass(frozen=True, slots=True)
class Cfdi:
    """What an issued CFDI says; amounts in its own currency."""

    uuid: UUID
    receiver: Receiver
    currency: str
    total: Decimal
    iva: Decimal


def read_cfdi(content: bytes) -> Cfdi:
    """Read a stamped CFDI 4.0 of income.

    Raises CfdiError for what is not XML, carries a DTD or entities, is of another version or kind,
    has no stamp or more than one, or lacks one of the data.
    """
    root = _parse(content)
    if root.tag != f"{_CFDI}Comprobante" or root.get("Version") != "4.0":
        raise CfdiError("El XML no es un CFDI versión 4.0. Adjunte el de la factura.")
    if root.get("TipoDeComprobante") != "I":
        raise CfdiError("El CFDI no es de ingreso, así que no es la factura de un pago.")
    receiver = root.find(f"{_CFDI}Receptor")
    if receiver is None:
        raise CfdiError("Al CFDI le falta el receptor. Adjunte el XML completo.")
    return Cfdi(
        uuid=_uuid(root),
        receiver=Receiver(
            rfc=_attribute(receiver, "Rfc"),
            name=_attribute(receiver, "Nombre"),
            postal_code=_attribute(receiver, "DomicilioFiscalReceptor"),
            regime=_attribute(receiver, "RegimenFiscalReceptor"),
            cfdi_use=_attribute(receiver, "UsoCFDI"),
        ),
        currency=_attribute(root, "Moneda"),
        total=_amount(root, "Total"),
        iva=_iva(root),
    )


def differences(cfdi: Cfdi, *, receiver: Receiver, total: Decimal, iva: Decimal) -> list[str]:
    """One sentence for each datum that is not the one asked for (amounts in MXN).

    The customer may have corrected theirs after the invoicing program took them.
    """
    stamped = cfdi.receiver
    found = [
        f"El CFDI es para {what} {says} y la solicitud dice {asked}."
        for what, says, asked in (
            ("el RFC", stamped.rfc, receiver.rfc),
            ("el nombre", tidy_name(stamped.name), tidy_name(receiver.name)),
            ("el código postal", stamped.postal_code, receiver.postal_code),
            ("el régimen fiscal", stamped.regime, receiver.regime),
            ("el uso", stamped.cfdi_use, receiver.cfdi_use),
        )
        if says != asked
    ]
    if cfdi.currency != "MXN":
        found.append(f"El CFDI está en {cfdi.currency}, y la constancia se pagó en MXN.")
    for name, says, due in (("total", cfdi.total, total), ("IVA", cfdi.iva, iva)):
        if says != due:
            found.append(f"El {name} del CFDI es {_exact(says)} y el pagado es {_exact(due)}.")
    return found


def _exact(amount: Decimal) -> str:
    """As money, or as it stands when cents would hide the difference."""
    return format_money(amount) if amount == round(amount, 2) else f"${amount:f}"


def _parse(content: bytes) -> Element:
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise CfdiError(
            "El XML trae instrucciones que un CFDI no lleva (DTD o entidades), así que no se abrió."
        ) from error
    except (ParseError, ValueError, LookupError) as error:  # broken, or an encoding nobody knows
        raise CfdiError(
            "El archivo no se puede leer como XML. Adjunte el XML de la factura tal como lo "
            "entregó el programa."
        ) from error
    return root


def _attribute(element: Element, name: str) -> str:
    value = element.get(name, "").strip()
    if not value:
        raise CfdiError(f"Al CFDI le falta el dato {name}. Adjunte el XML completo.")
    return value


def _amount(element: Element, name: str) -> Decimal:
    text = _attribute(element, name)
    if not _AMOUNT.fullmatch(text):
        raise CfdiError(f"El dato {name} del CFDI no es un importe. Revise el XML.")
    return Decimal(text)


def _uuid(root: Element) -> UUID:
    stamps = root.findall(f"{_CFDI}Complemento/{_STAMP}")
    if len(stamps) != 1:
        raise CfdiError(
            "El CFDI no está timbrado: le falta el UUID. Adjunte el XML que entregó el SAT."
            if not stamps
            else "El CFDI trae más de un timbre, así que no se sabe cuál es su UUID."
        )
    text = _attribute(stamps[0], "UUID")
    if not _UUID.fullmatch(text):
        raise CfdiError("El UUID del CFDI no está bien escrito. Revise el XML.")
    return UUID(text)


def _iva(root: Element) -> Decimal:
    """What it transfers as IVA. The totals stand beside the lines, which have their own."""
    taxes = root.find(f"{_CFDI}Impuestos")
    if taxes is None:
        return ZERO
    transfers = taxes.findall(f"{_CFDI}Traslados/{_CFDI}Traslado")
    iva = sum(
        # An exempt transfer has no amount.
        (_amount(row, "Importe") for row in transfers if "Importe" in row.keys()),  # noqa: SIM118
        ZERO,
    )
    if any(row.get("Impuesto") != _IVA for row in transfers):
        raise CfdiError("El CFDI traslada otro impuesto además del IVA; no es el de esta venta.")
    stated = taxes.get("TotalImpuestosTrasladados")
    if stated is not None and _amount(taxes, "TotalImpuestosTrasladados") != iva:
        raise CfdiError("Los traslados de IVA del CFDI no suman el total que dice. Revise el XML.")
    return iva
