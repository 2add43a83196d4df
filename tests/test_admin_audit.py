"""What the forms of the admin leave in the audit, and what they leave alone."""

import pytest

from accounts.admin import CustomerAdmin
from accounts.models import AuditEvent, Customer
from tests import factories


class TestAudit:
    """What the forms of the admin leave behind."""

    @pytest.fixture
    def client(self, db, signed_in):
        return signed_in(factories.make_user(is_staff=True, is_superuser=True))

    def test_a_password_is_never_in_it(self, client):
        secret = "una clave que nadie lee"
        data = {"username": "nueva", "password1": secret, "password2": secret, "email": ""}
        client.post("/admin/accounts/user/add/", data | {"usable_password": "true"})
        person = factories.User.objects.get(username="nueva")
        client.post(
            f"/admin/accounts/user/{person.pk}/password/",
            {"password1": secret + "2", "password2": secret + "2", "usable_password": "true"},
        )
        person.refresh_from_db()
        assert person.check_password(secret + "2")
        assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == [
            "user.added",
            "user.password_set",
        ]
        assert secret not in str(list(AuditEvent.objects.values_list("data", flat=True)))

    def test_a_changed_price_tells_before_and_after(self, client, user):
        quote = factories.make_quote(user.customer)
        line = quote.lines.get(is_required=True)
        data = {
            "customer": quote.customer_id,
            "valid_until": str(quote.valid_until),
            "lines-TOTAL_FORMS": "1",
            "lines-INITIAL_FORMS": "1",
            "lines-0-id": line.pk,
            "lines-0-quote": quote.pk,
            "lines-0-position": line.position,
            "lines-0-product": line.product_id,
            "lines-0-description": line.description,
            "lines-0-quantity": line.quantity,
            "lines-0-unit_price": "500.00",
            "lines-0-is_required": "on",
        }
        client.post(f"/admin/renewals/quote/{quote.pk}/change/", data)
        event = AuditEvent.objects.get(action="quoteline.changed")
        assert event.data["before"] == {"unit_price": "575.00"}
        assert event.data["after"] == {"unit_price": "500.00"}

    def test_saving_a_form_writes_only_what_was_edited(self, client, user, monkeypatch):
        customer = user.customer
        save = CustomerAdmin.save_model

        def save_after_a_payment(self, request, obj, form, change):
            Customer.objects.filter(pk=obj.pk).update(cfdi_version="4.0")  # meanwhile
            save(self, request, obj, form, change)

        monkeypatch.setattr(CustomerAdmin, "save_model", save_after_a_payment)
        data = {"rfc": customer.rfc, "legal_name": customer.legal_name, "stamps_available": "500"}
        client.post(f"/admin/accounts/customer/{customer.pk}/change/", data)
        customer.refresh_from_db()
        assert (customer.stamps_available, customer.cfdi_version) == (500, "4.0")

    def test_a_quote_in_payment_cannot_be_edited(self, client, user):
        factories.make_constancia(user)
        (quote,) = user.customer.quote_set.all()
        assert client.post(f"/admin/renewals/quote/{quote.pk}/change/", {}).status_code == 403

    def test_other_addresses_and_groups_are_not_given_by_hand(self, client):
        assert client.get("/admin/account/emailaddress/").status_code == 404
        assert client.get("/admin/auth/group/add/").status_code == 403
