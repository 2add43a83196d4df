"""Invented invoices: the two files that CxC attaches."""

import io
import uuid

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile

from payments.fiscal import Receiver
from payments.invoices import issue_invoice
from payments.models import InvoiceRequest

# Whom the manual's invoice is for, as `factories.make_invoice_request` asks for it too.
DATA = Receiver("FDE150803AB1", "FERRETERIA DEMOSTRACION DEL NORTE", "32000", "601", "G03")
UUID = "6f0c3a52-1d5e-4b7a-9c55-0123456789ab"
STAMP = (
    '<tfd:TimbreFiscalDigital xmlns:tfd="http://www.sat.gob.mx/TimbreFiscalDigital" '
    'Version="1.1" UUID="{uuid}" FechaTimbrado="2026-11-22T10:00:00" RfcProvCertif="AAA010101AAA" '
    'SelloCFD="x" NoCertificadoSAT="00001000000000000000" SelloSAT="x"/>'
)
# As programs write it: with the lines' own taxes, which are not the invoice's.
CFDI = """<?xml version="1.0" encoding="UTF-8"?>
<cfdi:Comprobante xmlns:cfdi="http://www.sat.gob.mx/cfd/4" Version="{version}" Folio="A1"
 Fecha="2026-11-22T09:59:00" Sello="x" NoCertificado="x" Certificado="x" SubTotal="{subtotal}"
 Moneda="{currency}" Total="{total}" TipoDeComprobante="{kind}" Exportacion="01"
 MetodoPago="PUE" LugarExpedicion="32000">
  <cfdi:Emisor Rfc="AAA010101AAA" Nombre="EMISOR INVENTADO" RegimenFiscal="601"/>
  {receiver}
  <cfdi:Conceptos><cfdi:Concepto ClaveProdServ="81111500" Cantidad="1" ClaveUnidad="E48"
    Descripcion="Renovación" ValorUnitario="{subtotal}" Importe="{subtotal}" ObjetoImp="02">
    <cfdi:Impuestos><cfdi:Traslados><cfdi:Traslado Base="{subtotal}" Impuesto="002"
      TipoFactor="Tasa" TasaOCuota="0.160000" Importe="{iva}"/></cfdi:Traslados></cfdi:Impuestos>
  </cfdi:Concepto></cfdi:Conceptos>
  {taxes}
  <cfdi:Complemento>{stamp}</cfdi:Complemento>
</cfdi:Comprobante>"""
RECEIVER = (
    '<cfdi:Receptor Rfc="{rfc}" Nombre="{name}" DomicilioFiscalReceptor="{postal_code}" '
    'RegimenFiscalReceptor="{regime}" UsoCFDI="{use}"/>'
)
TAXES = (
    '<cfdi:Impuestos TotalImpuestosTrasladados="{iva}"><cfdi:Traslados><cfdi:Traslado '
    'Base="{subtotal}" Impuesto="002" TipoFactor="Tasa" TasaOCuota="0.160000" Importe="{iva}"/>'
    "</cfdi:Traslados></cfdi:Impuestos>"
)


def cfdi(**data: str) -> bytes:
    """The manual's constancia as an invoice, with whatever is to be different."""
    data = {
        "version": "4.0",
        "currency": "MXN",
        "kind": "I",
        "subtotal": "1125.00",
        "iva": "180.00",
        "total": "1305.00",
        "rfc": "FDE150803AB1",
        "name": "FERRETERIA DEMOSTRACION DEL NORTE",
        "postal_code": "32000",
        "regime": "601",
        "use": "G03",
        "uuid": UUID,
        "receiver": RECEIVER,
        "taxes": TAXES,
        "stamp": STAMP,
        **data,
    }
    data |= {part: data[part].format(**data) for part in ("receiver", "taxes", "stamp")}
    return CFDI.format(**data).encode()


def pdf(padding: bytes = b"", **encryption) -> bytes:
    """A PDF of one empty page, as large as its padding asks for."""
    out = io.BytesIO()
    document = pikepdf.new()
    document.add_blank_page()
    document.Root.Padding = document.make_stream(padding)
    document.save(out, **encryption)
    return out.getvalue()


def files(xml: bytes | None = None, pdf_: bytes | None = None) -> dict[str, SimpleUploadedFile]:
    """What the page "Emitir" sends."""
    return {
        "xml": SimpleUploadedFile("../../factura.xml", cfdi() if xml is None else xml),
        "pdf": SimpleUploadedFile("factura.pdf", pdf() if pdf_ is None else pdf_),
    }


def issue(request: InvoiceRequest, by) -> InvoiceRequest:
    """Issue it with a UUID of its own."""
    xml = cfdi(
        rfc=request.rfc,
        name=request.name,
        postal_code=request.postal_code,
        regime=request.regime,
        use=request.cfdi_use,
        uuid=str(uuid.uuid4()),
    )
    return issue_invoice(request=request, **files(xml), by=by)
