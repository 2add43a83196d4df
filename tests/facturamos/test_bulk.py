"""What the bulk helpers promise, on both databases."""

import gc

import pytest
from django.db.models import Q

from accounts.models import Customer
from facturamos.bulk import fewer_collections, next_ids
from tests import factories

pytestmark = pytest.mark.django_db


class TestAmong:
    @pytest.mark.parametrize("name", ["Peña & D'Ángel", 'a"b', "a\\b", "{a,b}", "NULL", "", " a "])
    def test_any_text_is_found_and_no_other(self, name):
        customer = factories.make_customer(legal_name=name)
        factories.make_customer(legal_name="Otra")
        assert Customer.objects.get(legal_name__among=[name, "Nadie"]) == customer

    def test_ids_of_the_row_and_of_what_it_points_to(self):
        one, other = (factories.make_customer() for _ in range(2))
        person = factories.make_user(customer=one)
        assert set(Customer.objects.filter(pk__among={one.pk, other.pk})) == {one, other}
        assert Customer.objects.get(users__among=[person.pk]) == one
        assert Customer.objects.exclude(pk__among=[one.pk]).get() == other

    def test_among_nothing_is_nothing(self):
        factories.make_customer()
        assert not Customer.objects.filter(pk__among=[]).exists()
        assert Customer.objects.filter(~Q(pk__among=[])).exists()

    def test_a_query_stays_a_query(self, django_assert_num_queries):
        customer = factories.make_customer()
        with django_assert_num_queries(1):
            ids = Customer.objects.values_list("pk", flat=True)
            assert list(Customer.objects.filter(pk__among=ids)) == [customer]


def test_new_ids_are_all_new():
    there = factories.make_customer().pk
    ids = next_ids(Customer, 3)
    assert len({there, *ids}) == 4
    assert next_ids(Customer, 0) == []


def test_collections_are_as_before_afterwards():
    before = gc.get_threshold()

    @fewer_collections()
    def work():
        assert gc.get_threshold() != before
        return 1 / 0

    with pytest.raises(ZeroDivisionError):
        work()
    assert gc.get_threshold() == before
