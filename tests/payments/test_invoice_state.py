"""Where an invoice stands, and what of it stays for ever."""

import pytest
from django.db import IntegrityError, transaction

from payments.models import InvoiceRequest
from payments.recording import record_payment
from payments.services import cancel_constancia, expire_due
from tests import factories
from tests.payments import cfdis
from tests.payments.ledger import DAY

pytestmark = pytest.mark.slow


class TestState:
    """Whose turn it is, by the constancia's status."""

    def test_one_that_waits(self, constancia):
        request = factories.make_invoice_request(constancia)
        assert self.of(request) == ("en espera del pago", ["unpaid", "with_effect"])

    def test_the_companys_turn(self, requested):
        assert self.of(requested) == ("por emitir", ["pending", "with_effect"])

    def test_an_issued_one(self, requested, cxc):
        assert self.of(cfdis.issue(requested, cxc)) == ("emitida", ["issued", "with_effect"])

    def test_of_a_cancelled_one_nothing_comes(self, constancia, user):
        request = factories.make_invoice_request(constancia)
        cancel_constancia(constancia=constancia, by=user)
        assert self.of(request) == ("sin efecto", ["void"])

    def test_of_an_expired_one_nothing_comes_unless_its_deposit_does(self, constancia, cxc, clock):
        request = factories.make_invoice_request(constancia)
        clock(constancia.expires_on + DAY)
        assert expire_due() == 1
        assert self.of(request) == ("sin efecto", ["void"])
        in_time = factories.make_deposit(constancia, paid_on=constancia.expires_on)
        record_payment(deposit=in_time, by=cxc)
        assert self.of(request) == ("por emitir", ["pending", "with_effect"])

    def of(self, request: InvoiceRequest) -> tuple[str, list[str]]:
        """Its word, and the questions that find it."""
        questions = ("unpaid", "pending", "issued", "void", "with_effect")
        found = [name for name in questions if getattr(InvoiceRequest.objects, name)().exists()]
        return InvoiceRequest.objects.get(pk=request.pk).state, found


class TestForEver:
    """What is issued never changes, whoever tries."""

    @pytest.mark.parametrize(
        "write",
        [
            lambda rows: rows.update(uuid=None, issued_at=None, issued_by=None, pdf="", xml=""),
            lambda rows: rows.update(xml="facturas/otra.xml"),
            lambda rows: rows.update(rfc="MAB9307148T4"),
            lambda rows: rows._raw_delete("default"),
        ],
        ids=["taken back", "other file", "other data", "deleted"],
    )
    def test_the_database_refuses(self, requested, cxc, write):
        cfdis.issue(requested, cxc)
        with pytest.raises(IntegrityError, match="kept as they were"), transaction.atomic():
            write(InvoiceRequest.objects.filter(pk=requested.pk))

    def test_one_that_is_not_issued_may_change(self, requested):
        assert InvoiceRequest.objects.update(postal_code="32500") == 1
