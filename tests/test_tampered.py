"""What Django's admin itself would answer with 500, when a form was tampered with."""

import pytest

from accounts.models import Customer, User
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NO_ROWS = ["x", "-1", "9" * 31, "\u0661", "a\0b", "[" * 3000]


@pytest.fixture
def client(signed_in):
    return signed_in(factories.make_user(is_staff=True, is_superuser=True))


@pytest.mark.parametrize("value", NO_ROWS)
def test_an_action_on_what_is_no_row_is_refused(client, value):
    data = {"action": "end_sessions", "_selected_action": [value]}
    assert client.post("/admin/accounts/user/", data).status_code == 400


@pytest.mark.parametrize("value", NO_ROWS)
def test_a_form_says_that_the_row_is_none(client, value):
    page = client.post("/admin/accounts/customer/add/", {"distributor": value})
    assert "distributor" in page.context["adminform"].form.errors
    page = client.post("/admin/renewals/quote/add/", {"customer": value})
    assert "customer" in page.context["adminform"].form.errors
    person = factories.make_user(factories.make_customer())
    page = client.post(f"/admin/accounts/user/{person.pk}/change/", {"groups": [value]})
    assert "groups" in page.context["adminform"].form.errors


def test_what_is_a_row_is_taken(client):
    distributor = factories.make_distributor()
    data = {"rfc": "FDE150803AB1", "legal_name": "Empresa", "stamps_available": "0"}
    client.post("/admin/accounts/customer/add/", data | {"distributor": distributor.pk})
    assert Customer.objects.get(distributor=distributor).rfc == "FDE150803AB1"
    person = factories.make_user(factories.make_customer())
    data = {"action": "end_sessions", "_selected_action": [person.pk]}
    page = client.post("/admin/accounts/user/", data, follow=True)
    assert "Sesiones terminadas" in page.content.decode()
    assert User.objects.filter(pk=person.pk).exists()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("paid_on__year=2026", 200),
        ("paid_on__year=0", 400),
        ("recorded_at__year=99999", 400),
        ("recorded_at__iso_year=x", 400),
        ("amount__range=1", 400),
        ("constancia__reference__iregex=(", 400),
    ],
)
def test_a_list_is_filtered_by_what_can_be_asked(client, query, status):
    assert client.get(f"/admin/payments/payment/?{query}").status_code == status
