"""What a payment slip says, as plain data: the PDF is drawn from this and nothing else."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from facturamos.money import Totals
from facturamos.texts.words import DEFAULTS, Words


@dataclass(frozen=True, slots=True)
class SlipLine:
    """A line of the slip's table; amounts in MXN. `amount` is 0.00 when not included."""

    code: str
    quantity: int
    description: str
    included: bool
    unit_price: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Slip:
    """A constancia de pago as printed; `words` are the company's on the day it is drawn."""

    reference: str
    customer_name: str
    customer_rfc: str
    issued_on: date
    expires_on: date
    lines: tuple[SlipLine, ...]
    totals: Totals
    beneficiary: str
    bank_name: str
    account_number: str
    clabe: str
    verify_url: str
    words: Words = field(default=DEFAULTS, repr=False)
