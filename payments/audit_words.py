"""What the audit says of constancias, money, proofs and invoices."""

from collections.abc import Iterator, Sequence

from django.db.models import Q

from accounts.audit_sentences import Words
from accounts.audit_words import MOST_FOUND
from payments.models import BankAccount, Constancia, InvoiceRequest, PaymentProof
from payments.references import InvalidReferenceError, looks_like_reference, parse_reference


def _find(words: str, customers: Sequence[int]) -> Iterator[tuple[str, int]]:
    constancias = _constancias(words, customers)
    for constancia in constancias:
        yield Constancia._meta.label_lower, constancia
    for proof in PaymentProof.objects.filter(constancia__in=constancias).values_list("pk"):
        yield PaymentProof._meta.label_lower, proof[0]
    for invoice in InvoiceRequest.objects.filter(constancia__in=constancias).values_list("pk"):
        yield InvoiceRequest._meta.label_lower, invoice[0]
    for account in BankAccount.objects.filter(clabe=words).values_list("pk"):
        yield BankAccount._meta.label_lower, account[0]


def _constancias(words: str, customers: Sequence[int]) -> list[int]:
    """The constancias (ids) with that reference, however it is written, or of the customers."""
    meant = Q(customer__in=customers)
    if looks_like_reference(words):
        try:
            meant = Q(reference=parse_reference(words))
        except InvalidReferenceError:
            return []
    rows = Constancia.objects.filter(meant).order_by("-pk")
    return list(rows.values_list("pk", flat=True)[:MOST_FOUND])


WORDS = Words(
    says={
        "Constancias": {
            "constancia.issued": "generó la constancia {target} por {total}",
            "constancia.cancelled": "canceló la constancia {target}",
            "constancia.expired": "dio por vencida la constancia {target}",
            "constancia.reopened": "volvió a abrir la constancia {target}",
            "constancia.paid": "dejó pagada la constancia {target}",
            "constancia.unpaid": "dejó sin pagar la constancia {target}",
        },
        "Pagos": {
            "payment.recorded": "confirmó un depósito de {amount} para la constancia {target}",
            "payment.reverted": "deshizo el pago de {amount} de la constancia {target}: {reason}",
        },
        "Comprobantes": {
            "proof.sent": "envió el {lower}",
            "proof.refused": "contestó que no corresponde el {lower}: {reason}",
        },
        "Facturas": {
            "invoice.requested": "solicitó la {lower}",
            "invoice.corrected": "corrigió los datos de la {lower}",
            "invoice.issued": "emitió la {lower}, folio fiscal {uuid}",
        },
        "Lecturas y descargas": {
            "distributor.exported": "descargó la lista de clientes de {target}, {rows} filas",
            "proof.read": "abrió el {lower}",
            "invoice.downloaded": "descargó la {lower} ({file})",
            "invoice_requests.exported": (
                "descargó en {format} los datos para facturar {references}"
            ),
        },
        "Cuentas bancarias": {
            "bank_account.proposed": "propuso la cuenta {target}",
            "bank_account.approved": "puso en vigor la cuenta {target}",
            "bank_account.rejected": "rechazó la cuenta {target}",
        },
    },
    labels={
        "account": "cuenta",
        "account_number": "cuenta",
        "amount": "importe",
        "bank": "banco",
        "beneficiary": "beneficiario",
        "clabe": "CLABE",
        "file": "archivo",
        "files": "archivos",
        "paid_on": "fecha del depósito",
        "payment": "número de pago",
        "pdf_sha256": "SHA-256 del PDF",
        "receiver_name": "nombre del receptor",
        "references": "referencias",
        "total": "total",
        "uuid": "folio fiscal",
        "xml_sha256": "SHA-256 del XML",
    },
    find=_find,
)
