"""The desk's home: what waits, with its clock, and the charts; each person sees what they may."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import caches
from django.utils import timezone

from accounts.company_texts import publish_text
from accounts.models import User
from desk import figures
from desk.waiting import KINDS, work_for
from facturamos.models import OutboxMessage
from payments.models import Constancia, Payment
from payments.recording import record_payment
from payments.reverting import revert_payments
from payments.services import expire_due
from reconciliation.models import DepositClaim, Movement
from tests import factories
from tests.payments.ledger import JUAREZ
from tests.reconciliation.bank import imported, spei, statement

HOME = "/admin/"
OVER = "Con saldo a favor, de los últimos 30 días"

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_noon(clock):
    """Makes it noon, so many days from today. Rows are made today: many columns' own clocks are the
    machine's.
    """
    return lambda days: clock(timezone.localdate(datetime.now(UTC)) + timedelta(days=days), 12)


@pytest.fixture
def chief(db):
    """Sees everything."""
    return factories.make_user(is_staff=True, is_superuser=True)


@pytest.fixture
def client(chief, signed_in):
    return signed_in(chief)


@pytest.fixture
def later(chief, signed_in, at_noon):
    """A session that begins at noon, so many days from today."""

    def begin(days: int):
        at_noon(days)
        return signed_in(chief)

    return begin


def make_constancia() -> Constancia:
    return factories.make_constancia(factories.make_consenting_user())


def pay(amount: str, by: User) -> None:
    record_payment(deposit=factories.make_deposit(make_constancia(), amount), by=by)


def make_claim() -> DepositClaim:
    user = factories.make_consenting_user()
    assert user.customer
    return DepositClaim.objects.create(
        customer=user.customer, paid_on=timezone.localdate(), amount="10.00", made_by=user
    )


def make_mail(**fields) -> OutboxMessage:
    number = OutboxMessage.objects.count()
    return OutboxMessage.objects.create(
        **{
            "message_id": f"<{number}@example.com>",
            "to": ["ana@example.com"],
            "sender": "de@example.com",
            "subject": "Aviso",
            "text": "Texto",
            "state": OutboxMessage.State.PARKED,
            "next_attempt_at": timezone.now(),
            **fields,
        }
    )


def make_deposit(by: User) -> None:
    number = Movement.objects.count() + 1
    imported(statement(spei(None, "77.00", folio=number)), by)


def make_one_of_each(by: User, settings) -> None:
    """A row of each kind of work two days later, and of each that is none any more."""
    for days, amount in ((1, "1000.00"), (30, "1400.00"), (30, "1305.00"), (30, "5.00")):
        settings.CONSTANCIA_DAYS = days
        pay(amount, by)
    factories.make_proof(make_constancia())
    factories.make_proof(factories.pay(make_constancia(), by))
    make_deposit(by)
    make_claim()
    factories.make_invoice_request(factories.pay(make_constancia(), by))
    factories.make_invoice_request(make_constancia())
    make_mail()
    make_mail(state=OutboxMessage.State.WAITING)
    settings.CONSTANCIA_DAYS = 4
    make_constancia()


def cards(client) -> dict[str, tuple[int, str]]:
    """By title: the number it shows and where it leads."""
    page = client.get(HOME).content.decode()
    found = re.findall(
        r'<h3[^>]*><a href="([^"]+)"><span class="work-count">([\d,]+)</span> ([^<]+)</a>', page
    )
    return {title: (int(count), url) for url, count, title in found}


@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 3])
def test_each_number_is_that_of_the_list_it_leads_to(
    later, cxc, settings, number, django_assert_num_queries
):
    for _ in range(number):
        make_one_of_each(cxc, settings)
    client = later(2)
    found = cards(client)
    assert len(found) == len(KINDS)
    for title, (count, url) in found.items():
        assert count == number, title
        assert client.get(url).context["cl"].result_count == count, title
    # Session, user, a kind of work each, the promise of hours, ten for the charts.
    with django_assert_num_queries(2 + len(KINDS) + 1 + 10):
        client.get(HOME)


def test_the_oldest_come_first_with_the_hours_they_have_left(later, chief):
    client = later(1)
    now = timezone.now()
    for hours in (10, 6, 1, 3):
        factories.make_proof(make_constancia(), sent_at=now - timedelta(hours=hours))
    DepositClaim.objects.filter(pk=make_claim().pk).update(made_at=now - timedelta(hours=27))
    claims, proofs = work_for(chief, now)[:2]
    assert [item.clock.age for item in proofs.oldest] == ["hace 10 h", "hace 6 h", "hace 3 h"]
    assert proofs.count == 4
    assert (claims.count, claims.oldest[0].clock.is_late) == (1, True)
    page = client.get(HOME).content.decode()
    assert "hace 10 h, quedan 14 h" in page
    late = page.split("Depósitos que reclaman los clientes")[1].split("</article>")[0]
    assert "tarde por 3 h" in late
    assert 'class="late-mark" aria-hidden="true">!<' in late
    assert page.count("tarde por") == 1


def test_nothing_to_do_is_told(client):
    page = client.get(HOME).content.decode()
    assert "Nada espera a una persona en este momento." in page
    assert cards(client) == {}


def test_what_is_done_is_work_no_more(client, cxc):
    pay("1400.00", cxc)
    assert OVER in cards(client)
    payments = list(Payment.objects.values_list("pk", flat=True))
    revert_payments(payments=payments, reason="Error.", by=cxc)
    assert cards(client) == {}


def test_a_balance_of_long_ago_is_no_news(later, cxc):
    pay("1400.00", cxc)
    assert OVER in cards(later(29))
    assert cards(later(32)) == {}


@pytest.mark.parametrize(
    ("permission", "titles", "charts", "queries"),
    [
        ("view_distributor", [], [], 4),
        ("view_paymentproof", ["Comprobantes por revisar"], [], 5),
        ("view_payment", [], ["pesos", "hours"], 6),
        (
            "view_constancia",
            ["Referencias por vencer", "Vencidas con una parte pagada", OVER],
            ["slips"],
            10,
        ),
    ],
)
def test_each_person_sees_and_asks_what_they_may(
    signed_in, permission, titles, charts, queries, django_assert_num_queries
):
    person = factories.make_user(is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename=permission))
    client = signed_in(person)
    with django_assert_num_queries(queries):
        seen = client.get(HOME).context
    assert [card.title for card in seen["calm"]] == titles
    assert [chart.key for chart in seen["charts"]] == charts


def test_somebody_with_nothing_to_see_is_not_told_that_nothing_waits(signed_in):
    page = signed_in(factories.make_user(is_staff=True)).get(HOME).content.decode()
    assert "Nada espera" not in page
    assert 'class="chart"' not in page


class TestCharts:
    """The figures, told in words so that every database is asked for the same."""

    def chart(self, client, key: str):
        return next(one for one in client.get(HOME).context["charts"] if one.key == key)

    @pytest.mark.slow
    def test_constancias_by_week(self, later, cxc):
        paid = make_constancia()
        make_constancia()
        this = figures.short_date(figures.last_weeks(timezone.now())[-1])
        client = later(7)
        factories.pay(paid, cxc)
        table = self.chart(client, "slips").table
        assert len(table) == figures.WEEKS
        assert table[-2] == (this, ("2", "0", "0"))
        assert table[-1][1] == ("0", "1", "0")
        long_after = later(7 * (figures.WEEKS + 1))
        assert {words for _, words in self.chart(long_after, "slips").table} == {("0", "0", "0")}

    def test_the_night_belongs_to_its_day_on_the_companys_clock(self, clock):
        sunday = date(2026, 11, 15)
        clock(sunday, 23, 59)  # already Monday in Greenwich
        assert figures.last_weeks(timezone.now())[-1] == date(2026, 11, 9)

    def test_expired_ones_count_in_the_week_they_expired(self, later, at_noon):
        make_constancia()
        at_noon(31)
        expire_due()
        assert self.chart(later(38), "slips").table[-2][1] == ("0", "0", "1")

    def test_pesos_by_day_without_what_was_taken_back(self, client, cxc):
        for amount in ("1305.00", "1305.00", "305.50"):
            pay(amount, cxc)
        [undone] = Payment.objects.filter(amount="305.50").values_list("pk", flat=True)
        pay("5.00", cxc)
        revert_payments(payments=[undone], reason="Error.", by=cxc)
        table = self.chart(client, "pesos").table
        assert len(table) == figures.DAYS
        today = figures.short_date(timezone.localdate())
        assert (table[-2][1], table[-1]) == (("$0.00",), (today, ("$2,615.00",)))

    def test_hours_from_the_first_proof_or_else_from_the_day_of_the_deposit(self, later, cxc):
        client = later(1)
        with_proof = make_constancia()
        factories.make_proof(with_proof, sent_at=timezone.now() - timedelta(hours=2))
        factories.make_proof(with_proof, sent_at=timezone.now() - timedelta(hours=1))
        factories.pay(with_proof, cxc)
        factories.pay(make_constancia(), cxc)  # deposited today; it is noon
        # Between 2 and 12 hours: 7, and nine tenths of the way.
        table = self.chart(client, "hours").table
        assert [words for _, words in table[-2:]] == [("–", "–"), ("7.0 h", "11.0 h")]

    def test_a_proof_sent_afterwards_says_nothing_of_the_hours(self):
        noon = datetime(2026, 11, 22, 12, tzinfo=JUAREZ)
        late, early = noon + timedelta(hours=1), noon - timedelta(hours=3)
        assert figures.hours_to_confirm(noon, noon.date(), late) == 12
        assert figures.hours_to_confirm(noon, noon.date(), early) == 3
        assert figures.hours_to_confirm(noon, noon.date() + timedelta(days=1), None) == 0

    def test_the_funnel_counts_customers_each_once(self, client, cxc):
        paid = make_constancia()
        again = factories.make_quote(paid.customer)
        factories.pay(paid, cxc)
        factories.make_constancia(paid.customer.users.get(), again)
        accepted = factories.make_consenting_user()
        entered = factories.make_user(factories.make_customer())
        factories.make_quote(entered.customer)  # who has not accepted is not at this step yet
        factories.make_user(paid.customer, last_login=timezone.now())
        User.objects.filter(
            pk__in=[accepted.pk, entered.pk, *paid.customer.users.values_list("pk", flat=True)]
        ).update(last_login=timezone.now())
        factories.make_user(factories.make_customer())  # never signed in
        assert self.chart(client, "funnel").table == [
            ("Entraron al portal", ("3 (100%)",)),
            ("Aceptaron el aviso", ("2 (67%)",)),
            ("Tienen cotización", ("1 (33%)",)),
            ("Generaron una constancia", ("1 (33%)",)),
            ("Pagaron", ("1 (33%)",)),
        ]

    def test_each_is_a_picture_with_its_table_and_no_inline_style(self, client):
        page = client.get(HOME).content.decode()
        assert page.count('role="img"') == page.count("Ver las cifras") == 4
        for drawing in re.findall(r'<svg class="chart".*?</svg>', page, re.DOTALL):
            assert " style=" not in drawing
            assert "<title" in drawing
            assert "<desc" in drawing

    def test_they_are_kept_for_ten_minutes(self, client, settings):
        settings.CACHES = settings.CACHES | {
            "figures": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
        }
        caches["figures"].clear()
        first = client.get(HOME).context
        make_constancia()
        again = client.get(HOME).context
        assert again["counted_at"] == first["counted_at"]
        assert again["charts"] == first["charts"]
        caches["figures"].clear()
        anew = client.get(HOME).context
        assert anew["counted_at"] > first["counted_at"]
        assert anew["charts"] != first["charts"]
        caches["figures"].clear()


def test_whoever_publishes_texts_is_told_which_nobody_has_confirmed(client, chief, cxc, signed_in):
    link = '<a href="/admin/facturamos/textversion/texto/contacts.hours/">Horario de atención</a>'
    assert link in client.get(HOME).content.decode()
    assert "Por confirmar" not in signed_in(cxc).get(HOME).content.decode()
    publish_text(key="contacts.hours", body="De 9:00 a 15:00", reason="Sí.", seen=0, by=chief)
    assert "Por confirmar" not in client.get(HOME).content.decode()
