"""Above TWO_PEOPLE_ABOVE, who confirms a deposit is not who loaded its statement."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import AuditEvent
from payments.groups import CXC
from payments.models import Payment
from payments.recording import record_payment
from payments.services import NotPayableError
from reconciliation.deciding import DecisionError, Part, assign
from reconciliation.models import Movement
from reconciliation.work import ask_to_confirm, ask_to_judge, go_on
from tests import factories
from tests.desk.staff import colleague
from tests.reconciliation.bank import imported, spei, statement
from tests.reconciliation.desk import WHY, apply, deposit, rows, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _limit(settings):
    settings.TWO_PEOPLE_ABOVE = Decimal(1000)


@pytest.fixture
def constancia(user):
    return factories.make_constancia(user)


@pytest.fixture
def other(db):
    """Somebody else of CxC."""
    return colleague(CXC)


def confirmed(read, by) -> None:
    """The statement's button."""
    ask_to_confirm(statement=read, by=by)
    read.refresh_from_db()
    go_on(read)


class TestWholeStatements:
    """The button that confirms every exact deposit."""

    def test_who_loaded_it_leaves_the_large_ones_to_somebody_else(self, cxc, other, constancia):
        read = imported(statement(spei(constancia)), cxc)
        assert read.movements.get().verdict == "exact"
        confirmed(read, cxc)
        movement = read.movements.get()
        assert (movement.state, Payment.objects.count()) == ("waiting", 0)
        assert "usted mismo cargó el estado de cuenta" in movement.reason
        assign(movement=movement, parts=[Part(constancia.pk, movement.amount)], by=other)
        assert Payment.objects.get().recorded_by == other

    def test_another_confirms_them_all(self, cxc, other, constancia, signed_in):
        read = imported(statement(spei(constancia)), cxc)
        confirmed(read, other)
        assert Payment.objects.get().recorded_by == other
        page = signed_in(cxc).get(f"/admin/reconciliation/statement/{read.pk}/change/")
        told = f"Los confirmó {other.username} (1); el estado de cuenta lo cargó {cxc}."
        assert told in text_of(page)
        payment = Payment.objects.get()
        page = text_of(signed_in(cxc).get(f"/admin/payments/payment/{payment.pk}/change/"))
        assert f"que cargó {cxc} el" in page


class TestWithoutPeople:
    """What the portal confirms by itself, for one person or none."""

    def test_what_is_confirmed_as_it_is_loaded(self, cxc, constancia, settings):
        settings.AUTO_CONFIRM_EXACT = True
        read = imported(statement(spei(constancia)), cxc)
        movement = read.movements.get()
        assert (read.state, movement.state, movement.verdict) == ("ready", "waiting", "suggestion")
        assert not Payment.objects.exists()

    def test_what_a_command_loads_and_confirms(self, constancia, other, tmp_path):
        file = tmp_path / "movimientos.exp"
        file.write_bytes(statement(spei(constancia)))
        call_command("import_statement", str(file), "--confirm", stdout=StringIO())
        assert not Payment.objects.exists()
        movement = Movement.objects.get()
        assign(movement=movement, parts=[Part(constancia.pk, movement.amount)], by=other)
        assert Payment.objects.get().recorded_by == other

    def test_one_that_was_refused_is_refused_after_it_was_compared_again(self, cxc, constancia):
        read = imported(statement(spei(constancia)), cxc)
        confirmed(read, cxc)
        ask_to_judge(statement=read, by=cxc)
        go_on(read)
        assert read.movements.get().verdict == "exact"
        confirmed(read, cxc)
        assert not Payment.objects.exists()


def test_small_pieces_of_one_constancia_are_a_large_deposit(cxc, other, constancia):
    """By hand, then from two statements: together they pass the limit."""
    by_hand = factories.make_deposit(constancia, "400.00")
    record_payment(deposit=by_hand, by=cxc)
    for number, amount in enumerate(["500.00", "405.00"]):
        deposit(cxc, amount, constancia if number else None)
    first, second = Movement.objects.order_by("pk")
    assign(movement=first, parts=[Part(constancia.pk, first.amount)], by=cxc)
    with pytest.raises(DecisionError, match="otra persona"):
        assign(movement=second, parts=[Part(constancia.pk, second.amount)], by=cxc)
    rest = factories.make_deposit(constancia, "405.00", seen_paid=Decimal("900.00"))
    with pytest.raises(NotPayableError, match="no se confirma a mano"):
        record_payment(deposit=rest, by=other)
    assign(movement=second, parts=[Part(constancia.pk, second.amount)], by=other)
    constancia.refresh_from_db()
    assert constancia.status == "paid"


class TestQueue:
    """One by one."""

    def test_who_loaded_it_is_refused_on_the_page(self, cxc, other, constancia, signed_in):
        movement = deposit(cxc, "1305.00", constancia)
        page = apply(signed_in(cxc), movement, constancia)
        assert "lo tiene que confirmar otra persona" in text_of(page)
        assert not Payment.objects.exists()
        apply(signed_in(other), movement, constancia)
        assert Payment.objects.count() == 1

    def test_splitting_a_large_one_makes_it_no_smaller(self, cxc, constancia, signed_in):
        second = factories.make_constancia(factories.make_consenting_user())
        movement = deposit(cxc, "1305.00")
        data = rows((constancia.reference, "900.00"), (second.reference, "405.00"))
        address = f"/admin/reconciliation/movement/{movement.pk}/repartir/"
        page = signed_in(cxc).post(address, data, follow=True)
        assert "lo tiene que confirmar otra persona" in text_of(page)
        assert not Payment.objects.exists()

    def test_administrators_are_people_too(self, constancia):
        boss = factories.make_user(is_staff=True, is_superuser=True)
        movement = deposit(boss, "1305.00", constancia)
        with pytest.raises(DecisionError):
            assign(movement=movement, parts=[Part(constancia.pk, movement.amount)], by=boss)

    def test_a_small_one_takes_one(self, cxc, constancia, signed_in):
        movement = deposit(cxc, "999.00", constancia)
        apply(signed_in(cxc), movement, constancia, confirmed="1")
        assert Payment.objects.count() == 1


def test_the_reason_for_another_amount_is_kept(cxc, constancia, signed_in, settings):
    settings.TWO_PEOPLE_ABOVE = None
    movement = deposit(cxc, "1000.00", constancia)
    client = signed_in(cxc)
    page = apply(client, movement, constancia, confirmed="1", reason="")
    assert "Escriba el motivo" in text_of(page)
    assert not Payment.objects.exists()
    apply(client, movement, constancia, confirmed="1")
    assert AuditEvent.objects.get(action="payment.recorded").data["reason"] == WHY
    assert Movement.objects.get().decision == WHY
