"""Where the money goes, the payment slip, the money that came, and what is sent around it."""

from payments.models.bank_account import BankAccount, validate_clabe
from payments.models.constancia import Constancia, ConstanciaLine, new_token
from payments.models.invoice import FiscalProfile, InvoiceRequest
from payments.models.kept import KeptFile, KeptProof
from payments.models.payment import Payment, PaymentReversal, has_money, paid_for_each
from payments.models.proof import PaymentProof, ProofFile

__all__ = [
    "BankAccount",
    "Constancia",
    "ConstanciaLine",
    "FiscalProfile",
    "InvoiceRequest",
    "KeptFile",
    "KeptProof",
    "Payment",
    "PaymentProof",
    "PaymentReversal",
    "ProofFile",
    "has_money",
    "new_token",
    "paid_for_each",
    "validate_clabe",
]
