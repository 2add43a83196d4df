"""What a CEP says: Banxico's electronic receipt of a SPEI transfer, as XML.

Banxico publishes no description of the file. Its shape is known second-hand, from public programs
that read it (cuenca-mx/cep-python among others) and the samples in them: a root `SPEI_Tercero` with
`FechaOperacion="2026-11-22"` and `claveRastreo`, and a child `Beneficiario` with `Cuenta`,
`Concepto` and `MontoPago="000000000001305.00"`. The order of the children differs between sources,
and so does the case of some names. Its seal (`sello`) is not verified here: anyone can write such
a file.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

# A real one has about two thousand bytes.
MAX_BYTES = 100_000
_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,2})?")
_CENTS = Decimal("0.01")


class NotACepError(ValueError):
    """The XML is not a CEP, or does not say what every CEP says."""


@dataclass(frozen=True, slots=True)
class Cep:
    """A transfer as its CEP tells it: day, amount in MXN, and where it went."""

    paid_on: date
    amount: Decimal
    tracking_key: str
    concept: str
    account: str

    def as_json(self) -> dict[str, str]:
        """For a JSON column."""
        return {
            "paid_on": self.paid_on.isoformat(),
            "amount": str(self.amount),
            "tracking_key": self.tracking_key,
            "concept": self.concept,
            "account": self.account,
        }

    @classmethod
    def from_json(cls, said: dict[str, str]) -> "Cep":
        """What `as_json` gave."""
        return cls(
            paid_on=date.fromisoformat(said["paid_on"]),
            amount=Decimal(said["amount"]),
            tracking_key=said["tracking_key"],
            concept=said["concept"],
            account=said["account"],
        )


def parse_cep(content: bytes) -> Cep:
    """Read a CEP. Raises NotACepError for anything else, XML that attacks its reader included."""
    if len(content) > MAX_BYTES:
        raise NotACepError("It is far larger than a CEP.")
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise NotACepError("It is not a plain XML document.") from error
    beneficiary = next((child for child in root if _name(child) == "beneficiario"), None)
    if _name(root) != "spei_tercero" or beneficiary is None:
        raise NotACepError("It is not a SPEI_Tercero with its Beneficiario.")
    transfer, received = _attributes(root), _attributes(beneficiary)
    account = received.get("cuenta", "")
    if not account.isdecimal() or not account.isascii():
        raise NotACepError("It does not say the beneficiary's account.")
    return Cep(
        paid_on=_day(transfer.get("fechaoperacion", "")),
        amount=_amount(received.get("montopago", "")),
        tracking_key=transfer.get("claverastreo", "")[:30],
        concept=received.get("concepto", "")[:210],
        account=account[:20],
    )


def _name(element: Element) -> str:
    """In lower case, without its namespace: the SAT's copy of the same data carries one."""
    return str(element.tag).rpartition("}")[2].lower()


def _attributes(element: Element) -> dict[str, str]:
    return {name.lower(): value.strip() for name, value in element.attrib.items()}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise NotACepError("It does not say the day of the transfer.") from error


def _amount(text: str) -> Decimal:
    if not _AMOUNT.fullmatch(text):
        raise NotACepError("It does not say the amount.")
    return Decimal(text).quantize(_CENTS)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a CEP says, whether it agrees (None: not compared), and who expects what of it."""

    name: str
    says: str
    agrees: bool | None = None
    expected: str = ""


def compare(
    cep: Cep, *, total: Decimal, clabe: str, issued_on: date, paid_on: date, tracking_key: str
) -> tuple[Finding, ...]:
    """What the CEP says, beside the constancia and what the customer typed.

    The constancia asks for its total (MXN), its CLABE, and a day from its issue on; the customer
    typed the day of the deposit and, maybe, the clave de rastreo.
    """
    day = f"{cep.paid_on:%d/%m/%Y}"
    return (
        Finding(
            "importe",
            f"${cep.amount:,.2f}",
            cep.amount == total,
            f"la constancia pide ${total:,.2f}",
        ),
        Finding(
            "cuenta del beneficiario",
            cep.account,
            cep.account == clabe,
            f"la constancia pide {clabe}",
        ),
        Finding(
            "fecha",
            day,
            cep.paid_on >= issued_on,
            f"la constancia pide {issued_on:%d/%m/%Y} o después",
        ),
        Finding(
            "fecha, frente a la del cliente",
            day,
            cep.paid_on == paid_on,
            f"el cliente escribió {paid_on:%d/%m/%Y}",
        ),
        _tracking_key(cep, tracking_key),
        Finding("concepto", cep.concept or "–"),
    )


def _tracking_key(cep: Cep, typed: str) -> Finding:
    name, says = "clave de rastreo", cep.tracking_key or "–"
    if not typed:
        return Finding(name, says)
    agrees = cep.tracking_key.casefold() == typed.casefold()
    return Finding(name, says, agrees, f"el cliente escribió {typed}")
