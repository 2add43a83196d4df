"""What is written once stays as it was written, whoever tries and however."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import AuditEvent, PrivacyConsent, PrivacyNotice
from payments.models import Constancia, ConstanciaLine, Payment
from tests import factories

# (model, a column that is no key, another value for it)
KEPT = [
    pytest.param(model, column, value, id=model.__name__)
    for model, column, value in [
        (AuditEvent, "actor", "nadie"),
        (PrivacyConsent, "box_label", "Otra casilla"),
        (PrivacyNotice, "integral_text", "Otro texto"),
        (ConstanciaLine, "description", "Otra cosa"),
        (Payment, "amount", Decimal("0.01")),
        (Constancia, "customer_name", "Otro nombre"),
    ]
]
kept = pytest.mark.parametrize(("model", "column", "value"), KEPT)


@pytest.fixture
def paid(user, cxc):
    """A paid constancia; with it there is a row of every model that is kept."""
    constancia = factories.make_constancia(user)
    # A notice without consents, so that no foreign key is in the way of deleting it.
    factories.make_notice("sin aceptar")
    return factories.pay(constancia, cxc)


def refused(write) -> None:
    """The write breaks on the trigger, and on nothing else."""
    with (
        pytest.raises(IntegrityError, match="rows are kept as they were written"),
        transaction.atomic(),
    ):
        write()


def newest(model):
    return model.objects.order_by("-pk").first()


def run(model, sql: str, *parameters, **names: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.format(table=model._meta.db_table, **names), parameters)


@kept
def test_a_row_is_not_changed_through_its_queryset(paid, model, column, value):
    refused(lambda: model.objects.update(**{column: value}))


@kept
def test_a_row_is_not_saved_over(paid, model, column, value):
    row = newest(model)
    setattr(row, column, value)
    refused(row.save)


@kept
def test_a_row_is_not_changed_by_sql(paid, model, column, value):
    refused(lambda: run(model, "UPDATE {table} SET {column} = %s", value, column=column))


@kept
def test_a_row_is_not_overwritten_by_an_insert(paid, model, column, value):
    row = newest(model)
    setattr(row, column, value)
    refused(
        lambda: model.objects.bulk_create(
            [row], update_conflicts=True, update_fields=[column], unique_fields=["id"]
        )
    )


@kept
def test_a_row_is_not_replaced_by_sql(paid, model, column, value):
    # Without `recursive_triggers`, SQLite's REPLACE deletes the old row past its triggers.
    statement = {
        "sqlite": "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
        "postgresql": "INSERT INTO {table} SELECT * FROM {table} "
        "ON CONFLICT (id) DO UPDATE SET {column} = EXCLUDED.{column}",
    }[connection.vendor]
    refused(lambda: run(model, statement, column=column))


@kept
def test_a_row_is_not_deleted_by_sql(paid, model, column, value):
    refused(lambda: run(model, "DELETE FROM {table}"))


@kept
def test_a_row_is_not_deleted_through_its_queryset(paid, model, column, value):
    # Past Django's own look at foreign keys, which protects a constancia before the trigger can.
    rows = model.objects.all()
    refused(lambda: rows._raw_delete(rows.db))


@pytest.mark.parametrize(
    "model", [AuditEvent, PrivacyConsent, PrivacyNotice, ConstanciaLine, Payment]
)
def test_a_row_does_not_delete_itself(paid, model):
    refused(newest(model).delete)


def test_nothing_was_lost_after_all_that(paid):
    before = Payment.objects.values().get()
    refused(lambda: run(Payment, "DELETE FROM {table}"))
    assert Payment.objects.values().get() == before


def test_a_draft_of_a_notice_may_change_and_go(db):
    draft = PrivacyNotice.objects.create(version="2", simplified_text="a", integral_text="b")
    draft.integral_text = "Otro texto"
    draft.save()
    draft.refresh_from_db()
    assert draft.integral_text == "Otro texto"
    draft.delete()
    assert not PrivacyNotice.objects.exists()


def test_a_published_notice_is_not_taken_back(db):
    notice = factories.make_notice()
    refused(lambda: PrivacyNotice.objects.filter(pk=notice.pk).update(published_at=None))


# --- What is frozen of a constancia -----------------------------------------------------

STATUS = {
    "status", "paid_at", "paid_by_id", "cancelled_at", "cancelled_by_id", "expired_at",
    "pdf", "pdf_sha256",
}  # fmt: skip
FROZEN = sorted({field.attname for field in Constancia._meta.fields} - STATUS - {"id"})


@pytest.mark.parametrize("column", FROZEN)
def test_every_column_but_the_status_is_frozen(paid, column):
    # The same value again: even a change that changes nothing is refused, column by column.
    refused(lambda: run(Constancia, "UPDATE {table} SET {column} = {column}", column=column))


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "paid", "paid_at": timezone.now},
        {"status": "cancelled", "cancelled_at": timezone.now},
        {"status": "expired", "expired_at": timezone.now},
    ],
    ids=["paid", "cancelled", "expired"],
)
def test_the_status_of_a_constancia_changes(user, cxc, changes):
    constancia = factories.make_constancia(user)
    who = {f"{changes['status']}_by": cxc} if changes["status"] != "expired" else {}
    values = {name: value() if callable(value) else value for name, value in changes.items()}
    Constancia.objects.update(**values, **who)
    constancia.refresh_from_db()
    assert constancia.status == changes["status"]


def test_the_pdf_is_written_once(paid):
    Constancia.objects.update(pdf="constancias/a.pdf", pdf_sha256="a" * 64)
    refused(lambda: Constancia.objects.update(pdf="constancias/b.pdf", pdf_sha256="b" * 64))
    refused(lambda: Constancia.objects.update(pdf="", pdf_sha256=""))


# --- When and by whom: both or neither --------------------------------------------------


def pairs() -> list:
    """Every (model, event) of our apps with an `<event>_at` and an `<event>_by` that may be empty.

    Where both are NOT NULL there is nothing to forget.
    """
    found = []
    for app in ("accounts", "facturamos", "payments", "renewals"):
        for model in apps.get_app_config(app).get_models():
            fields = {field.name: field for field in model._meta.fields}
            found += [
                pytest.param(model, name[:-3], id=f"{model.__name__}.{name[:-3]}")
                for name, field in sorted(fields.items())
                if name.endswith("_at")
                and (by := fields.get(f"{name[:-3]}_by"))
                and (field.null or by.null)
            ]
    return found


def test_the_walk_over_the_models_finds_the_pairs():
    found = {pair.id for pair in pairs()}
    assert {"Constancia.paid", "Constancia.cancelled", "MigrationNotice.acknowledged"} <= found


@pytest.mark.parametrize("half", ["at", "by"])
@pytest.mark.parametrize(("model", "event"), pairs())
def test_when_and_by_whom_are_both_known_or_neither(paid, cxc, outsider, model, event, half):
    factories.make_constancia(outsider)  # one that is not paid
    name = f"{event}_{half}"
    some = {"at": datetime(2999, 1, 1, tzinfo=UTC), "by": cxc}[half]
    rows = model.objects.all()
    assert rows, f"make a row of {model.__name__} in the fixture, so that this rule is tried"
    for row in rows:
        other = some if getattr(row, name) is None else None
        with pytest.raises(IntegrityError, match=r"(?i)check constraint"), transaction.atomic():
            model.objects.filter(pk=row.pk).update(**{name: other})
