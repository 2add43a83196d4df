"""Every list of the admin and the home, on a company of some size: few queries, all by indexes."""

from contextlib import contextmanager

import pytest
from django.contrib import admin
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import Customer
from desk.waiting import work_for
from facturamos import long_lists
from facturamos.long_lists import About, LongListAdmin, LongListPaginator
from tests import factories
from tests.scale import fill

pytestmark = pytest.mark.django_db
CUSTOMERS = 4_000
# A whole table may be read while it is small.
SMALL = 1_000
MOST_QUERIES = 12
# What somebody looks for in a list, when not for the name of a customer.
WORDS = {
    "accounts_user": "u1234@example",
    "accounts_privacyconsent": "u1234",
    "facturamos_outboxmessage": "u1234@example.com",
}

# What reads a table to its end on purpose.
ON_PURPOSE = {
    # Words of the bank's text: an index would make each line of a statement dearer to read in.
    ("reconciliation_movement", "q"): {"reconciliation_movement"},
    # Six ways at once: their indexes are worth it only among more people than are here.
    ("accounts_auditevent", "q"): {"accounts_user"},
}
# What the search of the audit means is looked up first, kind by kind.
QUERIES = {"accounts_auditevent": 25}


def lists() -> list[str]:
    """The names of all the lists, as their addresses have them."""
    return sorted(
        f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry
    )


@contextmanager
def explained():
    """The queries that run meanwhile, each as (SQL, its plan on PostgreSQL)."""
    seen = []

    def explain(execute, sql, params, many, context):
        if sql.startswith("SELECT"):
            with connection.cursor() as cursor:
                raw = cursor.cursor
                raw.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
                seen.append((sql, raw.fetchone()[0][0]["Plan"]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield seen


def read_whole(plan) -> set[str]:
    """The tables that the plan reads from end to end."""
    found = {plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" else set()
    return found.union(*(read_whole(child) for child in plan.get("Plans", ())))


def most_rows(plan) -> int:
    """The most rows that a step of the plan takes from a table."""
    own = plan["Plan Rows"] if "Relation Name" in plan else 0
    return max([own, *map(most_rows, plan.get("Plans", ()))])


def large_tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > %s", [SMALL]
        )
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.postgresql
@pytest.mark.slow
def test_no_list_reads_a_large_table_to_its_end(signed_in, monkeypatch):
    monkeypatch.setattr(long_lists, "EXACT_BELOW", SMALL)
    fill(CUSTOMERS)
    name = Customer.objects.order_by("pk")[CUSTOMERS // 2].legal_name
    large = large_tables()
    assert {"payments_constancia", "accounts_customer", "accounts_auditevent"} <= large
    chief = factories.make_user(is_staff=True, is_superuser=True)
    client = signed_in(chief)
    found = []
    for list_name in lists():
        address = reverse(f"admin:{list_name}_changelist")
        for query in ({}, {"q": WORDS.get(list_name, name)}):
            with explained() as seen:
                response = client.get(address, query)
            assert response.status_code == 200, (address, query)
            allowed = ON_PURPOSE.get((list_name, "".join(query)), set())
            found += [
                f"{address} {query} reads all of {table}: {sql}"
                for sql, plan in seen
                for table in (read_whole(plan) & large) - allowed
            ]
            if len(seen) > QUERIES.get(list_name, MOST_QUERIES):
                found.append(f"{address} {query} asks {len(seen)} queries")
    assert not found, "\n\n".join(found)
    with explained() as seen:
        assert [card.title for card in work_for(chief, timezone.now()) if not card.count] == []
    assert not [sql for sql, plan in seen if read_whole(plan) & large or most_rows(plan) > SMALL]


def test_every_list_of_ours_may_grow_long():
    ours = {f"{name}.admin" for name in ("accounts", "renewals", "payments", "reconciliation")}
    short = [
        model
        for model in admin.site._registry.values()
        if not isinstance(model, LongListAdmin) and type(model).__module__.startswith(tuple(ours))
    ]
    assert not short


class TestPaginator:
    """What a list says of its length."""

    @pytest.fixture(autouse=True)
    def _rows(self, monkeypatch):
        monkeypatch.setattr(long_lists, "EXACT_BELOW", 3)
        for _ in range(5):
            factories.make_customer()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def test_a_short_list_is_counted(self):
        rows = Customer.objects.order_by("pk")
        first = LongListPaginator(rows.filter(pk=rows[0].pk), 100)
        assert (first.count, type(first.count)) == (1, int)

    def test_a_long_list_is_estimated_and_says_so(self, signed_in):
        count = LongListPaginator(Customer.objects.order_by("pk"), 100).count
        client = signed_in(factories.make_user(is_staff=True, is_superuser=True))
        page = client.get("/admin/accounts/customer/").content.decode()
        if connection.vendor == "postgresql":
            assert (type(count), str(count)) == (About, "cerca de 5")
            assert "cerca de 5 clientes" in page
        else:
            assert (type(count), count) == (int, 5)
            assert "cerca de" not in page

    def test_an_empty_list_is_empty(self):
        assert LongListPaginator(Customer.objects.none(), 100).count == 0

    def test_thousands_are_grouped(self):
        assert str(About(300_000)) == "cerca de 300,000"
        assert About(300_000) + 1 == 300_001
