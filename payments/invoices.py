"""The rules about invoices: a customer asks for one with their fiscal data, CxC issues it.

The CFDI itself is stamped by the company's invoicing program; here it is checked, kept and handed
over.
"""

import hashlib
import io
import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import User
from facturamos.exports import Cell
from payments import fiscal, mails
from payments.cfdi import Cfdi, CfdiError, differences, read_cfdi
from payments.fiscal import Receiver
from payments.models import Constancia, FiscalProfile, InvoiceRequest
from payments.stored_uploads import NO_ROOM
from renewals.models import Quote

log = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
LARGEST_XML = 2 * MEGABYTE
LARGEST_PDF = 10 * MEGABYTE


class InvoiceError(Exception):
    """What was asked cannot be done. Holds sentences for whoever asked."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


class FiscalDataError(InvoiceError):
    """The data do not fit CFDI 4.0; `errors` has a sentence for each wrong field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(*errors.values())
        self.errors = errors


def receiver_of(constancia: Constancia) -> Receiver:
    """What is known of the customer's fiscal data: as asked for, as the last time, or the little
    that the customer's row says.
    """
    known = (
        getattr(constancia, "invoice_request", None)
        or FiscalProfile.objects.filter(customer=constancia.customer_id).first()
    )
    if known:
        return _receiver(known)
    customer = constancia.customer
    name = fiscal.without_company_form(
        fiscal.tidy_name(customer.legal_name), fiscal.person_of(customer.rfc)
    )
    return Receiver(rfc=customer.rfc, name=name, postal_code="", regime="", cfdi_use="")


def _receiver(row: InvoiceRequest | FiscalProfile) -> Receiver:
    return Receiver(row.rfc, row.name, row.postal_code, row.regime, row.cfdi_use)


@transaction.atomic
def request_invoice(*, constancia: Constancia, data: Receiver, by: User) -> InvoiceRequest:
    """Ask for the constancia's invoice, or correct what was asked for while it is not issued.

    The data are kept for the customer's next time. Raises FiscalDataError when they do not fit
    CFDI 4.0, and InvoiceError when the constancia cannot be invoiced or its invoice was issued.
    """
    found = fiscal.check(data)
    if found.errors:
        raise FiscalDataError(found.errors)
    wanted = asdict(found.receiver)
    Quote.objects.select_for_update().get(pk=constancia.quote_id)  # the parent first, always
    rows = Constancia.objects.with_paid().select_related("customer", "invoice_request")
    constancia = rows.get(pk=constancia.pk)
    today = timezone.localdate()
    if not constancia.can_be_invoiced(today):
        raise InvoiceError(
            f"La constancia está {constancia.status_on(today)}, así que no hay qué facturar."
        )
    request: InvoiceRequest | None = getattr(constancia, "invoice_request", None)
    if request is None:
        request = InvoiceRequest.objects.create(constancia=constancia, requested_by=by, **wanted)
        audit.record("invoice.requested", by=by, target=request, **wanted)
    elif request.is_issued:
        raise InvoiceError(
            "Su factura ya se emitió, así que sus datos no cambiaron. Si algo está mal, escriba a "
            "CxC para cancelarla y emitir otra."
        )
    elif (before := asdict(_receiver(request))) != wanted:
        InvoiceRequest.objects.filter(pk=request.pk).update(**wanted)
        request.refresh_from_db()
        audit.record("invoice.corrected", by=by, target=request, before=before, after=wanted)
    FiscalProfile.objects.update_or_create(
        customer=constancia.customer, defaults={**wanted, "updated_at": timezone.now()}
    )
    return request


def issue_invoice(*, request: InvoiceRequest, xml: File, pdf: File, by: User) -> InvoiceRequest:
    """Hand over the stamped CFDI of a paid constancia and tell its customer.

    Raises InvoiceError, with a sentence for each thing that is wrong, when the XML is no CFDI 4.0
    or not the one asked for, the PDF is none, a file is too big, the constancia is not paid, it
    was issued already, perhaps by somebody else just now, or the disk is full.
    """
    xml_content = _content(xml, "El XML", LARGEST_XML)
    pdf_content = _content(pdf, "El PDF", LARGEST_PDF)
    try:
        cfdi = read_cfdi(xml_content)
    except CfdiError as error:
        raise InvoiceError(str(error)) from error
    _check_pdf(pdf_content)
    with _removed_on_failure() as stored, transaction.atomic():
        locked = _under_lock(request)
        _check_issuable(locked, cfdi)
        _store(stored, xml=xml_content, pdf=pdf_content)
        _mark_issued(locked, cfdi, xml=stored[0], pdf=stored[1], by=by)
        audit.record(
            "invoice.issued",
            by=by,
            target=locked,
            uuid=str(cfdi.uuid),
            receiver_name=cfdi.receiver.name,
            xml_sha256=hashlib.sha256(xml_content).hexdigest(),
            pdf_sha256=hashlib.sha256(pdf_content).hexdigest(),
        )
        mails.invoice_ready(request=locked)
    return locked


def _under_lock(request: InvoiceRequest) -> InvoiceRequest:
    """As it is now, and nobody else's until the transaction ends: its quote is locked."""
    Quote.objects.select_for_update().get(pk=request.constancia.quote_id)
    return InvoiceRequest.objects.select_related("constancia").get(pk=request.pk)


def _content(file: File, name: str, largest: int) -> bytes:
    """Its bytes, without reading more than the largest that is taken."""
    content = file.read(largest + 1)
    if not content:
        raise InvoiceError(f"{name} está vacío. Adjúntelo de nuevo.")
    if len(content) > largest:
        raise InvoiceError(f"{name} pasa de {largest // MEGABYTE} MB, el máximo.")
    return content


def _check_pdf(content: bytes) -> None:
    import pikepdf  # noqa: PLC0415 (10 MB that processes which only draw never need)

    sentence = "El archivo PDF no se puede abrir como PDF. Adjunte el de la factura."
    if not content.startswith(b"%PDF-"):
        raise InvoiceError(sentence)
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            pages = len(document.pages)
    except pikepdf.PasswordError as error:
        raise InvoiceError("El PDF pide contraseña. Adjunte uno que abra sin ella.") from error
    except Exception as error:  # qpdf reports some damage as plain errors
        raise InvoiceError(sentence) from error
    if not pages:
        raise InvoiceError(sentence)


def _check_issuable(request: InvoiceRequest, cfdi: Cfdi) -> None:
    constancia = request.constancia
    if request.is_issued:
        raise InvoiceError(
            f"La factura de {constancia.printed_reference} ya se emitió con el UUID "
            f"{request.uuid}. No se cambió nada."
        )
    if constancia.status != Constancia.Status.PAID:
        raise InvoiceError(
            f"La constancia {constancia.printed_reference} está {constancia.get_status_display()}: "
            "su factura se emite cuando el pago esté confirmado."
        )
    wrong = differences(
        cfdi, receiver=_receiver(request), total=constancia.total, iva=constancia.iva
    )
    other = InvoiceRequest.objects.filter(uuid=cfdi.uuid).select_related("constancia").first()
    if other:
        wrong.append(
            f"El UUID {cfdi.uuid} ya está en la factura de {other.constancia.printed_reference}."
        )
    if wrong:
        raise InvoiceError(*wrong)


def _store(names: list[str], **contents: bytes) -> None:
    """Each content as a file with its suffix; the names go to the list before their files exist."""
    try:
        for suffix, content in contents.items():
            names.append(f"facturas/{timezone.now():%Y/%m}/{uuid.uuid4().hex}.{suffix}")
            default_storage.save(names[-1], ContentFile(content))
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        log.exception("An invoice could not be stored")
        raise InvoiceError(
            "No hay espacio en el equipo del portal para guardar la factura; no se guardó nada. "
            "Avise a quien lo administra y adjúntela de nuevo cuando haya espacio."
        ) from error


def _mark_issued(request: InvoiceRequest, cfdi: Cfdi, *, xml: str, pdf: str, by: User) -> None:
    rows = InvoiceRequest.objects.filter(pk=request.pk, uuid=None)
    try:
        with transaction.atomic():
            marked = rows.update(
                uuid=cfdi.uuid, xml=xml, pdf=pdf, issued_at=timezone.now(), issued_by=by
            )
    except IntegrityError as error:
        raise InvoiceError(
            f"El UUID {cfdi.uuid} acaba de usarse en otra factura. No se guardó nada."
        ) from error
    if not marked:
        raise InvoiceError("Otra persona acaba de emitir esta factura. No se guardó nada.")
    request.refresh_from_db()


@contextmanager
def _removed_on_failure() -> Iterator[list[str]]:
    """A list for names in the store; their files go when what follows fails."""
    names: list[str] = []
    try:
        yield names
    except BaseException:
        for name in names:
            default_storage.delete(name)
        raise


EXPORT_HEADER = (
    *("Referencia", "RFC", "Nombre", "Código postal", "Régimen fiscal", "Uso del CFDI"),
    *("Productos", "Subtotal", "Tasa de IVA", "IVA", "Total", "Correo", "Pagada el", "Estado"),
)


@transaction.atomic
def export_requests(
    *, requests: QuerySet[InvoiceRequest], file_format: str, by: User
) -> list[tuple[Cell, ...]]:
    """What the invoicing program needs of each, in the columns of EXPORT_HEADER (amounts in MXN).

    Who took them is audited, since they are customers' data.
    """
    found = requests.select_related("constancia", "requested_by")
    chosen = list(found.prefetch_related("constancia__lines"))
    audit.record(
        "invoice_requests.exported",
        by=by,
        target=by,
        format=file_format,
        references=[row.constancia.reference for row in chosen],
    )
    return [_export_row(row) for row in chosen]


def _export_row(request: InvoiceRequest) -> tuple[Cell, ...]:
    constancia = request.constancia
    lines = [line for line in constancia.lines.all() if line.included]
    return (
        *(constancia.reference, request.rfc, request.name, request.postal_code),
        *(request.regime, request.cfdi_use),
        "; ".join(f"{line.quantity} × {line.code} {line.description}" for line in lines),
        *(constancia.subtotal, constancia.iva_rate.normalize(), constancia.iva, constancia.total),
        request.requested_by.email,
        timezone.localdate(constancia.paid_at) if constancia.paid_at else None,
        request.state,
    )


def record_download(*, request: InvoiceRequest, kind: str, by: User) -> None:
    """Somebody of the staff takes a customer's invoice (`kind`: pdf or xml)."""
    audit.record("invoice.downloaded", by=by, target=request, file=kind)
