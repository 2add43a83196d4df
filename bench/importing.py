"""Importing a bank's statement: reading, matching and confirming, beside the floor of the machine.

The floor does none of it: one COPY of the same lines and one UPDATE … FROM that joins them to the
constancias by reference and amount.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Customer, User
from bench.drawing import resident
from bench.measure import figure, lasting, title
from facturamos.bulk import insert_rows, next_ids
from payments.models import Constancia
from payments.references import new_reference
from reconciliation.models import Movement, Statement
from reconciliation.reading import upload_statement
from reconciliation.work import ask_to_confirm, go_on
from renewals.models import Quote
from tests import factories
from tests.reconciliation.bank import statement

SIZES = [(2_000, 2_000), (2_000, 100_000), (100_000, 100_000)]
TEXT = "SPEI RECIBIDOSANTANDER/{folio:010}  014 {reference}FACTURAMOS"
REFERENCE = slice(39, 46)
TOTAL = Decimal("1305.00")
Line = tuple[date, str, Decimal]


def run() -> None:
    """Print every figure of this part."""
    cxc = factories.make_user(is_staff=True)
    factories.make_bank_account()
    top_up(SIZES[0][1], cxc)
    imported(statement(*invented(0, 100)), cxc)  # what the first import of a process loads
    for number, (lines, waiting) in enumerate(SIZES, start=1):
        top_up(waiting, cxc)
        measure(number, lines, cxc)


def top_up(waiting: int, by: User) -> None:
    """Have so many open constancias, each of a customer of its own with a reader of mails."""
    missing = waiting - Constancia.objects.filter(status=Constancia.Status.OPEN).count()
    if missing <= 0:
        return
    now, today = timezone.now(), timezone.localdate()
    ends = today + timedelta(days=30)
    taken = set(Constancia.objects.values_list("reference", flat=True))
    references: set[str] = set()
    while len(references) < missing:
        references |= {new_reference() for _ in range(missing - len(references))} - taken
    customers, quotes = next_ids(Customer, missing), next_ids(Quote, missing)
    insert_rows(
        Customer,
        ("id", "rfc", "legal_name", "cfdi_version", "stamps_available", "created_at"),
        [(pk, f"EMP{pk:06}AA1", f"Empresa {pk}", "3.3", 0, now) for pk in customers],
    )
    insert_rows(
        User,
        (
            *("username", "email", "customer_id", "password", "first_name", "last_name"),
            *("is_active", "is_staff", "is_superuser", "date_joined"),
        ),
        [
            (f"c{pk}", f"c{pk}@example.com", pk, "!", "", "", True, False, False, now)
            for pk in customers
        ],
    )
    insert_rows(
        Quote,
        ("id", "public_id", "customer_id", "status", "valid_until", "created_at"),
        [
            (pk, uuid4(), customer, "held", ends, now)
            for pk, customer in zip(quotes, customers, strict=True)
        ],
    )
    insert_rows(
        Constancia,
        (
            *("reference", "reference_scheme", "token", "quote_id", "customer_id"),
            *("customer_name", "customer_rfc", "issued_at", "issued_by_id", "expires_on"),
            *("iva_rate", "subtotal", "iva", "total", "beneficiary", "bank_name"),
            *("account_number", "clabe", "status", "pdf", "pdf_sha256"),
        ),
        [
            (
                *(reference, "damm7", f"token-of-{reference}-----", quote, customer),
                *(f"Empresa {customer}", f"EMP{customer:06}AA1", now, by.pk, ends),
                *(Decimal("0.16"), Decimal("1125.00"), Decimal("180.00"), TOTAL),
                *("Sistemas Perseo S.A. de C.V.", "BBVA", "0101644637", "012164001016446374"),
                *("open", "bench.pdf", "0" * 64),
            )
            for reference, quote, customer in zip(references, quotes, customers, strict=True)
        ],
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def measure(number: int, size: int, cxc: User) -> None:
    """One statement of so many lines against all that waits."""
    lines = invented(number, size)
    content = statement(*lines)
    waiting = Constancia.objects.filter(status=Constancia.Status.OPEN).count()
    floor = lasting(lambda: copy_and_join(lines, cxc))
    before = resident()
    with counted() as statements:
        ours = lasting(lambda: imported(content, cxc))
    grown = resident() - before

    title(f"Importing {size:,} lines against {waiting:,} constancias")
    figure("lines a second", size / ours, f"{size:,} ÷ {ours:.2f} s")
    figure(
        "ours ÷ the floor, lines a second",
        floor / ours,
        f"{floor:.3f} s ÷ {ours:.2f} s",
        least=0.05,
    )
    figure("SQL statements a line", statements[0] / size, f"{statements[0]} in all", most=0.05)
    figure("MiB more at the end than before", grown)


def invented(number: int, size: int) -> list[Line]:
    """Deposits: 70 in 100 exact, 20 without a reference, 10 of a wrong amount."""
    chance = random.Random(number)  # noqa: S311 (the same lines every time)
    today = timezone.localdate()
    opened = Constancia.objects.filter(status=Constancia.Status.OPEN).order_by("pk")
    references = list(opened.values_list("reference", flat=True)[:size])
    lines = []
    for place, reference in enumerate(references):
        kind = chance.random()
        shown = "0000000" if 0.7 <= kind < 0.9 else reference
        amount = TOTAL if kind < 0.9 else TOTAL - 5
        folio = number * 1_000_000 + place
        lines.append((today, TEXT.format(folio=folio, reference=shown), amount))
    return lines


def imported(content: bytes, cxc: User) -> None:
    """Upload, read, match and confirm."""
    uploaded, _ = upload_statement(name="bench.exp", content=content, by=cxc)
    go_on(uploaded)
    uploaded.refresh_from_db()
    ask_to_confirm(statement=uploaded, by=cxc)
    go_on(uploaded)
    uploaded.refresh_from_db()
    applied = uploaded.movements.filter(state=Movement.State.APPLIED).count()
    if uploaded.state != Statement.State.READY or not 0.6 < applied / uploaded.counted < 0.8:
        raise RuntimeError(f"The import went wrong: {uploaded.state}, {applied} applied")


@transaction.atomic
def copy_and_join(lines: list[Line], cxc: User) -> None:
    """The floor, taken back afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE lines (reference text, amount numeric) ON COMMIT DROP")
        with cursor.copy("COPY lines FROM STDIN") as copy:
            for _, text, amount in lines:
                copy.write_row((text[REFERENCE], amount))
        cursor.execute(
            "UPDATE payments_constancia SET status = 'paid', paid_at = now(), paid_by_id = %s "
            "FROM lines WHERE payments_constancia.reference = lines.reference "
            "AND payments_constancia.total = lines.amount",
            [cxc.pk],
        )
    transaction.set_rollback(True)


@contextmanager
def counted() -> Iterator[list[int]]:
    """How many SQL statements run meanwhile."""
    number = [0]

    def count(execute, *arguments):  # type: ignore[no-untyped-def]  # as Django has it
        number[0] += 1
        return execute(*arguments)

    with connection.execute_wrapper(count):
        yield number
