"""Where the money goes, the payment slip, and the money that came."""

from payments.models.bank_account import BankAccount, validate_clabe
from payments.models.constancia import Constancia, ConstanciaLine, new_token
from payments.models.payment import Payment

__all__ = ["BankAccount", "Constancia", "ConstanciaLine", "Payment", "new_token", "validate_clabe"]
