from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core import mail
from django.core.mail import send_mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Customer, Distributor, PrivacyNotice, User
from facturamos import due
from facturamos.due import run_due
from facturamos.models import WorkerHeartbeat
from payments.clabe import check_account, check_clabe
from payments.models import BankAccount, Constancia
from payments.services import issue_constancia
from renewals.models import Product, Quote, QuoteLine
from renewals.services import current_quote
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch):
    """The test's transaction would end with its connection, which a round closes on PostgreSQL."""
    monkeypatch.setattr(due, "close_old_connections", lambda: None)


def three() -> int:
    """A job that did three things."""
    return 3


def nothing() -> int:
    """A job that had nothing to do."""
    return 0


def broken() -> int:
    """A job that fails."""
    raise RuntimeError("the disk is full")


@pytest.fixture
def jobs(settings):
    """Puts jobs of this module in the place of the portal's."""

    def put(*functions) -> list[str]:
        settings.DUE_JOBS = [f"{job.__module__}.{job.__name__}" for job in functions]
        return settings.DUE_JOBS

    return put


@pytest.fixture
def _transport(settings):
    settings.EMAIL_BACKEND = "facturamos.mail.OutboxBackend"
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"


def command(name: str) -> list[str]:
    """The lines that a management command prints."""
    out = StringIO()
    call_command(name, stdout=out)
    return out.getvalue().splitlines()


def busy(lines: list[str]) -> dict[str, int]:
    """The jobs that did something, and how much, from what `run_due` prints."""
    done = {name: int(count) for name, count in (line.split(": ") for line in lines)}
    return {name: count for name, count in done.items() if count}


# --- run_due ----------------------------------------------------------------------------


def test_every_job_runs_and_says_what_it_did(jobs):
    first, second = jobs(three, nothing)
    assert run_due() == {first: 3, second: 0}


def test_a_job_that_fails_does_not_stop_the_others(jobs, caplog):
    first, second, third = jobs(three, broken, three)
    assert run_due() == {first: 3, second: -1, third: 3}
    assert "the disk is full" in caplog.text


def test_the_heart_beats_at_the_end_of_a_round(jobs):
    jobs(broken)
    before = timezone.now()
    run_due()
    assert before <= WorkerHeartbeat.objects.get().beat_at <= timezone.now()


def test_the_next_round_moves_the_same_heartbeat(jobs):
    jobs()
    WorkerHeartbeat.objects.create(beat_at=timezone.now() - timedelta(hours=1))
    run_due()
    assert WorkerHeartbeat.objects.get().beat_at > timezone.now() - timedelta(minutes=1)


def test_the_command_says_what_each_job_did(jobs):
    jobs(three, nothing)
    assert command("run_due") == [
        "tests.facturamos.test_due.three: 3",
        "tests.facturamos.test_due.nothing: 0",
    ]


def test_the_command_fails_when_a_job_failed_so_that_cron_tells_somebody(jobs):
    jobs(broken, three)
    with pytest.raises(CommandError, match="At least one job failed"):
        command("run_due")


@pytest.mark.slow
@pytest.mark.usefixtures("_transport")
def test_the_portal_s_own_jobs_do_their_work_once(user, monkeypatch):
    constancia = factories.make_constancia(user)
    send_mail("Asunto", "Texto.", None, ["ana@example.com"])
    monkeypatch.setattr(
        timezone, "now", lambda now=timezone.now: now() + timedelta(days=31, hours=1)
    )
    assert busy(command("run_due")) == {
        "payments.services.expire_due": 1,
        "payments.documents.draw_missing": 1,
        "facturamos.mail.send_due": 1,
    }
    assert busy(command("run_due")) == {}
    assert len(mail.outbox) == 1
    constancia.refresh_from_db()
    assert constancia.status == Constancia.Status.EXPIRED
    assert constancia.pdf


@pytest.mark.slow
@pytest.mark.usefixtures("_transport")
def test_what_a_round_writes_leaves_in_the_same_round(user, monkeypatch):
    factories.make_constancia(user)
    monkeypatch.setattr(timezone, "now", lambda now=timezone.now: now() + timedelta(days=29))
    assert busy(command("run_due")) == {
        "payments.documents.draw_missing": 1,
        "payments.reminders.send_reminders": 1,
        "facturamos.mail.send_due": 2,
    }
    assert busy(command("run_due")) == {}
    assert [message.to for message in mail.outbox] == [[user.email], [user.email]]
    assert [len(message.attachments) for message in mail.outbox] == [1, 0]


# --- demo -------------------------------------------------------------------------------


def everything() -> list:
    """All that the demo writes."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (
            BankAccount,
            Customer,
            Distributor,
            PrivacyNotice,
            Product,
            Quote,
            QuoteLine,
            User,
        )
    ]


def test_the_demo_is_refused_in_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="refused in production"):
        command("demo")
    assert everything() == [[]] * 8


def test_the_demo_run_twice_doubles_and_changes_nothing():
    command("demo")
    before = everything()
    command("demo")
    assert everything() == before


def test_the_demo_has_the_two_quotes_of_the_manual():
    command("demo")
    sums = {
        username: sum(line.amount for line in current_quote(user.customer).lines.all())
        for username in ("cliente", "cliente2")
        for user in [User.objects.get(username=username)]
    }
    assert sums == {"cliente": Decimal("4500.00"), "cliente2": Decimal("1125.00")}
    assert Customer.objects.get(users__username="cliente").stamps_available == 419


def test_the_demo_s_account_passes_the_rules_and_belongs_to_no_branch():
    command("demo")
    account = BankAccount.objects.in_force().get()
    check_clabe(account.clabe)
    check_account(account.clabe, account.account_number)
    assert account.clabe.startswith("012000")
    assert "ficticia" in account.bank_name


def test_the_demo_s_people_are_who_they_say():
    command("demo")
    people = {user.username: user for user in User.objects.all()}
    customers_and_theirs = {"cliente", "cliente2", "distribuidor"}
    assert set(people) == customers_and_theirs | {"admin", "consulta", "cxc", "ventas"}
    assert all(user.check_password("facturamos-demo") for user in people.values())
    assert people["cxc"].has_perm("payments.confirm_payment")
    assert (people["cxc"].is_staff, people["cxc"].is_superuser) == (True, False)
    assert people["admin"].is_superuser
    assert not any(people[name].is_staff for name in customers_and_theirs)


def test_the_demo_keeps_an_open_quote_usable():
    command("demo")
    Quote.objects.update(valid_until=timezone.localdate() - timedelta(days=1))
    command("demo")
    assert Quote.objects.count() == 2
    assert all(current_quote(customer) for customer in Customer.objects.all())


def test_the_demo_leaves_what_the_visitor_did():
    command("demo")
    visitor = User.objects.get(username="cliente2")
    quote = current_quote(visitor.customer)
    picked = set(quote.lines.values_list("pk", flat=True))
    issue_constancia(quote=quote, picked=picked, seen_total=None, by=visitor)
    visitor.set_password("una frase nueva del visitante")
    visitor.save()
    before = everything()
    command("demo")
    assert everything() == before
