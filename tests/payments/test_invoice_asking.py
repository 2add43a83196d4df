"""Asking for an invoice: the data, their correction, and what the form begins with."""

from dataclasses import asdict, replace

import pytest

from accounts.models import AuditEvent
from payments.fiscal import Receiver
from payments.invoices import FiscalDataError, InvoiceError, receiver_of, request_invoice
from payments.models import Constancia, FiscalProfile, InvoiceRequest
from payments.services import cancel_constancia
from tests.payments import cfdis
from tests.payments.cfdis import DATA

pytestmark = pytest.mark.slow


class TestAsking:
    """`request_invoice`."""

    def test_it_keeps_the_data_for_the_next_time(self, constancia, user):
        request = request_invoice(constancia=constancia, data=DATA, by=user)
        assert (request.rfc, request.requested_by, request.is_issued) == (DATA.rfc, user, False)
        profile = FiscalProfile.objects.get(customer=user.customer)
        assert (profile.rfc, profile.regime) == (DATA.rfc, "601")
        event = AuditEvent.objects.get(action="invoice.requested")
        assert (event.actor, event.data["postal_code"]) == (user.username, "32000")

    def test_the_data_are_tidied(self, constancia, user):
        typed = replace(DATA, rfc=" fde150803-ab1 ", name=" ferretería  peña ")
        request = request_invoice(constancia=constancia, data=typed, by=user)
        assert (request.rfc, request.name) == ("FDE150803AB1", "FERRETERÍA PEÑA")

    def test_data_that_do_not_fit_are_refused_field_by_field(self, constancia, user):
        with pytest.raises(FiscalDataError) as caught:
            request_invoice(
                constancia=constancia, data=replace(DATA, regime="612", postal_code="1"), by=user
            )
        assert set(caught.value.errors) == {"regime", "postal_code"}
        assert not InvoiceRequest.objects.exists()
        assert not FiscalProfile.objects.exists()

    def test_it_is_corrected_while_it_is_not_issued(self, constancia, user):
        first = request_invoice(constancia=constancia, data=DATA, by=user)
        again = request_invoice(
            constancia=constancia, data=replace(DATA, postal_code="32500"), by=user
        )
        assert (again.pk, again.postal_code) == (first.pk, "32500")
        assert FiscalProfile.objects.get().postal_code == "32500"
        event = AuditEvent.objects.get(action="invoice.corrected")
        assert (event.data["before"]["postal_code"], event.data["after"]["postal_code"]) == (
            "32000",
            "32500",
        )

    def test_the_same_again_changes_nothing(self, constancia, user):
        for _ in "ab":
            request_invoice(constancia=constancia, data=DATA, by=user)
        assert InvoiceRequest.objects.count() == 1
        actions = AuditEvent.objects.filter(action__startswith="invoice.")
        assert [event.action for event in actions] == ["invoice.requested"]

    def test_a_closed_constancia_is_not_invoiced(self, constancia, user):
        cancel_constancia(constancia=constancia, by=user)
        with pytest.raises(InvoiceError, match="está cancelada"):
            request_invoice(constancia=constancia, data=DATA, by=user)
        Constancia.objects.update(
            status="expired", expired_at=constancia.issued_at, cancelled_at=None, cancelled_by=None
        )
        with pytest.raises(InvoiceError, match="está vencida"):
            request_invoice(constancia=constancia, data=DATA, by=user)

    def test_an_issued_one_is_not_corrected(self, requested, user, cxc):
        cfdis.issue(requested, cxc)
        with pytest.raises(InvoiceError, match="ya se emitió"):
            request_invoice(
                constancia=requested.constancia, data=replace(DATA, postal_code="32500"), by=user
            )
        requested.refresh_from_db()
        assert requested.postal_code == "32000"


class TestKnowing:
    """`receiver_of`: what the form begins with."""

    def test_at_first_what_the_customer_is_called(self, constancia):
        constancia.customer.legal_name = "Ferretería Peña, S.A. de C.V."
        assert receiver_of(constancia) == Receiver(
            constancia.customer.rfc, "FERRETERÍA PEÑA", "", "", ""
        )

    def test_then_the_last_data(self, constancia, user):
        FiscalProfile.objects.create(customer=user.customer, **asdict(replace(DATA, regime="626")))
        assert receiver_of(constancia).regime == "626"

    def test_and_first_of_all_what_was_asked_for_this_one(self, constancia, user):
        request_invoice(constancia=constancia, data=DATA, by=user)
        FiscalProfile.objects.update(regime="626")
        assert receiver_of(constancia) == DATA
