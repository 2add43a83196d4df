"""What each group of the staff may do, and what nobody may."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import RequestFactory

from accounts.models import AuditEvent, User
from payments.groups import CONSULTA, CXC, GROUPS, VENTAS
from payments.groups import TABLE as UP_TO_PAYMENTS
from payments.models import Payment
from reconciliation.groups import TABLE as OF_RECONCILIATION
from tests import factories
from tests.desk.staff import colleague

pytestmark = pytest.mark.django_db
TABLE = UP_TO_PAYMENTS | OF_RECONCILIATION
# What may be deleted: what somebody said of a table's columns, which is only asked again.
DELETABLE = {"reconciliation.tablemapping"}
# What a form of the admin may write; everything else only its services do.
WRITTEN_BY_FORMS = {
    *("accounts.distributor", "accounts.customer", "accounts.user", "accounts.privacynotice"),
    *("renewals.product", "renewals.quote"),
}
USERS = "/admin/accounts/user/"


class TestTable:
    """The groups hold what the table says, and are mended by the next migrate."""

    def test_each_group_has_exactly_its_permissions(self):
        for name in GROUPS:
            group = Group.objects.get(name=name)
            group.permissions.add(Permission.objects.get(codename="delete_statement"))
            group.permissions.add(Permission.objects.get(codename="delete_payment"))
            group.permissions.remove(Permission.objects.get(codename="view_constancia"))
        for _ in range(2):
            call_command("migrate", verbosity=0)
        for name in GROUPS:
            permissions = Group.objects.get(name=name).permissions.select_related("content_type")
            has = {f"{row.content_type.app_label}.{row.codename}" for row in permissions}
            assert has == {label for label, groups in TABLE.items() if name in groups}

    def test_who_reads_writes_nothing(self):
        of_consulta = {label for label, groups in TABLE.items() if CONSULTA in groups}
        assert {label.partition(".")[2].partition("_")[0] for label in of_consulta} == {"view"}
        # Proofs' files are the customers' own; whoever sees the mails can send them again.
        assert not {"payments.view_prooffile", "facturamos.view_outboxmessage"} & of_consulta

    def test_sales_never_touch_money(self):
        of_sales = {label for label, groups in TABLE.items() if VENTAS in groups}
        assert not {label for label in of_sales if label.startswith("reconciliation.")}
        assert {label for label in of_sales if label.startswith("payments.")} == {
            "payments.view_constancia",
            "payments.view_constancialine",
        }

    def test_nobody_but_administrators_says_who_is_who(self):
        for label in TABLE:
            app, _, what = label.partition(".")
            assert app != "auth"
            assert what not in {"add_bankaccount", "approve_bankaccount", "change_privacynotice"}


def everybody():
    """A person of each group, and an administrator."""
    yield from (colleague(name) for name in GROUPS)
    yield factories.make_user(is_staff=True, is_superuser=True)


class TestNothingIsDeleted:
    """Neither money nor what belongs to it, by anybody, not by administrators either."""

    def test_no_page_of_the_admin_deletes(self):
        request = RequestFactory().get("/admin/")
        for person in everybody():
            request.user = User.objects.get(pk=person.pk)
            for model, page in admin.site._registry.items():
                name = model._meta.label_lower
                if name.partition(".")[0] in ("auth", "mfa", "usersessions", "account"):
                    continue
                may = page.has_delete_permission(request)
                assert not may or name in DELETABLE, (person, name)
                if name not in WRITTEN_BY_FORMS:
                    row = model()
                    assert not page.has_change_permission(request, row), (person, name)

    def test_sessions_and_second_factors_are_not_deleted_by_the_groups(self):
        request = RequestFactory().get("/admin/")
        for name in GROUPS:
            request.user = User.objects.get(pk=colleague(name).pk)
            for model, page in admin.site._registry.items():
                if model._meta.app_label in ("auth", "mfa", "usersessions", "account"):
                    assert not page.has_delete_permission(request), (name, model)
                    assert not page.has_change_permission(request), (name, model)

    @pytest.mark.slow
    def test_nor_does_a_posted_action_or_address(self, user, cxc, signed_in):
        factories.pay(factories.make_constancia(user), cxc)
        payment = Payment.objects.get()
        address = "/admin/payments/payment/"
        for person in everybody():
            client = signed_in(person)
            data = {"action": "delete_selected", "_selected_action": [payment.pk], "post": "yes"}
            client.post(address, data)
            assert client.post(f"{address}{payment.pk}/delete/", {"post": "yes"}).status_code == 403
            assert client.post(f"{address}{payment.pk}/change/", {"amount": "1"}).status_code == 403
        payment.refresh_from_db()
        assert payment.amount == payment.constancia.total


class TestSales:
    """Ventas looks after customers' people and nobody else's."""

    @pytest.fixture
    def ventas(self):
        return colleague(VENTAS)

    @pytest.fixture
    def client(self, ventas, signed_in):
        return signed_in(ventas)

    @pytest.fixture
    def tampered(self):
        """What somebody may add to the form by hand."""
        return {
            "is_staff": "on",
            "is_superuser": "on",
            "groups": [Group.objects.get(name=CXC).pk],
            "user_permissions": [Permission.objects.get(codename="confirm_payment").pk],
            "distributor": factories.make_distributor().pk,
            "password": "pbkdf2_sha256$1$a$b",
            "password1": "otra frase de prueba",
            "password2": "otra frase de prueba",
            "usable_password": "true",
        }

    def fields(self, customer, **others):
        """What the form sends."""
        return {
            "username": "laura",
            "first_name": "Laura",
            "last_name": "",
            "email": "laura@example.com",
            "customer": customer.pk,
            "is_active": "on",
            **others,
        }

    def assert_is_only_the_customers(self, person, customer):
        person.refresh_from_db()
        assert (person.customer, person.distributor) == (customer, None)
        assert (person.is_staff, person.is_superuser) == (False, False)
        assert not person.groups.exists()
        assert not person.user_permissions.exists()

    def test_who_they_add_has_no_password_and_no_rights(self, client, tampered):
        customer = factories.make_customer()
        client.post(f"{USERS}add/", self.fields(customer, **tampered))
        person = User.objects.get(username="laura")
        self.assert_is_only_the_customers(person, customer)
        assert not person.has_usable_password()
        event = AuditEvent.objects.get(action="user.added")
        assert set(event.data["after"]) <= {
            *("username", "first_name", "email", "customer", "is_active")
        }

    def test_a_tampered_form_gives_nobody_more(self, client, tampered):
        customer = factories.make_customer()
        person = factories.make_user(customer, username="laura")
        before = person.password
        data = self.fields(customer, email="n@x.mx", **tampered)
        client.post(f"{USERS}{person.pk}/change/", data)
        self.assert_is_only_the_customers(person, customer)
        assert (person.email, person.password) == ("n@x.mx", before)

    def test_a_person_needs_a_customer_and_a_mail(self, client):
        data = {"username": "laura", "is_active": "on"}
        page = client.post(f"{USERS}add/", data)
        assert set(page.context["adminform"].form.errors) == {"customer", "email"}

    def test_a_name_that_differs_in_case_only_is_taken(self, client):
        factories.make_user(username="LAURA")
        page = client.post(f"{USERS}add/", self.fields(factories.make_customer()))
        assert "username" in page.context["adminform"].form.errors

    def test_the_staff_and_themselves_are_out_of_reach(self, client, ventas, tampered):
        administrator = factories.make_user(is_staff=True, is_superuser=True)
        reseller = factories.make_user(distributor=factories.make_distributor())
        for person in (administrator, ventas, colleague(CXC), reseller):
            before = User.objects.filter(pk=person.pk).values().get()
            page = f"{USERS}{person.pk}/change/"
            assert client.get(page).status_code == 200  # to read
            data = self.fields(factories.make_customer(), **tampered)
            assert client.post(page, data).status_code == 403
            after = User.objects.filter(pk=person.pk).values().get()
            assert after == before
            assert not User.objects.get(pk=person.pk).user_permissions.exists()

    def test_nobodys_password_is_theirs_to_set(self, client, user, ventas):
        data = {"password1": "otra frase de prueba", "password2": "otra frase de prueba"}
        for person in (user, ventas, factories.make_user(is_staff=True, is_superuser=True)):
            before = User.objects.get(pk=person.pk).password
            assert client.post(f"{USERS}{person.pk}/password/", data).status_code == 403
            assert User.objects.get(pk=person.pk).password == before

    def test_the_list_cannot_change_or_delete_either(self, client, user):
        data = {
            "form-TOTAL_FORMS": "1",
            "form-INITIAL_FORMS": "1",
            "form-0-id": user.pk,
            "form-0-is_staff": "on",
            "_save": "1",
        }
        client.post(USERS, data)
        client.post(USERS, {"action": "delete_selected", "_selected_action": [user.pk]})
        user.refresh_from_db()
        assert not user.is_staff

    def test_the_welcome_goes_to_customers_people_only(self, client):
        person = factories.make_user(factories.make_customer(), password=None)
        boss = factories.make_user(is_staff=True, password=None)
        data = {"action": "send_welcome", "_selected_action": [person.pk, boss.pk]}
        page = client.post(USERS, data, follow=True).content.decode()
        assert "Bienvenidas enviadas: 1" in page
        assert AuditEvent.objects.get(action="user.welcomed").target_id == str(person.pk)

    def test_prices_are_theirs_and_payments_are_not(self, client, user):
        constancia = factories.make_constancia(user)
        for allowed in ("renewals/quote/add/", "renewals/product/add/", "accounts/customer/add/"):
            assert client.get(f"/admin/{allowed}").status_code == 200, allowed
        for refused in (
            f"payments/constancia/confirmar-pago/?c={constancia.pk}",
            "payments/payment/",
            "payments/paymentproof/",
            "payments/bankaccount/",
            "reconciliation/movement/",
        ):
            assert client.get(f"/admin/{refused}").status_code == 403, refused


class TestProofFiles:
    """Only CxC reads what customers sent, and each reading is in the audit."""

    @pytest.mark.slow
    def test_consulta_sees_the_proof_and_not_its_files(self, user, cxc, signed_in):
        proof = factories.send_proof(factories.make_constancia(user))
        file = f"/comprobantes/{proof.files.get().public_id}/"
        page = f"/admin/payments/paymentproof/{proof.pk}/change/"
        reader = signed_in(colleague(CONSULTA))
        assert "recibo.png" not in reader.get(page).content.decode()
        assert reader.get(file).status_code == 404
        assert not AuditEvent.objects.filter(action="proof.read").exists()
        assert "recibo.png" in signed_in(cxc).get(page).content.decode()
        assert b"".join(signed_in(cxc).get(file).streaming_content)
        assert AuditEvent.objects.filter(action="proof.read").count() == 1


class TestDistributorsPeople:
    """A user is of a customer, of a distributor, or staff: the administrator's forms say so."""

    @pytest.fixture
    def client(self, signed_in):
        return signed_in(factories.make_user(is_staff=True, is_superuser=True))

    def test_a_distributors_person_is_added(self, client):
        distributor = factories.make_distributor()
        data = {
            "username": "reventa",
            "email": "r@example.com",
            "usable_password": "false",
            "distributor": distributor.pk,
        }
        client.post(f"{USERS}add/", data)
        assert User.objects.get(username="reventa").distributor == distributor

    def test_never_of_both(self, client):
        customer, distributor = factories.make_customer(), factories.make_distributor()
        data = {
            "username": "doble",
            "email": "d@example.com",
            "usable_password": "false",
            "customer": customer.pk,
            "distributor": distributor.pk,
        }
        page = client.post(f"{USERS}add/", data)
        assert "Elija el cliente o el distribuidor" in page.content.decode()
        person = factories.make_user(customer)
        data |= {"username": person.username, "is_active": "on"}
        data |= {"date_joined_0": "2026-11-22", "date_joined_1": "10:00:00"}
        page = client.post(f"{USERS}{person.pk}/change/", data)
        assert "no puede ser también" in page.content.decode()
        person.refresh_from_db()
        assert person.distributor is None
