"""From the bank's file to movements with their verdicts, each once."""

from decimal import Decimal

import pytest

from reconciliation.models import Movement, Sighting, Statement
from reconciliation.movement import UnreadableStatementError
from reconciliation.reading import upload_statement
from reconciliation.work import go_on, go_on_with_all
from tests import factories
from tests.reconciliation.bank import imported, spei, statement

pytestmark = pytest.mark.django_db

FEE = (None, "COMISION POR SERVICIO", Decimal("-11.60"))


@pytest.fixture
def constancia(user):
    return factories.make_constancia(user)


def fee(day):
    return day, "COMISION POR SERVICIO", Decimal("-11.60")


def test_each_line_becomes_a_movement_with_its_verdict(constancia, cxc):
    exact = spei(constancia, folio=1)
    stranger = spei(None, "700.00", folio=2, text="PAGO DE RENTA")
    read = imported(statement(exact, stranger, fee(exact[0])), cxc)
    assert read.state == Statement.State.READY
    assert read.layout
    assert (read.counted, read.unread, read.problems, read.gaps) == (3, 0, [], [])
    rows = list(read.movements.values_list("amount", "verdict", "state"))
    assert rows == [
        (Decimal("1305.00"), "exact", "waiting"),
        (Decimal("700.00"), "unidentified", "waiting"),
        (Decimal("-11.60"), "not_a_deposit", "other"),
    ]
    first = read.movements.first()
    assert first.proposal == [[constancia.pk, "1305.00", "0"]] or first.proposal == [
        [constancia.pk, "1305.00", "0.00"]
    ]
    [[start, end, in_field]] = first.spans
    assert first.description[start:end] == constancia.reference
    assert not in_field


def test_the_same_file_is_kept_once(constancia, cxc):
    content = statement(spei(constancia))
    first = imported(content, cxc)
    again, is_new = upload_statement(name="otro-nombre.txt", content=content, by=cxc)
    assert (again, is_new) == (first, False)


def test_an_overlap_counts_once_and_is_noted(constancia, user, cxc):
    other = factories.make_constancia(user)
    shared = spei(constancia, folio=1)
    first = imported(statement(shared), cxc)
    second = imported(statement(shared, spei(other, folio=2)), cxc)
    assert first.movements.count() == 1
    assert [each.proposal[0][0] for each in second.movements.all()] == [other.pk]
    assert Sighting.objects.get().statement == second


def test_two_deposits_alike_stay_two(constancia, cxc):
    alike = spei(None, "500.00", folio=7, text="PAGO")
    read = imported(statement(alike, alike), cxc)
    assert read.movements.count() == 2


def test_reading_begun_again_changes_nothing(constancia, cxc):
    read = imported(statement(spei(constancia), spei(None, "5.00", folio=2)), cxc)
    before = list(Movement.objects.values())
    Statement.objects.update(state=Statement.State.READING, worked_at=None)
    read.refresh_from_db()
    go_on(read)
    assert list(Movement.objects.values()) == before
    assert not Sighting.objects.exists()


def test_what_cannot_be_read_is_listed(constancia, cxc):
    content = statement(spei(constancia)) + b"\r\n99-99-2026\tSIN FECHA\t\t10.00\t1.00"
    read = imported(content, cxc)
    assert (read.counted, read.unread) == (2, 1)
    [[line, reason, text]] = read.problems
    assert line == 3
    assert reason
    assert "SIN FECHA" in text


def test_a_gap_in_the_balance_is_reported(constancia, cxc):
    lines = statement(*(spei(None, "10.00", folio=n) for n in range(6))).split(b"\r\n")
    read = imported(b"\r\n".join(lines[:3] + lines[4:]), cxc)
    assert len(read.gaps) == 1
    assert "Faltan movimientos por $10.00" in read.gaps[0]


def test_a_file_that_is_no_statement_says_so(cxc):
    factories.make_bank_account()
    read = imported(b"%PDF-1.7 not a statement", cxc)
    assert read.state == Statement.State.FAILED
    assert "Es un PDF" in read.failure
    assert not Movement.objects.exists()


def test_an_empty_file_is_not_kept(cxc):
    with pytest.raises(UnreadableStatementError, match="vacío"):
        upload_statement(name="x.txt", content=b"", by=cxc)
    assert not Statement.objects.exists()


def test_a_failed_file_may_come_again(cxc):
    factories.make_bank_account()
    first = imported(b"%PDF-1.7 not a statement", cxc)
    again, is_new = upload_statement(name="x.txt", content=b"%PDF-1.7 not a statement", by=cxc)
    assert is_new
    assert again != first


def test_the_worker_takes_what_waits(constancia, cxc):
    waiting, _ = upload_statement(name="x.txt", content=statement(spei(constancia)), by=cxc)
    assert go_on_with_all() == 1
    waiting.refresh_from_db()
    assert waiting.state == Statement.State.READY
    assert go_on_with_all() == 0


def test_nobody_takes_what_somebody_works_on(constancia, cxc, monkeypatch):
    waiting, _ = upload_statement(name="x.txt", content=statement(spei(constancia)), by=cxc)
    monkeypatch.setattr("reconciliation.work.read_whole", go_on)
    go_on(waiting)  # within, a second one comes and finds it taken
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts) == (Statement.State.READING, 1)


def test_a_file_that_ends_the_worker_again_and_again_is_given_up(constancia, cxc):
    read = imported(statement(spei(constancia)), cxc)
    state = Statement.State.READING  # as if the worker had died each time after writing
    Statement.objects.update(state=state, worked_at=None, attempts=5)
    read.refresh_from_db()
    go_on(read)
    read.refresh_from_db()
    assert read.state == Statement.State.FAILED
    assert "interrumpió" in read.failure
    assert read.movements.get().state == Movement.State.VOID


@pytest.mark.parametrize("few", [200, 0], ids=["few mistyped", "many mistyped"])
def test_a_slip_of_a_digit_is_a_suggestion(constancia, cxc, monkeypatch, few):
    monkeypatch.setattr("reconciliation.expecting.FEW", few)
    last = (int(constancia.reference[-1]) + 1) % 10
    day, concept, amount = spei(constancia)
    wrong = concept.replace(constancia.reference, f"{constancia.reference[:-1]}{last}")
    movement = imported(statement((day, wrong, amount)), cxc).movements.get()
    assert (movement.verdict, movement.proposal) == ("suggestion", [[constancia.pk, "", ""]])


def test_a_returned_deposit_is_tied_to_its_return(constancia, cxc):
    day, concept, amount = spei(constancia, folio=5)
    back = (day, concept.replace("RECIBIDO", "DEVUELTO"), -amount)
    read = imported(statement((day, concept, amount), back), cxc)
    deposit, negative = read.movements.all()
    assert (deposit.verdict, negative.verdict) == ("reversal", "reversal")
    assert (deposit.returns, negative.returns) == (negative, deposit)
    assert (deposit.state, negative.state) == ("waiting", "waiting")
