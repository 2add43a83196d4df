"""The pages of one row in the admin that are written by hand, and those that add to Django's own:
for whoever may look, and of what is there."""

from collections.abc import Callable

import pytest
from django.db.models import Model
from django.test import Client

from accounts import audit
from accounts.campaigns import start_campaign
from accounts.company_texts import publish_text
from accounts.models import AuditEvent, User
from reconciliation.claims import claim_deposit
from reconciliation.models import Statement
from tests import factories
from tests.accounts.loading.companies import HEADER, NORTE
from tests.reconciliation.bank import imported, spei, statement
from tests.tables import as_csv, uploaded

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

NO_ROWS = ["999999", "9" * 30, "x", "-1", "1%00"]


def event(by: User) -> Model:
    audit.record("constancia.cancelled", by=by, target=by)
    return AuditEvent.objects.latest("pk")


def text(by: User) -> Model:
    return publish_text(
        key="contacts.hours", body="De 9:00 a 15:00", reason="Otro horario.", seen=0, by=by
    )


def campaign(by: User) -> Model:
    factories.make_user(factories.make_customer(), password=None)
    return start_campaign(by=by)


def table(by: User) -> Model:
    return uploaded("customers", as_csv(HEADER, NORTE), by)


def read_statement(by: User) -> Statement:
    factories.make_bank_account()
    return imported(statement(spei(None, "77.00")), by)


def movement(by: User) -> Model:
    return read_statement(by).movements.get()


def claim(_by: User) -> Model:
    person = factories.make_consenting_user()
    constancia = factories.make_constancia(person)
    made, _is_new = claim_deposit(
        customer=constancia.customer,
        paid_on=factories.make_deposit(constancia).paid_on,
        amount=constancia.total,
        tracking_key="",
        note="",
        by=person,
    )
    return made


# Of each page: a row, and what its page answers to whoever may look.
BY_HAND: dict[str, tuple[Callable[[User], Model], int]] = {
    "accounts/auditevent": (event, 200),
    "accounts/tableimport": (table, 200),
    "accounts/welcomecampaign": (campaign, 200),
    "facturamos/textversion": (text, 302),
    "reconciliation/depositclaim": (claim, 200),
    "reconciliation/movement": (movement, 200),
    "reconciliation/statement": (read_statement, 200),
}
DJANGO_S_OWN = [
    "accounts/customer",
    "accounts/privacyconsent",
    "accounts/user",
    "payments/constancia",
    "payments/invoicerequest",
    "payments/payment",
    "payments/paymentproof",
    "reconciliation/tablemapping",
]


def address(page: str, object_id: object) -> str:
    return f"/admin/{page}/{object_id}/change/"


def statuses(client: Client, page: str) -> dict[str, int]:
    """What the page answers to each id that is no row's."""
    return {each: client.get(address(page, each)).status_code for each in NO_ROWS}


@pytest.fixture
def boss() -> User:
    return factories.make_user(is_staff=True, is_superuser=True)


@pytest.fixture
def admin(boss, signed_in):
    return signed_in(boss)


@pytest.fixture
def nobody(signed_in):
    """Somebody of the staff who may look at nothing."""
    return signed_in(factories.make_user(is_staff=True))


@pytest.mark.parametrize("page", BY_HAND)
class TestByHand:
    """Those that show a row in their own way."""

    def test_what_is_there_is_shown(self, page, admin, boss):
        make, status = BY_HAND[page]
        assert admin.get(address(page, make(boss).pk)).status_code == status

    def test_what_is_not_there_is_not_found(self, page, admin):
        assert statuses(admin, page) == dict.fromkeys(NO_ROWS, 404)

    def test_whoever_may_not_look_is_refused(self, page, nobody, boss):
        make, _status = BY_HAND[page]
        assert nobody.get(address(page, make(boss).pk)).status_code == 403
        assert statuses(nobody, page) == dict.fromkeys(NO_ROWS, 403)


@pytest.mark.parametrize("page", DJANGO_S_OWN)
class TestDjangosOwn:
    """Those that only add to what Django shows: its answer is a sentence on the admin's home."""

    def test_what_is_not_there_is_told(self, page, admin):
        for each in NO_ROWS:
            answer = admin.get(address(page, each))
            assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")
        assert "no existe" in admin.get("/admin/").content.decode()

    def test_whoever_may_not_look_is_refused(self, page, nobody):
        assert statuses(nobody, page) == dict.fromkeys(NO_ROWS, 403)
