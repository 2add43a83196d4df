"""What people decide about movements, and taking it back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from facturamos.models import OutboxMessage
from payments.models import Constancia, InvoiceRequest, Payment
from payments.services import expire_due
from reconciliation import reading
from reconciliation.deciding import DecisionError, Part, assign, comment, ignore
from reconciliation.models import Movement, Statement
from reconciliation.taking_back import accept_return, undo
from reconciliation.work import (
    ask_to_confirm,
    ask_to_judge,
    ask_to_undo,
    go_on,
    go_on_with_all,
)
from renewals.models import MigrationNotice, Quote
from tests import factories
from tests.reconciliation.bank import imported, spei, statement

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def constancia(user):
    return factories.make_constancia(user)


def confirm(read: Statement, by) -> Statement:
    ask_to_confirm(statement=read, by=by)
    go_on(read)
    read.refresh_from_db()
    return read


def undo_whole(read: Statement, by) -> Statement:
    ask_to_undo(statement=read, reason="Era del mes pasado.", by=by)
    go_on(read)
    read.refresh_from_db()
    return read


def status(constancia: Constancia) -> str:
    constancia.refresh_from_db()
    return constancia.status


class TestConfirming:
    """One button for all that is exact."""

    def test_the_exact_ones_are_paid_and_the_others_wait(self, constancia, user, cxc):
        other = factories.make_constancia(user)
        read = imported(statement(spei(constancia), spei(other, "5.00", folio=2)), cxc)
        confirm(read, cxc)
        assert (status(constancia), status(other)) == ("paid", "open")
        exact, partial = read.movements.all()
        assert (exact.state, exact.decided_by) == ("applied", cxc)
        assert (partial.state, partial.verdict) == ("waiting", "partial")
        payment = Payment.objects.get()
        assert (payment.application.movement, payment.paid_on) == (exact, exact.date)
        assert payment.recorded_by == cxc

    def test_it_unlocks_and_writes_the_mail_as_by_hand(self, constancia, cxc):
        confirm(imported(statement(spei(constancia)), cxc), cxc)
        assert MigrationNotice.objects.get().customer == constancia.customer
        assert OutboxMessage.objects.filter(key__startswith="payment-confirmed").count() == 1

    def test_nothing_happens_by_itself(self, constancia, cxc):
        imported(statement(spei(constancia)), cxc)
        assert not Payment.objects.exists()

    def test_unless_the_setting_says_so(self, constancia, cxc, settings):
        settings.AUTO_CONFIRM_EXACT = True
        read = imported(statement(spei(constancia)), cxc)
        assert read.state == Statement.State.READY
        assert status(constancia) == "paid"

    def test_twice_is_once(self, constancia, cxc):
        read = confirm(imported(statement(spei(constancia)), cxc), cxc)
        with pytest.raises(DecisionError, match="No hay pagos exactos"):
            ask_to_confirm(statement=read, by=cxc)
        assert Payment.objects.count() == 1

    def test_a_constancia_paid_meanwhile_goes_to_a_person(self, constancia, cxc):
        read = imported(statement(spei(constancia)), cxc)
        factories.pay(constancia, cxc)
        confirm(read, cxc)
        movement = read.movements.get()
        assert (movement.state, movement.verdict) == ("waiting", "already_paid")
        assert Payment.objects.count() == 1

    def test_one_refused_for_its_day_goes_to_a_person(self, constancia, cxc):
        tomorrow = timezone.localdate() + timedelta(days=1)
        read = confirm(imported(statement(spei(constancia, day=tomorrow)), cxc), cxc)
        movement = read.movements.get()
        assert (movement.state, movement.verdict) == ("waiting", "suggestion")
        assert "todavía no llega" in movement.reason

    def test_cents_above_are_tolerated_when_the_setting_says_so(self, constancia, cxc, settings):
        settings.AMOUNT_TOLERANCE = Decimal("0.50")
        confirm(imported(statement(spei(constancia, "1305.40")), cxc), cxc)
        assert status(constancia) == "paid"
        assert Payment.objects.get().amount == Decimal("1305.40")

    def test_a_payer_is_known_the_next_time(self, constancia, user, cxc):
        day = timezone.localdate()
        first = f"PAGO CUENTA DE TERCERO/ 0000000001 BNET 0123456789 {constancia.reference}"
        read = confirm(imported(statement((day, first, constancia.total)), cxc), cxc)
        assert read.movements.get().state == "applied"
        second = factories.make_constancia(user)
        without = "PAGO CUENTA DE TERCERO/ 0000000002 BNET 0123456789 RENTA"
        read = imported(statement((day, without, second.total)), cxc)
        movement = read.movements.get()
        assert (movement.verdict, movement.proposal) == ("suggestion", [[second.pk, "", ""]])


class TestStopping:
    """What must not stop the others, and must not be confirmed by the way."""

    def test_an_expired_one_and_the_one_that_followed_it_in_one_statement(
        self, constancia, user, cxc, clock
    ):
        third = factories.make_constancia(factories.make_consenting_user())
        day, last = timezone.localdate(), constancia.expires_on
        Quote.objects.update(valid_until=last + timedelta(days=9))
        clock(last + timedelta(days=1), 9)
        expire_due()
        newer = factories.make_constancia(user, Quote.objects.get(pk=constancia.quote_id))
        deposits = [
            spei(constancia, folio=1, day=last),
            spei(newer, folio=2),
            spei(third, folio=3, day=day),
        ]
        read = confirm(imported(statement(*deposits), cxc), cxc)
        assert read.state == Statement.State.READY
        assert [status(each) for each in (constancia, newer, third)] == [
            "paid", "cancelled", "paid"
        ]  # fmt: skip
        assert read.movements.get(line=3).state == "waiting"

    def test_a_deposit_that_a_later_statement_gives_back_is_not_confirmed(self, constancia, cxc):
        day, concept, amount = spei(constancia, folio=5)
        first = imported(statement((day, concept, amount)), cxc)
        back = (day, concept.replace("RECIBIDO", "DEVUELTO"), -amount)
        later = imported(statement(back, opening="9.00"), cxc)
        with pytest.raises(DecisionError, match="No hay pagos exactos"):
            ask_to_confirm(statement=first, by=cxc)
        assert first.movements.get().returns == later.movements.get()
        undo_whole(later, cxc)
        assert first.movements.get().verdict == "exact"

    def test_a_payment_reverted_by_hand_frees_its_deposit_for_a_person(
        self, constancia, cxc, signed_in
    ):
        read = confirm(imported(statement(spei(constancia)), cxc), cxc)
        payment = Payment.objects.get()
        data = {"action": "revert", "confirmed": "1", "reason": "Era de otro."}
        page = signed_in(cxc).post(
            "/admin/payments/payment/", {**data, "_selected_action": payment.pk}, follow=True
        )
        assert "Se deshizo 1 pago" in page.content.decode()
        movement = read.movements.get()
        assert (movement.state, movement.verdict) == ("waiting", "suggestion")
        assert "Era de otro." in movement.reason

    def test_a_line_that_nobody_holds_any_more_is_read_again(self, constancia, cxc, monkeypatch):
        shared = spei(constancia)
        imported(statement(shared), cxc)
        finish = reading._finish

        def void(*arguments):
            monkeypatch.setattr(reading, "_finish", finish)
            Movement.objects.update(state="void")
            finish(*arguments)

        monkeypatch.setattr(reading, "_finish", void)
        second = imported(statement(shared, spei(None, "5.00", folio=2)), cxc)
        assert second.state == Statement.State.READING
        assert go_on_with_all() == 1
        second.refresh_from_db()
        assert second.state == Statement.State.READY
        alive = second.movements.exclude(state="void")
        assert alive.filter(proposal__isnull=False, verdict="exact").count() == 1


class TestAssigning:
    """A person says where the money goes."""

    @pytest.fixture
    def movement(self, constancia, cxc):
        return imported(statement(spei(None, "1305.00")), cxc).movements.get()

    def test_to_one_constancia(self, movement, constancia, cxc):
        assign(movement=movement, parts=[Part(constancia.pk, movement.amount)], by=cxc)
        assert status(constancia) == "paid"
        movement.refresh_from_db()
        assert (movement.state, movement.decided_by) == ("applied", cxc)

    def test_split_over_two(self, movement, constancia, user, cxc):
        other = factories.make_constancia(user)
        parts = [Part(constancia.pk, Decimal("1000.00")), Part(other.pk, Decimal("305.00"))]
        assign(movement=movement, parts=parts, by=cxc)
        assert movement.applications.count() == 2
        assert {row.paid for row in Constancia.objects.with_paid()} == {1000, 305}

    @pytest.mark.parametrize(
        ("amounts", "why"),
        [
            (["1000.00"], "suman $1,000.00"),
            (["1305.00", "5.00"], "suman $1,310.00"),
            (["1310.00", "-5.00"], "mayor que cero"),
        ],
    )
    def test_the_parts_are_the_whole_deposit(self, movement, constancia, user, cxc, amounts, why):
        ids = [constancia.pk, factories.make_constancia(user).pk]
        parts = [Part(pk, Decimal(amount)) for pk, amount in zip(ids, amounts, strict=False)]
        with pytest.raises(DecisionError) as refusal:
            assign(movement=movement, parts=parts, by=cxc)
        assert why in str(refusal.value)
        assert not Payment.objects.exists()

    def test_a_constancia_that_does_not_exist_is_told(self, movement, cxc):
        with pytest.raises(DecisionError, match="no existe"):
            assign(movement=movement, parts=[Part(999_999, movement.amount)], by=cxc)

    def test_one_part_that_is_refused_refuses_all(self, movement, constancia, user, cxc):
        paid = factories.pay(factories.make_constancia(user), cxc)
        parts = [Part(constancia.pk, Decimal("1000.00")), Part(paid.pk, Decimal("305.00"))]
        with pytest.raises(DecisionError, match="está pagada"):
            assign(movement=movement, parts=parts, by=cxc)
        assert Payment.objects.count() == 1
        movement.refresh_from_db()
        assert movement.state == "waiting"

    def test_twice_is_once(self, movement, constancia, cxc):
        parts = [Part(constancia.pk, movement.amount)]
        assign(movement=movement, parts=parts, by=cxc)
        with pytest.raises(DecisionError, match="ya está aplicado"):
            assign(movement=movement, parts=parts, by=cxc)
        assert Payment.objects.count() == 1

    def test_to_ignore_takes_a_reason_and_can_be_undone(self, movement, cxc):
        ignore(movement=movement, reason="Es un préstamo.", by=cxc)
        movement.refresh_from_db()
        assert (movement.state, movement.decision) == ("ignored", "Es un préstamo.")
        undo(movement=movement, by=cxc)
        movement.refresh_from_db()
        assert (movement.state, movement.decision, movement.decided_by) == ("waiting", "", None)

    def test_to_comment_changes_nothing_else(self, movement, cxc):
        comment(movement=movement, text="Le pregunté al cliente.", by=cxc)
        assert movement.comments.get().written_by == cxc
        movement.refresh_from_db()
        assert movement.state == "waiting"

    def test_what_waits_is_judged_anew(self, movement, cxc, user, constancia):
        other = imported(statement(spei(constancia, "5.00")), cxc)
        factories.pay(constancia, cxc)
        assert ask_to_judge(statement=other, by=cxc) == 1
        go_on(other)
        assert other.movements.get().verdict == "already_paid"


class TestUndoing:
    """One movement, or a whole statement."""

    def test_an_applied_one_waits_again_and_locks_the_notice(self, constancia, cxc):
        read = confirm(imported(statement(spei(constancia)), cxc), cxc)
        undo(movement=read.movements.get(), by=cxc)
        movement = read.movements.get()
        assert (movement.state, movement.verdict) == ("waiting", "exact")
        assert status(constancia) == "open"
        assert not MigrationNotice.objects.exists()
        assert Payment.objects.count() == 1, "nothing is erased"
        confirm(read, cxc)
        assert status(constancia) == "paid"
        assert read.movements.get().applications.count() == 2

    def test_a_whole_statement(self, constancia, user, cxc):
        other = factories.make_constancia(user)
        read = imported(statement(spei(constancia), spei(other, "5.00", folio=2)), cxc)
        confirm(read, cxc)
        undo_whole(read, cxc)
        assert read.state == Statement.State.UNDONE
        assert (status(constancia), status(other)) == ("open", "open")
        assert set(read.movements.values_list("state", flat=True)) == {"void"}
        reverted = AuditEvent.objects.get(action="payment.reverted")
        assert "Era del mes pasado." in reverted.data["reason"]

    def test_an_undone_statement_may_be_imported_again(self, constancia, cxc):
        content = statement(spei(constancia))
        undo_whole(confirm(imported(content, cxc), cxc), cxc)
        confirm(imported(content, cxc), cxc)
        assert status(constancia) == "paid"
        assert Payment.objects.standing().count() == 1

    def test_not_while_another_statement_counts_on_it(self, constancia, cxc):
        shared = spei(constancia)
        first = confirm(imported(statement(shared), cxc), cxc)
        second = imported(statement(shared, spei(None, "3.00", folio=2)), cxc)
        with pytest.raises(DecisionError, match="Deshaga primero"):
            ask_to_undo(statement=first, reason="Error.", by=cxc)
        undo_whole(second, cxc)
        undo_whole(first, cxc)
        assert status(constancia) == "open"

    def test_not_once_an_invoice_was_issued(self, constancia, cxc):
        read = confirm(imported(statement(spei(constancia)), cxc), cxc)
        factories.make_invoice_request(constancia)
        InvoiceRequest.objects.update(
            uuid="00000000-0000-4000-8000-000000000001",
            issued_at=timezone.now(),
            issued_by=cxc,
            pdf="facturas/a.pdf",
            xml="facturas/a.xml",
        )
        with pytest.raises(DecisionError, match="Ya se emitió la factura"):
            ask_to_undo(statement=read, reason="Error.", by=cxc)
        with pytest.raises(DecisionError, match="Ya se emitió la factura"):
            undo(movement=read.movements.get(), by=cxc)
        assert status(constancia) == "paid"

    def test_a_deposit_the_bank_gave_back(self, constancia, cxc):
        day, concept, amount = spei(constancia, folio=5)
        read = confirm(imported(statement((day, concept, amount)), cxc), cxc)
        back = (day, concept.replace("RECIBIDO", "DEVUELTO"), -amount)
        later = imported(statement(back, opening="9.00"), cxc)
        negative = later.movements.get()
        assert (negative.verdict, negative.returns) == ("reversal", read.movements.get())
        accept_return(movement=negative, by=cxc)
        assert status(constancia) == "open"
        assert set(Movement.objects.values_list("state", flat=True)) == {"ignored"}


@pytest.mark.parametrize("number", [1, 3])
def test_queries_do_not_grow_with_the_lines(number, cxc, django_assert_num_queries):
    people = [factories.make_consenting_user() for _ in range(number)]
    lines = [spei(factories.make_constancia(each), folio=n) for n, each in enumerate(people)]
    with django_assert_num_queries(81):
        read = imported(statement(*lines), cxc)
        confirm(read, cxc)
