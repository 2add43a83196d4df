"""Mails (M) and the admin (D)."""

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group

from facturamos.mail import send_due
from facturamos.models import OutboxMessage
from tests import factories

PASSWORD = "una frase de prueba"


class TestM1:
    """Mails."""

    def test_M1_two_parts_one_sender_and_no_secret_but_a_link(self, constancia, cxc, settings):
        factories.pay(constancia, cxc)
        rows = list(OutboxMessage.objects.all())
        assert rows
        assert len({row.key for row in rows}) == len(rows)
        send_due()
        files = sorted(settings.EMAIL_FILE_PATH.glob("*"))
        assert files
        for file in files:
            raw = file.read_text("utf-8")
            assert "text/plain" in raw
            assert "text/html" in raw
            assert "From: Facturamos <facturamos@sistemasperseo.com>" in raw
            assert "List-Unsubscribe" not in raw
            assert PASSWORD not in raw

    def test_M1_a_name_adds_no_header(self, user, mailoutbox):
        user.first_name = "Ana\r\nBcc: evil@example.com"
        user.customer.legal_name = "Empresa\r\nBcc: evil@example.com"
        user.customer.save()
        user.save()
        factories.make_constancia(user)
        for mail in mailoutbox:
            assert "evil@example.com" not in str(mail.message()["Bcc"])
            assert mail.recipients() == [user.email]


class TestD1:
    """The admin."""

    MONEY = ("Constancia", "Payment", "PaymentProof", "InvoiceRequest", "BankAccount")

    def test_D1_nobody_deletes_what_concerns_money(self, rf, db):
        root = factories.make_user(is_staff=True, is_superuser=True)
        request = rf.get("/")
        request.user = root
        for name in self.MONEY:
            model = apps.get_model("payments", name)
            assert not admin.site._registry[model].has_delete_permission(request), name
        for app in ("payments", "reconciliation"):
            for model in apps.get_app_config(app).get_models():
                for group in Group.objects.all():
                    codename = f"delete_{model._meta.model_name}"
                    if codename != "delete_tablemapping":  # how a table is read, which is no money
                        assert not group.permissions.filter(codename=codename).exists()

    def test_D1_what_is_paid_only_reads(self, constancia, cxc, signed_in):
        factories.pay(constancia, cxc)
        page = signed_in(cxc).get(f"/admin/payments/constancia/{constancia.pk}/change/")
        assert 'name="_save"' not in page.content.decode()

    def test_D1_nobody_becomes_somebody_else(self):
        from django.urls import get_resolver  # noqa: PLC0415

        routes = str([str(p.pattern) for p in get_resolver().url_patterns])
        for word in ("hijack", "impersonate", "suplantar"):
            assert word not in routes
