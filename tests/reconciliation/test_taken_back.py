"""What a payment or a return that was taken back leaves behind: nothing that somebody trusts."""

from decimal import Decimal

import pytest

from reconciliation import reading
from reconciliation.deciding import DecisionError, Part, assign, ignore
from reconciliation.models import KnownPayer, Movement, Statement
from reconciliation.taking_back import PartOfDepositError, accept_return, take_payments_back, undo
from reconciliation.work import ask_to_confirm, ask_to_judge, ask_to_undo, go_on, go_on_with_all
from tests import factories
from tests.reconciliation.bank import imported, spei, statement

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

BNET = "PAGO CUENTA DE TERCERO/ {:010} BNET 0112233445 RENOVACION"


@pytest.fixture
def constancia(user):
    return factories.make_constancia(user)


def back_of(line):
    """The bank's line that gives it back."""
    day, concept, amount = line
    return day, concept.replace("RECIBIDO", "DEVUELTO"), -amount


def confirm(read, by) -> None:
    ask_to_confirm(statement=read, by=by)
    go_on(read)


def take_back(read, by) -> None:
    """The whole statement."""
    ask_to_undo(statement=read, reason="Error.", by=by)
    go_on(read)


class TestPayments:
    """Taken back on their own list."""

    def test_not_exact_again_however_often_it_is_compared(self, constancia, cxc):
        read = imported(statement(spei(constancia)), cxc)
        confirm(read, cxc)
        [payment] = constancia.payments.all()
        take_payments_back(payments=[payment.pk], reason="Era de otro.", by=cxc)
        for _ in range(2):
            ask_to_judge(statement=read, by=cxc)
            go_on(read)
            read.refresh_from_db()
            movement = read.movements.get()
            assert (movement.verdict, movement.reason) == (
                "suggestion",
                "Se deshizo su pago: Era de otro.",
            )
        with pytest.raises(DecisionError, match="No hay pagos exactos"):
            ask_to_confirm(statement=read, by=cxc)

    def test_a_part_of_a_deposit_is_not_left_hanging(self, constancia, user, cxc):
        other = factories.make_constancia(user)
        movement = imported(statement(spei(None, "1305.00")), cxc).movements.get()
        parts = [Part(constancia.pk, Decimal("1000.00")), Part(other.pk, Decimal("305.00"))]
        assign(movement=movement, parts=parts, by=cxc)
        one, two = movement.applications.values_list("payment", flat=True)
        with pytest.raises(PartOfDepositError, match="es parte de un depósito"):
            take_payments_back(payments=[one], reason="Error.", by=cxc)
        movement.refresh_from_db()
        assert movement.state == "applied"
        assert take_payments_back(payments=[one, two], reason="Error.", by=cxc) == 2
        movement.refresh_from_db()
        assert movement.state == "waiting"

    def test_the_page_says_so(self, constancia, user, cxc, signed_in):
        other = factories.make_constancia(user)
        movement = imported(statement(spei(None, "1305.00")), cxc).movements.get()
        parts = [Part(constancia.pk, Decimal("1000.00")), Part(other.pk, Decimal("305.00"))]
        assign(movement=movement, parts=parts, by=cxc)
        data = {"action": "revert", "confirmed": "1", "reason": "Error."}
        data["_selected_action"] = str(constancia.payments.get().pk)
        page = signed_in(cxc).post("/admin/payments/payment/", data, follow=True)
        assert "es parte de un depósito" in page.content.decode()


class TestPayers:
    """Who paid for whom is believed while such a payment stands."""

    @pytest.fixture
    def read(self, constancia, cxc):
        concept = BNET.format(1)
        day, _, amount = spei(constancia)
        read = imported(statement((day, concept, amount)), cxc)
        assign(movement=read.movements.get(), parts=[Part(constancia.pk, amount)], by=cxc)
        assert KnownPayer.objects.count() == 1
        return read

    def proposed(self, user, cxc) -> str:
        """What a later deposit of the same payer is taken for."""
        later = factories.make_constancia(user)
        day, _, amount = spei(later)
        line = (day, BNET.format(2), amount)
        return imported(statement(line, opening="9.00"), cxc).movements.get().verdict

    def test_a_standing_payment_is_believed(self, read, user, cxc):
        assert self.proposed(user, cxc) == "suggestion"

    def test_an_undone_decision_is_not(self, read, user, cxc):
        undo(movement=read.movements.get(), by=cxc)
        assert self.proposed(user, cxc) == "unidentified"

    def test_an_undone_statement_is_not(self, read, user, cxc):
        take_back(read, cxc)
        assert self.proposed(user, cxc) == "unidentified"

    def test_a_payment_taken_back_is_not(self, read, constancia, user, cxc):
        take_payments_back(payments=[constancia.payments.get().pk], reason="Error.", by=cxc)
        assert self.proposed(user, cxc) == "unidentified"

    def test_what_another_payment_tells_stays(self, read, user, cxc):
        second = factories.make_constancia(user)
        day, _, amount = spei(second)
        other = imported(statement((day, BNET.format(3), amount), opening="8.00"), cxc)
        assign(movement=other.movements.get(), parts=[Part(second.pk, amount)], by=cxc)
        take_back(read, cxc)
        assert self.proposed(user, cxc) == "suggestion"


class TestReturns:
    """What the bank gave back, when one of the two statements is taken back."""

    @pytest.fixture
    def pair(self, constancia, cxc):
        line = spei(constancia, folio=5)
        first = imported(statement(line), cxc)
        return first, imported(statement(back_of(line), opening="9.00"), cxc)

    def test_a_deposit_set_aside_for_its_return_waits_again(self, pair, cxc):
        deposit, back = pair
        accept_return(movement=back.movements.get(), by=cxc)
        assert deposit.movements.get().state == "ignored"
        take_back(back, cxc)
        movement = deposit.movements.get()
        assert (movement.state, movement.decision) == ("waiting", "")
        assert movement.verdict == "exact"

    def test_a_return_set_aside_with_its_deposit_is_what_it_was(self, pair, cxc):
        deposit, back = pair
        accept_return(movement=back.movements.get(), by=cxc)
        take_back(deposit, cxc)
        movement = back.movements.get()
        assert (movement.state, movement.verdict) == ("other", "not_a_deposit")

    def test_what_a_person_set_aside_stays_so(self, pair, cxc):
        deposit, back = pair
        ignore(movement=deposit.movements.get(), reason="Es un préstamo.", by=cxc)
        take_back(back, cxc)
        assert deposit.movements.get().state == "ignored"

    def test_a_deposit_is_not_applied_before_its_return_is_decided(self, pair, constancia, cxc):
        deposit, back = pair
        movement = deposit.movements.get()
        parts = [Part(constancia.pk, movement.amount)]
        with pytest.raises(DecisionError, match="decida primero su devolución"):
            assign(movement=movement, parts=parts, by=cxc)
        ignore(movement=back.movements.get(), reason="Devuelve otro depósito.", by=cxc)
        assign(movement=movement, parts=parts, by=cxc)
        constancia.refresh_from_db()
        assert constancia.status == "paid"

    def test_a_return_that_fits_a_deposit_of_each_of_two_files_read_at_once_is_told_of_neither(
        self, cxc, monkeypatch
    ):
        """The second was read, and written, while it was the only one."""
        factories.make_bank_account()
        one, two = (spei(None, "700.00", folio=number, text="") for number in (1, 2))
        day, _, amount = one
        imported(statement((day, "DEVOLUCION", -amount), opening="9.00"), cxc)
        finish = reading._finish

        def meanwhile(*arguments):
            monkeypatch.setattr(reading, "_finish", finish)
            imported(statement(one, opening="8.00"), cxc)
            finish(*arguments)

        monkeypatch.setattr(reading, "_finish", meanwhile)
        read = imported(statement(two), cxc)
        go_on_with_all()
        assert set(Statement.objects.values_list("state", flat=True)) == {"ready"}
        assert read.movements.get().verdict == "unidentified"
        assert not Movement.objects.filter(verdict="reversal").exists()
