"""Users from a table: known by their name, and never of the staff."""

import pytest

from accounts.models import User
from facturamos.models import OutboxMessage
from tests import factories
from tests.tables import as_csv, loaded, problems

pytestmark = pytest.mark.django_db


def powers(person: User) -> tuple[bool, bool, bool]:
    return person.is_staff, person.is_superuser, person.has_usable_password()


class TestUsers:
    """Known by their user name; never of the staff."""

    HEADER = ("Usuario", "Correo", "RFC", "Distribuidor", "Nombre", "Apellidos")

    @pytest.fixture
    def customer(self):
        return factories.make_customer(rfc="FDE150803AB1")

    @pytest.fixture
    def content(self, customer, distributor):
        return as_csv(
            self.HEADER,
            ["ana", "ana@Example.com", customer.rfc, "", "Ana", "Peña"],
            ["luis", "luis@example.com", "", "distribuidora uno", "", ""],
        )

    def test_new_ones_have_no_password(self, content, customer, distributor, boss):
        assert loaded("users", content, boss) == (2, 0, 0)
        ana, luis = User.objects.filter(username__in=["ana", "luis"]).order_by("username")
        assert (ana.customer, ana.email, str(ana)) == (customer, "ana@example.com", "Ana Peña")
        assert (luis.customer, luis.distributor) == (None, distributor)
        assert powers(ana) == (False, False, False)
        assert ana.is_active
        assert ana.password != luis.password
        assert not OutboxMessage.objects.exists()

    def test_the_same_again_changes_nothing(self, content, boss):
        loaded("users", content, boss)
        assert loaded("users", content, boss) == (0, 0, 2)

    def test_an_address_is_corrected_until_they_chose_a_password(self, content, customer, boss):
        loaded("users", content, boss)
        other = as_csv(self.HEADER, ["ana", "otra@example.com", customer.rfc])
        assert loaded("users", other, boss) == (0, 1, 0)
        ana = User.objects.get(username="ana")
        assert (ana.email, ana.first_name) == ("otra@example.com", "Ana")
        ana.set_password("una frase de prueba")
        ana.save()
        ((_, text),) = problems("users", content, boss)
        assert text == (
            "El usuario «ana» ya eligió su contraseña; su correo se cambia en su página."
        )

    @pytest.mark.parametrize("fields", [{"is_staff": True}, {"is_superuser": True}])
    def test_staff_are_never_touched(self, customer, boss, fields):
        person = factories.make_user(username="jefa", email="jefa@example.com", **fields)
        content = as_csv(self.HEADER, ["jefa", "ladron@example.com", customer.rfc])
        ((_, text),) = problems("users", content, boss)
        assert "es del personal" in text
        person.refresh_from_db()
        assert (person.email, person.customer) == ("jefa@example.com", None)

    def test_nobody_is_moved_to_another_company(self, content, boss):
        loaded("users", content, boss)
        other = factories.make_customer()
        content = as_csv(self.HEADER, ["ana", "ana@example.com", other.rfc])
        ((_, text),) = problems("users", content, boss)
        assert "ya es de otro cliente o distribuidor" in text

    def test_every_problem(self, customer, distributor, boss):
        content = as_csv(
            self.HEADER,
            ["ana maría", "no es correo", "XAXX010101000", "", "", ""],
            ["luis", "luis@example.com", customer.rfc, "Distribuidora Uno", "", ""],
            ["eva", "eva@example.com", "", "", "", ""],
            ["EVA", "eva@example.com", customer.rfc, "", "", ""],
        )
        found = problems("users", content, boss)
        assert [(line, text.partition(".")[0]) for line, text in found] == [
            (2, "No hay un cliente con el RFC «XAXX010101000»"),
            (2, "«Correo»: «no es correo» no es un correo"),
            (2, "«Usuario»: «ana maría» solo puede llevar letras, números y @ "),
            (3, "Escriba el RFC de su cliente o el nombre de su distribuidor: uno de los dos"),
            (4, "Escriba el RFC de su cliente o el nombre de su distribuidor: uno de los dos"),
            (5, "El usuario «eva» ya está en la línea 4"),
        ]

    def test_a_name_that_differs_only_in_its_case_is_the_same_person(self, customer, boss):
        factories.make_user(customer, username="Ana")
        content = as_csv(self.HEADER, ["ana", "ana@example.com", customer.rfc])
        ((_, text),) = problems("users", content, boss)
        assert "ya existe como «Ana»" in text
