"""A bank that writes statements of the account in `factories`, in BBVA's tab-separated layout."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from payments.models import Constancia
from reconciliation.models import Statement
from reconciliation.reading import upload_statement
from reconciliation.work import go_on

HEADER = "Día\tConcepto / Referencia\tcargo\tAbono\tSaldo"


def spei(
    constancia: Constancia | None,
    amount: str | None = None,
    *,
    folio: int = 1,
    text: str = "FACTURAMOS",
    day: date | None = None,
) -> tuple[date, str, Decimal]:
    """A transfer from another bank that names the constancia (or none)."""
    reference = constancia.reference if constancia else "0000000"
    money = Decimal(amount) if amount else constancia.total if constancia else Decimal("1.00")
    concept = f"SPEI RECIBIDOSANTANDER/{folio:010}  014 {reference}{text}"
    return day or timezone.localdate(), concept, money


def statement(*movements: tuple[date, str, Decimal], opening: str = "50000.00") -> bytes:
    """The file as the bank gives it, oldest first, with its running balance."""
    balance = Decimal(opening)
    lines = [HEADER]
    for day, concept, amount in movements:
        balance += amount
        charge, deposit = ("", f"{amount:,.2f}") if amount > 0 else (f"{-amount:,.2f}", "")
        lines.append(f"{day:%d-%m-%Y}\t{concept}\t{charge}\t{deposit}\t{balance:,.2f}")
    return "\r\n".join(lines).encode("cp1252")


def imported(content: bytes, by, name: str = "movimientos.exp") -> Statement:
    """The statement, uploaded and read."""
    uploaded, _ = upload_statement(name=name, content=content, by=by)
    go_on(uploaded)
    uploaded.refresh_from_db()
    return uploaded


@contextmanager
def rolled_back() -> Iterator[None]:
    """What one example of a property writes is gone before the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
