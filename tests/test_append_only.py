"""What is written once stays as it was written, whoever tries and however."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

import pytest
from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from accounts.company_texts import publish_text
from accounts.models import AuditEvent, PrivacyConsent, PrivacyNotice, TableImport
from facturamos.models import TextVersion
from payments.models import (
    BankAccount,
    Constancia,
    ConstanciaLine,
    Payment,
    PaymentProof,
    PaymentReversal,
    ProofFile,
)
from payments.reverting import revert_payments
from reconciliation.deciding import comment
from reconciliation.models import (
    Application,
    DepositClaim,
    Movement,
    MovementComment,
    Sighting,
    Statement,
)
from reconciliation.work import ask_to_confirm, go_on
from tests import factories
from tests.reconciliation import bank

pytestmark = pytest.mark.slow

# What is kept, with a column that is no key and another value for it.
KEPT = [
    (AuditEvent, "actor", "nadie"),
    (PrivacyConsent, "box_label", "Otra casilla"),
    (PrivacyNotice, "integral_text", "Otro texto"),
    (BankAccount, "clabe", "072164001016446372"),
    (ConstanciaLine, "description", "Otra cosa"),
    (Payment, "amount", Decimal("0.01")),
    (Constancia, "customer_name", "Otro nombre"),
    (PaymentReversal, "reason", "Otro motivo"),
    (PaymentProof, "tracking_key", "OTRA"),
    (ProofFile, "original_name", "otro.pdf"),
    (Statement, "sha256", "0" * 64),
    (Movement, "description", "Otro concepto"),
    (Sighting, "line", 99),
    (Application, "payment_id", 99),
    (MovementComment, "text", "Otro comentario"),
    (TextVersion, "body", "Otro texto"),
]


@pytest.fixture
def paid(user, cxc):
    """A paid constancia; with it there is a row of every model that is kept."""
    constancia = factories.make_constancia(user)
    # A notice without consents, so that no foreign key is in the way of deleting it.
    factories.make_notice("sin aceptar")
    factories.pay(constancia, cxc)
    revert_payments(payments=[Payment.objects.get().pk], reason="Rebotó.", by=cxc)
    proof = factories.make_proof(constancia)
    publish_text(key="contacts.hours", body="Siempre", reason="Sí.", seen=0, by=cxc)
    ProofFile.objects.create(proof=proof, file="a.pdf", kind="pdf", sha256="a" * 64, size=1)
    reconcile(constancia, cxc)
    constancia.refresh_from_db()
    return constancia


def reconcile(constancia, cxc) -> None:
    """Pay it by a statement, with a comment, and see the same movement again in another."""
    deposit = bank.spei(constancia)
    read = bank.imported(bank.statement(deposit), cxc)
    ask_to_confirm(statement=read, by=cxc)
    go_on(read)
    comment(movement=read.movements.get(), text="Revisado.", by=cxc)
    bank.imported(bank.statement(deposit, bank.spei(None, "5.00", folio=2)), cxc)


def is_refused(write) -> bool:
    """Whether the write breaks on the trigger, and on nothing else."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        return "rows are kept as they were written" in str(error)
    return False


def yielding(write) -> list[str]:
    """The models whose rows give way to `write(model, column, value)`."""
    return [
        model.__name__
        for model, column, value in KEPT
        if not is_refused(lambda: write(model, column, value))  # noqa: B023 (called at once)
    ]


def changed(model, column, value):
    """The newest row as somebody would like to have it."""
    row = model.objects.order_by("-pk").first()
    setattr(row, column, value)
    return row


def run(model, sql: str, *parameters, **names: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.format(table=model._meta.db_table, **names), parameters)


def test_no_row_is_changed_through_a_queryset(paid):
    assert yielding(lambda model, column, value: model.objects.update(**{column: value})) == []


def test_no_row_is_saved_over(paid):
    assert yielding(lambda *change: changed(*change).save()) == []


def test_no_row_is_changed_by_sql(paid):
    def write(model, column, value):
        run(model, "UPDATE {table} SET {column} = %s", value, column=column)

    assert yielding(write) == []


def test_no_row_is_overwritten_by_an_insert(paid):
    def write(model, column, value):
        model.objects.bulk_create(
            [changed(model, column, value)],
            update_conflicts=True,
            update_fields=[column],
            unique_fields=["id"],
        )

    assert yielding(write) == []


def test_no_row_is_replaced_by_sql(paid):
    # Without `recursive_triggers`, SQLite's REPLACE deletes the old row past its triggers.
    statement = {
        "sqlite": "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
        "postgresql": "INSERT INTO {table} SELECT * FROM {table} "
        "ON CONFLICT (id) DO UPDATE SET {column} = EXCLUDED.{column}",
    }[connection.vendor]
    assert yielding(lambda model, column, _: run(model, statement, column=column)) == []


def test_no_row_is_deleted_by_sql(paid):
    assert yielding(lambda model, *_: run(model, "DELETE FROM {table}")) == []


def test_no_row_is_deleted_through_a_queryset(paid):
    # Past Django's own look at foreign keys, which would come before the trigger.
    assert yielding(lambda model, *_: model.objects.all()._raw_delete(DEFAULT_DB_ALIAS)) == []


def test_no_row_deletes_itself(paid):
    def write(model, column, value):
        try:
            changed(model, column, value).delete()
        except ProtectedError as error:  # Django's own look, for what has lines and payments
            raise IntegrityError("rows are kept as they were written") from error

    assert yielding(write) == []


def test_a_draft_of_a_notice_may_change_and_go(db):
    draft = PrivacyNotice.objects.create(version="2", simplified_text="a", integral_text="b")
    draft.integral_text = "Otro texto"
    draft.save()
    draft.refresh_from_db()
    assert draft.integral_text == "Otro texto"
    draft.delete()
    assert not PrivacyNotice.objects.exists()


def test_a_published_notice_is_not_taken_back(db):
    factories.make_notice()
    assert is_refused(lambda: PrivacyNotice.objects.update(published_at=None))


# --- What is frozen of a row that still moves on ----------------------------------------

MOVES_ON = {
    Constancia: {
        *("status", "paid_at", "paid_by_id", "cancelled_at", "cancelled_by_id", "expired_at"),
        *("pdf", "pdf_sha256"),
    },
    BankAccount: {"approved_at", "approved_by_id", "retired_at", "retired_by_id"},
    Movement: {
        *("verdict", "reason", "spans", "proposal", "returns_id"),
        *("state", "decided_at", "decided_by_id", "decision"),
    },
}


@pytest.mark.parametrize("model", MOVES_ON)
def test_every_column_but_the_status_is_frozen(paid, model):
    def set_to_itself(column):
        run(model, "UPDATE {table} SET {column} = {column}", column=column)

    columns = {field.attname for field in model._meta.fields} - MOVES_ON[model] - {"id"}
    assert [name for name in columns if not is_refused(partial(set_to_itself, name))] == []


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
    for pdf, pdf_sha256 in [("constancias/b.pdf", "b" * 64), ("", "")]:
        write = partial(Constancia.objects.update, pdf=pdf, pdf_sha256=pdf_sha256)
        assert is_refused(write)


# --- When and by whom: both or neither --------------------------------------------------


def pairs() -> list:
    """Every (model, event) of our apps with an `<event>_at` and an `<event>_by` that may be empty.

    Where both are NOT NULL there is nothing to forget.
    """
    found = []
    for app in ("accounts", "facturamos", "payments", "reconciliation", "renewals"):
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
    unpaid = factories.make_constancia(outsider)
    factories.make_proof(unpaid)
    factories.make_invoice_request(unpaid)
    DepositClaim.objects.create(
        customer=unpaid.customer, paid_on=timezone.localdate(), amount=5, made_by=outsider
    )
    TableImport.objects.create(kind="customers", name="a.csv", uploaded_by=cxc)
    name = f"{event}_{half}"
    some = {"at": datetime(2999, 1, 1, tzinfo=UTC), "by": cxc}[half]
    rows = model.objects.all()
    assert rows, f"make a row of {model.__name__} in the fixture, so that this rule is tried"
    for row in rows:
        other = some if getattr(row, name) is None else None
        with pytest.raises(IntegrityError, match=r"(?i)check constraint"), transaction.atomic():
            model.objects.filter(pk=row.pk).update(**{name: other})
