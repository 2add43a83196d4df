"""Every address of the portal is a door, and opens as the table in `doors.py` says."""

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import AuditEvent
from tests.payments import proof_samples
from tests.security.doors import Who, every_url, table
from tests.security.walking import (
    ANONYMOUS,
    BROKEN,
    CODE,
    MISSING,
    NO_SUCH_METHOD,
    OPEN,
    SIGN_IN,
    VISITORS,
    Visitor,
    addresses,
    all_rows,
    ask,
    differing,
    found,
    is_right,
    read,
)
from tests.security.world import NAME_OF_A, RFC_OF_A

# Who may open what is the same on both; test_fuzz.py goes through every page and form on either.
once = pytest.mark.postgresql
# They end the session, so a POST leads to sign-in.
ENDS = {"account_logout", "admin:logout"}
# Inside the admin they are as the other customer, and the other distributor.
AS_ANOTHER = {"customer B", "other distributor"}
# What reading leaves behind.
TRACES = {
    "django_session": "when somebody was last there, and what their next page tells them",
    "usersessions_usersession": "the list of a person's sessions",
    "facturamos_cache": "the counters of the limits",
    "accounts_auditevent": "who read or took out what: see READINGS",
    "mfa_authenticator": "that recovery codes were shown, so that they are shown once",
}
READINGS = {
    "list.exported", "month_pack.downloaded", "proof.read", "statement.downloaded",
    "invoice.downloaded", "distributor.exported",
}  # fmt: skip


def test_Z2_every_address_has_a_door_and_every_door_an_address():
    """What is named here lacks its line in doors.py, or stands there and is gone."""
    assert set(every_url()) - set(table()) == set()
    assert set(table()) - set(every_url()) == set()


@once
@pytest.mark.parametrize("visitor", VISITORS, ids=lambda visitor: visitor.name)
def test_A13_Z2_Z8_each_address_opens_as_the_table_says_and_looking_changes_nothing(
    world, client_of, visitor
):
    client, doors = client_of(visitor), table()
    places = addresses(world)
    if visitor.name in AS_ANOTHER:
        places = {name: where for name, where in places.items() if not name.startswith("admin")}
    wanted = {name: visitor.should_find(doors[name], world) for name in places}
    before, last = all_rows(), AuditEvent.objects.latest("pk").pk
    wrong = [
        f"{method} {name}: {there}, not {wanted[name]}"
        for name, address in places.items()
        for method in (("get", "head") if wanted[name] == OPEN else ("get",))
        if not is_right(wanted[name], there := found(read(getattr(client, method)(address))))
    ]
    assert differing(before, all_rows()) - set(TRACES) == set()
    told = AuditEvent.objects.filter(pk__gt=last)
    assert set(told.values_list("action", flat=True)) <= READINGS
    for name in places.keys() - ENDS:
        there = found(ask(client, "post", places[name]))
        # Who may look may still not change; who may not look certainly may not.
        refused = (SIGN_IN, CODE, BROKEN)
        if there in refused if wanted[name] == OPEN else not is_right(wanted[name], there):
            wrong.append(f"post {name}: {there}, not {wanted[name]}")
    assert wrong == []


def test_Z1_every_key_outside_the_admin_is_a_secret_or_somebodys():
    doors = table()
    keyed = {name for name, url in every_url().items() if url.has_key and "admin" not in name}
    for name in keyed:
        assert doors[name].hidden or doors[name].who == Who.ANYBODY, name


def test_Z1_what_is_anothers_does_not_exist(world, client_of):
    """Not for another customer, nor for a distributor, by whatever method; and nothing changes."""
    doors, wrong = table(), []
    places = {name: where for name, where in addresses(world).items() if doors[name].hidden}
    places.pop("admin:app_list")
    assert len(places) > 10
    visitors = [Visitor(name, name) for name in ("customer B", "other distributor")]
    clients = [client_of(visitor) for visitor in visitors]
    before = all_rows()
    for visitor, client in zip(visitors, clients, strict=True):
        for name, address in places.items():
            for method, data in (("get", None), ("head", None), ("post", _plausible(world))):
                there = found(getattr(client, method)(address, data))
                wanted = (
                    MISSING
                    if visitor.name == "customer B"
                    else visitor.should_find(doors[name], world)
                )  # a distributor is led home from customers' pages
                if there != wanted and (method, there) != ("post", NO_SUCH_METHOD):
                    wrong.append(f"{visitor.name}, {method} {name}: {there}, not {wanted}")
    assert wrong == []
    assert differing(before, all_rows()) <= {
        *("django_session", "usersessions_usersession", "facturamos_cache")
    }


def _plausible(world) -> dict:
    """What A might send to any of their pages."""
    return {
        "paid_on": timezone.localdate().isoformat(),
        "file": proof_samples.sent("recibo.png", proof_samples.image("PNG")),
        "rfc": RFC_OF_A,
        "name": "FERRETERIA AJENA DEL NORTE",
        "postal_code": "32000",
        "regime": "601",
        "cfdi_use": "G03",
    }


def test_Z1_a_distributor_sees_no_customer_of_another(world, client_of):
    for person, sees in (("distributor", True), ("other distributor", False)):
        client = client_of(Visitor(person, person))
        for address in ("/distribuidor/", "/distribuidor/clientes.csv"):
            for query in ({}, {"q": RFC_OF_A}, {"estado": "paid"}, {"q": NAME_OF_A}):
                answer = client.get(address, query)
                text = b"".join(answer).decode() if answer.streaming else answer.content.decode()
                assert (f">{RFC_OF_A}" in text or f"{RFC_OF_A}," in text) <= sees, (person, address)
                assert (NAME_OF_A in text.replace(f'value="{NAME_OF_A}"', "")) <= sees
        page = client.get("/distribuidor/").content.decode()
        assert (RFC_OF_A in page) is sees


@once
def test_B1_no_post_is_taken_without_its_token_or_from_elsewhere(world, client_of):
    who = [ANONYMOUS, "customer A", "distributor", "administrator"]
    visitors = [visitor for visitor in VISITORS if visitor.name in who]
    clients = {each: client_of(each, enforce_csrf_checks=True) for each in visitors}
    token, doors, wrong = "t" * 32, table(), []
    for client in clients.values():
        client.cookies[settings.CSRF_COOKIE_NAME] = token
    for name, address in addresses(world).items():
        may = [each for each in visitors if each.should_find(doors[name], world) == OPEN]
        client = clients[(may or visitors)[0]]
        signed = {"csrfmiddlewaretoken": token}
        for what, data, headers, refused in (
            ("without a token", {}, {}, True),
            ("from elsewhere", signed, {"Origin": "https://evil.test"}, True),
            ("from its page", signed, {"Origin": "http://testserver"}, False),
        ):
            answer = ask(client, "post", address, data, headers=headers)
            was_refused = answer.status_code == 403 and "La página caducó" in _text(answer)
            if was_refused is not refused:
                wrong.append(f"{name} {what}: {answer.status_code}")
    assert wrong == []


def _text(answer) -> str:
    return "" if answer.streaming else answer.content.decode(errors="replace")
