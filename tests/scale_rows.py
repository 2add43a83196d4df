"""The rows that follow from each constancia of the invented company in `tests/scale.py`."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import AuditEvent, User
from facturamos.bulk import insert_rows
from facturamos.models import OutboxMessage
from payments.models import Constancia, InvoiceRequest, Payment, PaymentProof
from reconciliation.models import DepositClaim, Movement
from renewals.models import MigrationNotice, Quote

TOTAL = Decimal("1305.00")
Names = dict[int, tuple[str, str]]  # name and RFC by the customer's id


@dataclass(frozen=True, slots=True)
class Company:
    """What there is to begin with: the people and papers that every row refers to."""

    staff: User
    notice: Any
    distributors: list[Any]
    statements: list[int]
    now: datetime


@dataclass(frozen=True, slots=True)
class Slip:
    """A constancia to write, with what follows from it."""

    id: int
    customer: int
    quote: int
    reference: str
    issued_at: datetime
    status: str
    closed_at: datetime | None
    paid: Decimal


def write_all(company: Company, slips: list[Slip], names: Names, chance: random.Random) -> None:
    """The constancias, oldest first, and all that belongs to them."""
    _write_quotes(slips)
    _write_slips(company, slips, names)
    _write_payments(company, slips)
    _write_papers(company, slips, names, chance)
    _write_movements(company, slips)
    _write_traces(company, slips, names)


def _write_quotes(slips: list[Slip]) -> None:
    states = {"open": "held", "paid": "renewed"}
    insert_rows(
        Quote,
        ("id", "public_id", "customer_id", "status", "valid_until", "created_at"),
        [
            (
                *(slip.quote, UUID(int=slip.quote), slip.customer),
                *(states.get(slip.status, "open"), day_of(slip.issued_at + timedelta(days=60))),
                slip.issued_at - timedelta(days=2),
            )
            for slip in slips
        ],
    )


def _write_slips(company: Company, slips: list[Slip], names: Names) -> None:
    def closed(slip: Slip, status: str) -> datetime | None:
        return slip.closed_at if slip.status == status else None

    staff = company.staff.pk
    insert_rows(
        Constancia,
        (
            *("id", "reference", "reference_scheme", "token", "quote_id", "customer_id"),
            *("customer_name", "customer_rfc", "issued_at", "issued_by_id", "expires_on"),
            *("iva_rate", "subtotal", "iva", "total", "beneficiary", "bank_name"),
            *("account_number", "clabe", "status", "pdf", "pdf_sha256"),
            *("paid_at", "paid_by_id", "cancelled_at", "cancelled_by_id", "expired_at"),
        ),
        [
            (
                *(slip.id, slip.reference, "damm7", f"token-of-{slip.reference}-----"),
                *(slip.quote, slip.customer, *names[slip.customer], slip.issued_at, staff),
                *(day_of(slip.issued_at + timedelta(days=30)), Decimal("0.16")),
                *(Decimal("1125.00"), Decimal("180.00"), TOTAL, "Sistemas Perseo S.A. de C.V."),
                *("BBVA", "0101644637", "012164001016446374", slip.status, "x.pdf", "0" * 64),
                *(closed(slip, "paid"), staff if slip.status == "paid" else None),
                *(closed(slip, "cancelled"), staff if slip.status == "cancelled" else None),
                closed(slip, "expired"),
            )
            for slip in slips
        ],
    )


def _write_payments(company: Company, slips: list[Slip]) -> None:
    paid = sorted((slip for slip in slips if slip.paid), key=_confirmed_at)
    insert_rows(
        Payment,
        ("constancia_id", "amount", "paid_on", "recorded_at", "recorded_by_id"),
        [
            (
                *(slip.id, slip.paid, day_of(_confirmed_at(slip) - timedelta(hours=slip.id % 60))),
                *(_confirmed_at(slip), company.staff.pk),
            )
            for slip in paid
        ],
    )
    first = {slip.customer: _confirmed_at(slip) for slip in reversed(paid) if slip.closed_at}
    insert_rows(MigrationNotice, ("customer_id", "unlocked_at"), list(first.items()))


def _confirmed_at(slip: Slip) -> datetime:
    return slip.closed_at or slip.issued_at + timedelta(days=1)


def _write_papers(
    company: Company,
    slips: list[Slip],
    names: Names,
    chance: random.Random,
) -> None:
    """Proofs, requests of an invoice, claims."""
    proven = [slip for slip in slips if chance.random() < (0.6 if slip.closed_at else 0.02)]
    insert_rows(
        PaymentProof,
        (
            *("constancia_id", "public_id", "paid_on", "tracking_key", "sent_at", "sent_by_id"),
            *("state", "reason", "settled_at"),
        ),
        [
            (
                *(slip.id, UUID(int=slip.id), day_of(_confirmed_at(slip)), f"CLAVE{slip.id}"),
                *(_confirmed_at(slip) - timedelta(hours=slip.id % 40), company.staff.pk),
                *("waiting", "", slip.closed_at),
            )
            for slip in proven
            if slip.status in ("paid", "open")
        ],
    )
    asked = [slip for slip in slips if slip.status == "paid" and chance.random() < 0.15]
    insert_rows(
        InvoiceRequest,
        (
            *("rfc", "name", "postal_code", "regime", "cfdi_use", "constancia_id"),
            *("requested_at", "requested_by_id", "uuid", "pdf", "xml", "issued_at", "issued_by_id"),
        ),
        [
            (
                *(names[slip.customer][1], names[slip.customer][0].upper(), "32000", "601", "G03"),
                *(slip.id, _confirmed_at(slip), company.staff.pk),
                *(
                    (UUID(int=slip.id), "x.pdf", "x.xml", _confirmed_at(slip), company.staff.pk)
                    if slip.id % 30
                    else (None, "", "", None, None)
                ),
            )
            for slip in asked
        ],
    )
    insert_rows(
        DepositClaim,
        (
            *("customer_id", "paid_on", "amount", "tracking_key", "note", "made_at"),
            *("made_by_id", "state", "answer"),
        ),
        [
            (
                *(slip.customer, day_of(slip.issued_at), TOTAL, "", "", slip.issued_at),
                *(company.staff.pk, "open", ""),
            )
            for slip in slips
            if slip.status == "open" and slip.id % 40 == 0
        ],
    )


def _write_movements(company: Company, slips: list[Slip]) -> None:
    """A line of the bank for a quarter of the payments, and the deposits that nobody owns."""

    statements = company.statements

    def row(slip: Slip, owned: bool) -> tuple[object, ...]:
        moment, key = _confirmed_at(slip), f"{slip.id:08}"
        decided = (moment, company.staff.pk) if owned else (None, None)
        return (
            *(
                statements[slip.id % len(statements)],
                slip.id,
                key * 4,
                day_of(moment),
            ),
            *(slip.paid or TOTAL, "MXN"),
            *(f"SPEI RECIBIDOSANTANDER/{slip.id:010}  014 {slip.reference}FACTURAMOS", "", key),
            *(f"CLAVE{key}", "INVENTADO", "", "exact" if owned else "unidentified", "", [], []),
            *("applied" if owned else "waiting", "", *decided),
        )

    owned = [slip for slip in slips if slip.status == "paid" and slip.id % 4 == 0]
    strange = [slip for slip in slips if slip.status != "paid" and slip.id % 100 == 0]
    rows = [row(slip, owned=True) for slip in owned] + [row(slip, owned=False) for slip in strange]
    insert_rows(
        Movement,
        (
            *("statement_id", "line", "fingerprint", "date", "amount", "currency"),
            *("description", "reference", "folio", "tracking_key", "payer_name"),
            *("payer_account", "verdict", "reason", "spans", "proposal", "state", "decision"),
            *("decided_at", "decided_by_id"),
        ),
        rows,
    )


def _write_traces(company: Company, slips: list[Slip], names: Names) -> None:
    """The audit and the mails."""
    staff = company.staff
    insert_rows(
        AuditEvent,
        (
            *("at", "action", "actor_id", "actor", "target_type", "target_id", "target", "data"),
            *("ip", "request_id"),
        ),
        [
            (
                slip.issued_at, "constancia.issued", staff.pk, staff.username,
                "payments.constancia", str(slip.id),
                f"{slip.reference} · {names[slip.customer][0]}", {}, "192.0.2.1", "",
            )
            for slip in slips
        ],
    )  # fmt: skip
    insert_rows(
        OutboxMessage,
        (
            *("message_id", "to", "reply_to", "sender", "subject", "text", "html", "attachments"),
            *("state", "attempts", "next_attempt_at", "last_error", "created_at", "sent_at"),
        ),
        [
            (
                f"<{slip.id}@example.com>", [f"u{slip.customer}@example.com"], [], "de@example.com",
                f"Constancia {slip.reference}", "Texto", "", [],
                *(("sent", 1) if slip.id % 9000 else ("parked", 9)),
                slip.issued_at, "", slip.issued_at, slip.issued_at if slip.id % 9000 else None,
            )
            for slip in slips
        ],
    )  # fmt: skip


def day_of(moment: datetime) -> date:
    return timezone.localdate(moment)
