"""Years of an invented company's life, written by the thousand: for the plans and the bench.

Nothing is drawn or mailed; what the constraints ask for is right. The same every time.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone
from stdnum import damm

from accounts.models import Customer, PrivacyConsent, PrivacyNotice, User
from facturamos.bulk import insert_rows, next_ids
from payments.bank_accounts import account_in_force
from payments.models import Constancia
from reconciliation.models import Statement
from renewals.models import Quote
from tests import factories
from tests.scale_rows import TOTAL, Company, Slip, write_all

OVER, PART = TOTAL + 15, TOTAL - 1000
YEARS = 3
STATEMENTS = 100
# So many rows at a time, so that the memory does not grow with the company.
BATCH = 20_000
SURNAMES = ("Ávila", "Benítez", "Cárdenas", "Domínguez", "Escobedo", "Fuentes", "Ibarra")
TRADES = ("Ferretería", "Refaccionaria", "Papelería", "Clínica", "Transportes", "Abarrotes")


def fill(customers: int) -> None:
    """Write so many customers with three constancias each, and all that belongs to them."""
    company = _company(timezone.now())
    chance = random.Random(customers)
    taken = {int(text[:6]) for text in Constancia.objects.values_list("reference", flat=True)}
    free = [number for number in range(100_000, 1_000_000) if number not in taken]
    references = iter(chance.sample(free, 3 * customers))
    for start in range(0, customers, BATCH // 3):
        with transaction.atomic():
            people = _people(company, min(BATCH // 3, customers - start), chance)
            _constancias(company, people, references, chance)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What autovacuum does in time: new rows leave the waiting room of their GIN index.
            cursor.execute(
                "SELECT gin_clean_pending_list(c.oid) FROM pg_class c "
                "JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'gin'"
            )
        cursor.execute("ANALYZE")


def _company(now: datetime) -> Company:
    staff = factories.make_user(is_staff=True, password=None)
    if account_in_force() is None:
        factories.make_bank_account()
    statements = [
        Statement.objects.create(
            file="estados-de-cuenta/inventado",
            original_name=f"movimientos-{number}.exp",
            sha256=f"{number:064}",
            size=1,
            uploaded_at=now - timedelta(hours=12 + 40 * number),
            uploaded_by=staff,
            state="ready",
        )
        for number in reversed(range(STATEMENTS))
    ]
    return Company(
        staff=staff,
        notice=PrivacyNotice.objects.published().first() or factories.make_notice(),
        distributors=[factories.make_distributor() for _ in range(20)],
        statements=[row.pk for row in statements],
        now=now,
    )


def _people(company: Company, number: int, chance: random.Random) -> list[tuple[int, str, str]]:
    """Customers with a user each; returns (id, name, RFC)."""
    ids, users = next_ids(Customer, number), next_ids(User, number)
    now = company.now
    people = [
        (pk, f"{chance.choice(TRADES)} {chance.choice(SURNAMES)} {pk}", f"EMP{pk:06}AA1")
        for pk in ids
    ]
    insert_rows(
        Customer,
        (
            *("id", "rfc", "legal_name", "distributor_id", "cfdi_version"),
            *("stamps_available", "created_at"),
        ),
        [
            (pk, rfc, name, chance.choice(company.distributors).pk, "3.3", pk % 500, now)
            for pk, name, rfc in people
        ],
    )
    seen = [chance.random() for _ in users]
    insert_rows(
        User,
        (
            *("id", "username", "email", "customer_id", "password", "first_name", "last_name"),
            *("is_active", "is_staff", "is_superuser", "date_joined", "last_login"),
        ),
        [
            (
                *(user, f"u{user}", f"u{user}@example.com", pk, "!", "", "", True, False, False),
                *(now, now - timedelta(days=300 * share) if share < 0.7 else None),
            )
            for user, pk, share in zip(users, ids, seen, strict=True)
        ],
    )
    insert_rows(
        PrivacyConsent,
        (
            *("notice_id", "notice_version", "text_sha256", "user_id", "decision", "box_label"),
            *("decided_at", "ip", "user_agent"),
        ),
        [
            (
                *(company.notice.pk, "1", "0" * 64, user, "accepted", "Acepto"),
                *(now - timedelta(days=300 * share), "192.0.2.1", "invented"),
            )
            for user, share in zip(users, seen, strict=True)
            if share < 0.65
        ],
    )
    return people


def _constancias(
    company: Company,
    people: list[tuple[int, str, str]],
    references: Iterator[int],
    chance: random.Random,
) -> None:
    names = {pk: (name, rfc) for pk, name, rfc in people}
    owners = [pk for pk, _, _ in people for _ in range(3)]
    ids, quotes = next_ids(Constancia, len(owners)), next_ids(Quote, len(owners))
    slips = [
        _slip(company, owner, id_, quote, next(references), chance)
        for owner, id_, quote in zip(owners, ids, quotes, strict=True)
    ]
    slips.sort(key=lambda slip: slip.issued_at)
    write_all(company, slips, names, chance)


def _slip(
    company: Company, customer: int, id_: int, quote: int, drawn: int, chance: random.Random
) -> Slip:
    """69 in 100 paid, 25 expired, 3 cancelled, 3 young ones open."""
    kind = chance.random()
    days = 30 * chance.random() if kind >= 0.97 else 31 + (365 * YEARS - 31) * chance.random()
    issued = company.now - timedelta(days=days)
    status, after, paid = "open", None, Decimal(0)
    if kind < 0.69:
        status, after = "paid", timedelta(days=25 * chance.random(), hours=1)
        paid = OVER if kind < 0.01 else TOTAL
    elif kind < 0.94:
        status, after = "expired", timedelta(days=30, hours=2)
    elif kind < 0.97:
        status, after = "cancelled", timedelta(days=5)
    # A few were paid in part, some of them past their last day.
    elif kind < 0.971:
        issued, paid = company.now - timedelta(days=40), PART
    text = str(drawn)
    return Slip(
        id=id_,
        customer=customer,
        quote=quote,
        reference=text + str(damm.calc_check_digit(text)),
        issued_at=issued,
        status=status,
        closed_at=issued + after if after else None,
        paid=paid,
    )
