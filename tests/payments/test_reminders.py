"""The reminder, a few days before a constancia expires."""

from datetime import date, timedelta

import pytest

from facturamos.models import OutboxMessage
from payments.reminders import send_reminders
from payments.services import cancel_constancia
from tests import factories
from tests.payments.mailbox import (
    only_reader,
    pay_part,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def user():
    return only_reader()


class TestReminder:
    """From three days before the last day until it is over, once, whatever pause there was."""

    @pytest.fixture
    def at(self, constancia, clock):
        """Sets the clock to so many days before (or after) the last day."""

        def set_to(days: int, hour: int = 10, minute: int = 0) -> None:
            clock(constancia.expires_on - timedelta(days=days), hour, minute)

        return set_to

    @pytest.mark.parametrize(
        ("days", "written"), [(30, 0), (4, 0), (3, 1), (2, 1), (1, 1), (0, 1), (-1, 0), (-30, 0)]
    )
    def test_its_days(self, at, days, written):
        at(days)
        assert send_reminders() == written
        assert OutboxMessage.objects.count() == written

    def test_the_day_begins_and_ends_on_the_company_s_clock(self, at):
        at(4, 23, 59)
        assert send_reminders() == 0
        at(0, 23, 59)
        assert send_reminders() == 1

    def test_once_however_often_the_job_runs(self, at):
        for days in (3, 3, 2, 1, 0):
            at(days)
            send_reminders()
        assert OutboxMessage.objects.count() == 1

    def test_after_days_of_silence_it_is_made_up_for_while_it_helps(self, at):
        at(10)
        assert send_reminders() == 0
        at(1, 23, 59)
        assert send_reminders() == 1

    @pytest.mark.parametrize(
        ("issued", "silent", "speaks"),
        [
            (date(2027, 1, 29), date(2027, 2, 24), date(2027, 2, 25)),  # ends on 28 February
            (date(2028, 1, 30), date(2028, 2, 25), date(2028, 2, 26)),  # on 29 February
            (date(2026, 12, 1), date(2026, 12, 27), date(2026, 12, 28)),  # on the year's last day
            (date(2026, 12, 2), date(2026, 12, 28), date(2026, 12, 29)),  # on 1 January
        ],
    )
    def test_the_ends_of_months_and_years(self, user, clock, issued, silent, speaks):
        clock(issued, 9)
        factories.make_constancia(user)
        clock(silent, 23, 59, 59)
        assert send_reminders() == 0
        clock(speaks)
        assert send_reminders() == 1

    def test_not_about_what_was_paid_even_in_part(self, constancia, at, cxc):
        pay_part(constancia, cxc, "5.00")
        OutboxMessage.objects.all().delete()
        at(2)
        assert send_reminders() == 0

    def test_not_about_what_was_cancelled(self, constancia, at, user):
        cancel_constancia(constancia=constancia, by=user)
        at(2)
        assert send_reminders() == 0

    def test_it_goes_to_each_active_user_with_an_address(self, at, user):
        other = factories.make_user(user.customer)
        at(2)
        assert send_reminders() == 2
        assert sorted(row.to for row in OutboxMessage.objects.all()) == sorted(
            [[user.email], [other.email]]
        )

    def test_two_people_with_one_address_get_one_and_the_job_comes_to_an_end(self, at, user):
        factories.make_user(user.customer, email=user.email)
        at(2)
        send_reminders()
        assert OutboxMessage.objects.count() == 1
        assert send_reminders() == 0

    def test_more_than_a_batch_are_done_in_the_next_rounds(self, at, user, monkeypatch):
        monkeypatch.setattr("payments.reminders.BATCH", 2)
        for _ in range(2):
            factories.make_constancia(factories.make_consenting_user())
        at(2)
        assert [send_reminders() for _ in range(3)] == [2, 1, 0]

    @pytest.mark.parametrize("count", [1, 3])
    def test_a_fixed_number_of_queries(self, at, user, count, django_assert_num_queries):
        for _ in range(count - 1):
            factories.make_constancia(factories.make_consenting_user())
        at(2)
        with django_assert_num_queries(5):
            assert send_reminders() == count
        with django_assert_num_queries(1):
            assert send_reminders() == 0
