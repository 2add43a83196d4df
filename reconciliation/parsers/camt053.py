"""ISO 20022 CAMT.053, any of its versions. Entities and DTDs are refused (defusedxml)."""

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from facturamos.money import ZERO
from facturamos.tables.source import MAX_LINES, Source
from facturamos.tables.values import parse_amount, parse_date
from reconciliation.movement import (
    Movement,
    Problem,
    Reading,
    UnreadableStatementError,
    problem,
)

_MARK = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.")
_BROKEN: Final = "El CAMT.053 está dañado o incompleto. Descárguelo de nuevo de la banca en línea."


class Camt053:
    """The layout, for the registry."""

    name = "CAMT.053"

    def recognizes(self, source: Source) -> bool:
        """Whether it declares the namespace of a camt.053."""
        return source.is_xml and _MARK.search(source.text[:2000]) is not None

    def read(self, source: Source) -> Reading:
        """The statement. Raises UnreadableStatementError for broken XML or two statements."""
        reading = Reading(layout=self.name)
        try:
            reading.take(_lines(source.text, reading))
        except (ET.ParseError, DefusedXmlException) as error:
            raise UnreadableStatementError(_BROKEN) from error
        return reading


def _lines(text: str, reading: Reading) -> Iterator[Movement | Problem]:
    number = 0
    # The text is decoded already, so what the declaration says of its encoding must not count.
    body = re.sub(r"^\s*<\?xml[^>]*\?>", "", text[:1000]) + text[1000:]
    for _, element in iterparse(io.BytesIO(body.encode()), forbid_dtd=True):
        kind = _local(element)
        if kind == "Ntry":
            number += 1
            if number > MAX_LINES:
                raise UnreadableStatementError(
                    f"El archivo pasa de {MAX_LINES:,} movimientos. "
                    "Descargue el estado de cuenta por periodos más cortos."
                )
            try:
                yield from _entry(number, element)
            except ValueError as error:
                yield problem(number, str(error), " ".join(element.itertext()))
            element.clear()
        elif kind == "Acct":
            account = _find(element, "Id/IBAN") or _find(element, "Id/Othr/Id")
            if reading.account and account and account != reading.account:
                raise UnreadableStatementError(
                    "El archivo trae más de una cuenta. Descargue un estado por cada cuenta."
                )
            reading.account = account or reading.account
        elif kind == "Bal":
            _take_balance(element, reading)


def _entry(number: int, entry: ET.Element) -> Iterator[Movement]:
    """One movement, or one for each transaction of a batch that adds up to it."""
    if _find(entry, "Sts") == "PDNG" or _find(entry, "Sts/Cd") == "PDNG":
        raise ValueError("el banco todavía no lo tiene en firme")
    whole = _movement(number, entry, entry)
    parts = _all(entry, "NtryDtls/TxDtls")
    if len(parts) > 1:
        amounts = [_part_amount(part, whole) for part in parts]
        if sum(amounts, ZERO) == whole.amount:
            for part, amount in zip(parts, amounts, strict=True):
                yield replace(_movement(number, entry, part), amount=amount)
            return
    yield _movement(number, entry, parts[0]) if len(parts) == 1 else whole


def _part_amount(part: ET.Element, whole: Movement) -> Decimal:
    written = _find(part, "Amt") or _find(part, "AmtDtls/TxAmt/Amt")
    amount = parse_amount(written) or ZERO
    return amount if whole.amount > 0 else -amount


def _movement(number: int, entry: ET.Element, details: ET.Element) -> Movement:
    sign = {"CRDT": 1, "DBIT": -1}.get(_find(entry, "CdtDbtInd"))
    amount = parse_amount(_find(entry, "Amt"))
    if sign is None:
        raise ValueError("no dice si es cargo o abono")
    if not amount or amount < 0:
        raise ValueError("no trae importe, o es cero")
    day = _find(entry, "BookgDt/Dt") or _find(entry, "BookgDt/DtTm")
    texts = [node.text or "" for node in _all(details, "RmtInf/Ustrd")]
    texts = texts or [_find(entry, "AddtlNtryInf") or _find(details, "AddtlTxInf")]
    node = _first(entry, "Amt")
    return Movement(
        line=number,
        date=parse_date(day),
        amount=sign * amount,
        description="\n".join(text.strip() for text in texts if text.strip()),
        reference=_reference(details),
        tracking_key=_find(details, "Refs/TxId") or _find(entry, "AcctSvcrRef"),
        payer_name=_find(details, "RltdPties/Dbtr/Nm") or _find(details, "RltdPties/Dbtr/Pty/Nm"),
        payer_account=_find(details, "RltdPties/DbtrAcct/Id/IBAN")
        or _find(details, "RltdPties/DbtrAcct/Id/Othr/Id"),
        payer_bank=_find(details, "RltdAgts/DbtrAgt/FinInstnId/Nm"),
        currency=(node.get("Ccy") or "MXN") if node is not None else "MXN",
    )


def _reference(details: ET.Element) -> str:
    given = _find(details, "RmtInf/Strd/CdtrRefInf/Ref") or _find(details, "Refs/EndToEndId")
    return "" if given.upper() == "NOTPROVIDED" else given


def _take_balance(element: ET.Element, reading: Reading) -> None:
    kind = _find(element, "Tp/CdOrPrtry/Cd")
    amount = parse_amount(_find(element, "Amt"))
    if amount is not None and _find(element, "CdtDbtInd") == "DBIT":
        amount = -amount
    # A file may hold several days: the first opens it, the last closes it.
    if kind in {"OPBD", "PRCD"} and reading.opening_balance is None:
        reading.opening_balance = amount
    elif kind == "CLBD":
        reading.closing_balance = amount


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _all(element: ET.Element, path: str) -> list[ET.Element]:
    found = [element]
    for step in path.split("/"):
        found = [child for parent in found for child in parent if _local(child) == step]
    return found


def _first(element: ET.Element, path: str) -> ET.Element | None:
    return next(iter(_all(element, path)), None)


def _find(element: ET.Element, path: str) -> str:
    """The text at the end of the path, whatever the namespace; empty when there is none."""
    node = _first(element, path)
    return (node.text or "").strip() if node is not None else ""


LAYOUT: Final = Camt053()
