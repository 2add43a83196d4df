"""Who may do what with statements."""

import pytest
from django.contrib.auth.models import Permission

from payments.models import Payment
from tests import factories
from tests.reconciliation.desk import text_of
from tests.reconciliation.statement_pages.desk import LIST, UPLOAD, page_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def reader(signed_in):
    """Somebody of the staff who may look, and nothing else."""
    person = factories.make_user(is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_statement"))
    return signed_in(person)


class TestPermissions:
    """Who may what."""

    def steps(self, read):
        return [page_of(read, step) for step in ("confirmar", "revisar", "deshacer", "columnas")]

    def test_a_reader_sees_and_cannot_touch(self, reader, read):
        for address in (LIST, page_of(read)):
            page = reader.get(address)
            assert page.status_code == 200
            assert "Cargar un estado" not in text_of(page)
            content = page.content.decode().partition('id="content"')[2].partition("<footer")[0]
            assert content
            assert "<form method" not in content
            assert "deshacer" not in page.content.decode()
        for address in (UPLOAD, *self.steps(read)):
            assert reader.get(address).status_code == 403
            assert reader.post(address, {"reason": "x"}).status_code == 403
        assert not Payment.objects.exists()

    def test_staff_without_permission_sees_nothing(self, signed_in, read):
        stranger = signed_in(factories.make_user(is_staff=True))
        for address in (LIST, page_of(read), UPLOAD, *self.steps(read)):
            assert stranger.get(address).status_code == 403

    def test_customers_are_kept_out(self, signed_in, user, read):
        customer = signed_in(user)
        for address in (LIST, page_of(read), UPLOAD, *self.steps(read)):
            page = customer.get(address)
            assert page.status_code in (302, 403)
            assert "movimientos.exp" not in page.content.decode()
