"""Ways into another's account that an attacker would try beside the lines of the checklist."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.loading import kinds, upload_table
from accounts.models import AuditEvent
from facturamos.models import OutboxMessage
from payments.models import Payment
from tests import factories
from tests.accounts.people import PASSWORD, forget_proof, post_password, reset_link, use, walk_in
from tests.codes import code
from tests.reconciliation.bank import spei, statement

USERS = "/admin/accounts/user/"
OUTBOX = "/admin/facturamos/outboxmessage/"


@pytest.fixture
def ventas(db):
    person = factories.make_user(is_staff=True)
    person.groups.add(Group.objects.get(name="Ventas"))
    return person


@pytest.fixture
def chief(db):
    return factories.make_user(is_staff=True, is_superuser=True)


def ask_for_link(address: str) -> list[list[str]]:
    """Whom the mails go to that asking for a new password brings."""
    before = len(mail.outbox)
    Client().post("/contrasena/olvidada/", {"email": address})
    return [message.to for message in mail.outbox[before:]]


class TestAddresses:
    """A link that opens an account goes to the address that the account has, and to no other."""

    def test_A8_an_address_that_was_replaced_brings_no_link_any_more(self, user):
        old = user.email
        link = reset_link(old)
        user.email = "nueva@example.com"
        user.save()
        assert ask_for_link(old) == []
        assert ask_for_link("nueva@example.com") == [["nueva@example.com"]]
        use(link)
        assert post_password(Client(), user).status_code == 302, "the old link changed nothing"
        assert not EmailAddress.objects.exists()

    def test_A8_capitals_do_not_matter_and_the_mail_goes_to_what_we_have(self, user):
        user.email = "Juan.Perez@example.com"
        user.save()
        for typed in ("Juan.Perez@example.com", "juan.perez@EXAMPLE.com"):
            assert ask_for_link(typed) == [["Juan.Perez@example.com"]]

    def test_A8_another_letter_that_a_database_takes_for_the_same_is_nobody(self, user):
        user.email = "sales@example.com"
        user.save()
        assert ask_for_link("\u017fales@example.com") == []

    def test_A16_who_loses_an_address_hears_of_it(self, user, ventas, signed_in):
        old, page = user.email, f"{USERS}{user.pk}/change/"
        data = {"username": user.username, "customer": user.customer_id, "is_active": "on"}
        signed_in(ventas).post(page, data | {"email": old, "first_name": "Ana"})
        assert not OutboxMessage.objects.exists()
        signed_in(ventas).post(page, data | {"email": "otra@example.com"})
        assert OutboxMessage.objects.get().to == [old]
        changed = AuditEvent.objects.filter(action="user.changed").order_by("pk").last()
        assert changed.data["before"]["email"] == old


class TestCopiedCookies:
    """A session's key that somebody copied before its owner proved more in it."""

    @pytest.fixture
    def copied(self, user):
        """The owner's browser, and its key as a thief has it."""
        client = walk_in(user)
        return client, client.cookies["sessionid"].value

    def opens_nothing(self, client: Client, key: str) -> bool:
        thief = Client()
        thief.cookies["sessionid"] = key
        in_list = client.get("/cuenta/sesiones/").context["sessions"]
        assert [row.session_key for row in in_list] == [client.cookies["sessionid"].value]
        return thief.get("/panel/").status_code == 302

    def test_S1_the_password_again_changes_the_key(self, copied):
        client, key = copied
        answer = client.post("/cuenta/confirmar/?next=/panel/", {"password": PASSWORD})
        assert answer.headers["Location"] == "/panel/"
        assert self.opens_nothing(client, key)

    def test_S1_enrolling_and_the_code_again_change_it(self, copied, now):
        client, key = copied
        secret = client.get("/cuenta/2fa/aplicacion/").context["form"].secret
        client.post("/cuenta/2fa/aplicacion/", {"code": code(secret)})
        assert self.opens_nothing(client, key)
        key = client.cookies["sessionid"].value
        now.seconds += 30
        client.post("/cuenta/confirmar/codigo/", {"code": code(secret)})
        assert self.opens_nothing(client, key)


class TestStaff:
    """What somebody of the staff could reach beyond their own."""

    def test_R1_the_admin_has_no_form_that_tries_passwords_past_the_limits(
        self, cxc, chief, signed_in
    ):
        client = signed_in(cxc)
        data = {"username": chief.username, "password": PASSWORD}
        assert client.post("/admin/login/", data).headers["Location"] == "/admin/"
        assert client.session["_auth_user_id"] == str(cxc.pk)
        assert Client().post("/admin/login/", data).headers["Location"].startswith("/ingresar/")

    def test_A15_no_spelling_of_a_users_address_opens_the_form_unasked(
        self, chief, user, signed_in
    ):
        client = forget_proof(signed_in(chief))
        # Django reads _2B as the sign +, and +7 is 7.
        for key in (f"{user.pk}", f"+{user.pk}", f"_2B{user.pk}"):
            answer = client.get(f"{USERS}{key}/change/")
            assert answer.headers.get("Location", "").startswith("/cuenta/confirmar/"), key

    def test_A15_loading_a_table_asks_again(self, ventas, signed_in):
        content = b"RFC,Nombre\nFDE150803AB1,Ferreteria\n"
        table = upload_table(kind=kinds()["customers"], name="c.csv", content=content, by=ventas)
        page = f"/admin/accounts/tableimport/{table.pk}/cargar/"
        answer = forget_proof(signed_in(ventas)).post(page)
        assert answer.headers["Location"].startswith("/cuenta/confirmar/")
        table.refresh_from_db()
        assert table.applied_at is None

    def test_A15_a_statement_that_confirms_by_itself_asks_again(
        self, user, cxc, signed_in, settings
    ):
        constancia = factories.make_constancia(user)
        page = "/admin/reconciliation/statement/cargar/"
        client = forget_proof(signed_in(cxc))
        assert client.get(page).status_code == 200
        settings.AUTO_CONFIRM_EXACT = True
        file = SimpleUploadedFile("movimientos.exp", statement(spei(constancia)))
        answer = client.post(page, {"file": file})
        assert answer.headers["Location"].startswith("/cuenta/confirmar/")
        assert not Payment.objects.exists()

    @pytest.mark.parametrize(
        "query", ["text__contains=contrasena", "html__startswith=a", "draft__link__0=a"]
    )
    def test_M1_what_a_mail_says_cannot_be_guessed_by_filters(self, cxc, signed_in, query):
        client = signed_in(cxc)
        assert client.get(f"{OUTBOX}?state__exact=waiting").status_code == 200
        assert client.get(f"{OUTBOX}?{query}").status_code == 400
        assert client.get(f"{OUTBOX}exportar/?{query}").status_code == 400

    def test_R1_nobody_has_the_database_work_on_a_pattern(self, cxc, signed_in):
        answer = signed_in(cxc).get("/admin/accounts/customer/?legal_name__regex=(")
        assert answer.status_code == 400

    def test_Z4_ventas_cannot_raise_anybody(self, ventas, chief, user, signed_in):
        client = signed_in(ventas)
        data = {"username": "otro", "email": "x@example.com", "customer": user.customer_id}
        raised = {"is_active": "on", "is_staff": "on", "is_superuser": "on", "groups": ["1"]}
        for person in (chief, ventas):
            assert client.post(f"{USERS}{person.pk}/change/", data | raised).status_code == 403
        client.post(f"{USERS}{user.pk}/change/", data | raised)
        user.refresh_from_db()
        assert (user.username, user.is_staff, user.is_superuser) == ("otro", False, False)
        assert not user.groups.exists()


def test_L1_a_wrong_password_is_the_victims_whatever_the_capitals(user):
    assert Client().post("/ingresar/", {"login": user.username.upper(), "password": "x"})
    assert AuditEvent.objects.get(action="user.wrong_password").target_id == str(user.pk)
