"""What moves money or opens doors asks again who it is, after fifteen minutes."""

import pytest

from payments.models import Payment
from tests import factories
from tests.accounts.people import PASSWORD, forget_proof
from tests.reconciliation.desk import deposit

USERS = "/admin/accounts/user/"
ACCOUNTS = "/admin/payments/bankaccount/"
ASKS = "/cuenta/confirmar/"


@pytest.fixture
def chief(db):
    return factories.make_user(is_staff=True, is_superuser=True)


@pytest.fixture
def stale(chief, signed_in):
    """An administrator who proved who they are more than fifteen minutes ago."""
    return forget_proof(signed_in(chief))


@pytest.fixture
def constancia(user):
    return factories.make_constancia(user)


def is_asked(answer, back: str) -> bool:
    return answer.headers.get("Location", "") == f"{ASKS}?next={back}"


def test_opening_a_form_about_money_or_doors_asks_first(stale, user, constancia):
    for page, encoded in (
        (
            f"/admin/payments/constancia/confirmar-pago/?c={constancia.pk}",
            f"%3Fc%3D{constancia.pk}",
        ),
        (f"{ACCOUNTS}add/", ""),
        (f"{USERS}add/", ""),
        (f"{USERS}{user.pk}/change/", ""),
        (f"{USERS}{user.pk}/password/", ""),
    ):
        path = page.partition("?")[0].replace("/", "%2F")
        assert is_asked(stale.get(page), path + encoded), page
    # What only shows asks for nothing.
    for page in ("/admin/", USERS, ACCOUNTS, f"/admin/payments/constancia/{constancia.pk}/change/"):
        assert stale.get(page).status_code == 200


def test_a_form_that_comes_too_late_does_nothing_and_says_so(stale, constancia):
    page = f"/admin/payments/constancia/confirmar-pago/?c={constancia.pk}"
    data = {
        f"{constancia.pk}-paid_on": "2026-01-01",
        f"{constancia.pk}-amount": "1305.00",
    }
    answer = stale.post(page, data, headers={"Referer": f"http://testserver{page}"}, follow=True)
    assert "No se hizo nada todavía" in answer.content.decode()
    assert not Payment.objects.exists()
    back = stale.post(answer.redirect_chain[0][0], {"password": PASSWORD})
    assert back.headers["Location"] == page
    assert stale.get(page).status_code == 200


def test_nobody_is_led_elsewhere_by_a_forged_referer(stale, user):
    data = {"action": "end_sessions", "_selected_action": [user.pk]}
    answer = stale.post(USERS, data, headers={"Referer": "https://evil.test/x"})
    assert is_asked(answer, "%2Finicio%2F")


@pytest.mark.parametrize(
    ("address", "action"),
    [
        (ACCOUNTS, "approve"),
        (ACCOUNTS, "reject"),
        ("/admin/payments/payment/", "revert"),
        (USERS, "end_sessions"),
        (USERS, "take_second_factor_away"),
    ],
)
def test_every_action_asks(stale, constancia, cxc, address, action):
    factories.pay(constancia, cxc)
    row = {ACCOUNTS: 1, USERS: cxc.pk}.get(address, Payment.objects.get().pk)
    data = {"action": action, "_selected_action": [row], "confirmed": "1", "reason": "x"}
    answer = stale.post(address, data, headers={"Referer": f"http://testserver{address}"})
    assert is_asked(answer, address.replace("/", "%2F"))


def test_every_decision_about_a_deposit_asks(stale, cxc):
    factories.make_bank_account()
    movement = deposit(cxc)
    page = f"/admin/reconciliation/movement/{movement.pk}/"
    for word in ("aplicar", "repartir", "descartar", "deshacer", "devuelto"):
        assert stale.post(f"{page}{word}/").headers["Location"].startswith(ASKS), word
    assert stale.get(f"{page}change/").headers["Location"].startswith(ASKS)
    assert (
        stale.post(f"{page}comentar/", {"text": "Ya llamé"}).headers["Location"] == f"{page}change/"
    )
    for word in ("confirmar", "deshacer"):
        address = f"/admin/reconciliation/statement/{movement.statement_id}/{word}/"
        assert stale.post(address).headers["Location"].startswith(ASKS)


def test_whoever_signed_in_a_moment_ago_is_not_asked(chief, signed_in, user):
    client = forget_proof(signed_in(chief), seconds=14 * 60)
    assert client.get(f"{USERS}{user.pk}/change/").status_code == 200
