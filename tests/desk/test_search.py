"""The one search box: what it finds, for whom, and what it says when it finds nothing."""

from decimal import Decimal

import pytest

from payments.models import Constancia
from payments.references import is_valid
from tests import factories
from tests.desk.staff import AROUND_A_PAGE, colleague
from tests.reconciliation.desk import HOSTILE, deposit, text_of

SEARCH = "/admin/buscar/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def client(cxc, signed_in):
    return signed_in(cxc)


@pytest.fixture
def constancia(user):
    return factories.make_constancia(user)


def found(client, text: str) -> dict[str, list[str]]:
    """What the page lists: by kind, the names of the rows."""
    page = client.get(SEARCH, {"q": text})
    assert page.status_code == 200
    return {kind.name: [hit.name for hit in kind.hits] for kind in page.context["found"]}


def claim_of(user, **fields):
    from reconciliation.claims import claim_deposit  # noqa: PLC0415

    values = {
        "paid_on": factories.timezone.localdate(),
        "amount": Decimal("777.00"),
        "tracking_key": "",
        "note": "",
    }
    return claim_deposit(customer=user.customer, by=user, **values | fields)[0]


class TestReferences:
    """Straight to the constancia; a slip of the hand is said."""

    def test_any_spelling_leads_straight_to_it(self, client, constancia):
        r = constancia.reference
        for text in (
            *(r, f"{r[:3]} {r[3:]}", f"{r[:3]}-{r[3:]}", f"000{r}"),
            *(f" Ref. {r}. ", f"Constancia {r}"),
        ):
            page = client.get(SEARCH, {"q": text})
            assert page.headers["Location"] == (
                f"/admin/payments/constancia/{constancia.pk}/change/"
            ), text

    def test_one_wrong_digit_says_so_and_shows_what_it_may_be(self, client, constancia):
        r = constancia.reference
        wrong = r[:-1] + str((int(r[-1]) + 1) % 10)
        page = client.get(SEARCH, {"q": wrong})
        assert "Esa referencia no puede existir: revise los dígitos." in text_of(page)
        assert found(client, wrong) == {"Constancias": [constancia.printed_reference]}

    def test_one_that_nobody_has_says_what_was_tried(self, client, constancia):
        other = next(
            str(n) for n in range(1_000_000, 10_000_000) if is_valid(str(n)) and n % 10 == 4
        )
        page = text_of(client.get(SEARCH, {"q": other}))
        assert f"No se encontró la referencia {other[:3]} {other[3:]}" in page
        assert "está bien escrita, pero nada la lleva" in page

    def test_six_digits_are_asked_whether_one_is_missing(self, client, constancia):
        assert "revise si falta uno" in text_of(client.get(SEARCH, {"q": "935447"}))


class TestWords:
    """Names, RFCs, users and mails, in part and in any case."""

    @pytest.fixture
    def known(self, constancia):
        customer = constancia.customer
        customer.users.update(
            username="laura.m", email="laura@example.com", first_name="Laura", last_name="Méndez"
        )
        return constancia

    def test_a_customer_by_a_part_of_its_name_or_rfc(self, client, known):
        customer = known.customer
        for text in (customer.legal_name, customer.legal_name.upper(), customer.rfc.lower()[:9]):
            assert found(client, text) == {
                "Constancias": [known.printed_reference],
                "Clientes": [customer.legal_name],
            }, text

    def test_a_user_by_name_or_mail(self, client, known):
        for text in ("laura.m", "LAURA@example.com", "laura méndez"):
            assert found(client, text) == {"Usuarios": ["laura.m"]}, text

    def test_each_customer_leads_to_their_page(self, client, known):
        page = client.get(SEARCH, {"q": known.customer.rfc}).content.decode()
        assert f'href="/admin/clientes/{known.customer_id}/"' in page


class TestAmountsAndKeys:
    """What a bank's line says of a deposit."""

    @pytest.mark.slow
    def test_an_amount_finds_what_adds_up_to_it(self, client, cxc, constancia, user):
        factories.pay(constancia, cxc)
        movement = deposit(cxc, "1305.00")
        claim = claim_of(user, amount=Decimal("1305.00"))
        for text in ("1,305.00", "$1305", "$ 1,305.0", "$1,305.00 MXN", "1305 pesos", "1305"):
            assert found(client, text) == {
                "Constancias": [constancia.printed_reference],
                "Pagos": ["$1,305.00"],
                "Depósitos del banco": ["$1,305.00"],
                "Reclamos de depósito": ["$1,305.00"],
            }, text
        # Four digits are no reference that somebody mistyped.
        assert "no puede existir" not in text_of(client.get(SEARCH, {"q": "1305"}))
        page = client.get(SEARCH, {"q": "$1305"}).content.decode()
        assert f"/admin/reconciliation/movement/{movement.pk}/change/" in page
        assert f"/admin/reconciliation/depositclaim/{claim.pk}/change/" in page

    def test_a_tracking_key_finds_whoever_named_it(self, client, constancia, user):
        factories.make_proof(constancia, tracking_key="BNET01002611220041234567")
        claim_of(user, tracking_key="BNET01002611220041234567")
        assert set(found(client, "bnet01002611220041234567")) == {
            "Comprobantes de pago",
            "Reclamos de depósito",
        }

    def test_a_key_of_digits_alone_too(self, client, constancia):
        factories.make_proof(constancia, tracking_key="2026112240014000012345")
        assert set(found(client, "2026112240014000012345")) == {"Comprobantes de pago"}


class TestNothing:
    """What the page says."""

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("nadie así", "Ningún cliente, constancia ni usuario tiene esas palabras"),
            ("NADIE1234", "ningún comprobante, depósito ni reclamo lleva esa clave de rastreo"),
            ("$1,234.00", "Nada suma $1,234.00"),
        ],
    )
    def test_nothing_found_says_what_was_tried(self, client, text, sentence):
        page = text_of(client.get(SEARCH, {"q": text}))
        assert "No se encontró nada con" in page
        assert sentence.lower() in page.lower()

    @pytest.mark.parametrize("text", [*HOSTILE, "", "   ", "%", "_", "-", "\u202e"])
    def test_nonsense_is_no_error(self, client, text):
        # A NUL is refused before any page: facturamos/addresses.py.
        status = 400 if "\0" in text else 200
        assert client.get(SEARCH, {"q": text}).status_code == status

    def test_an_empty_page_explains_itself(self, client):
        assert "123-4567" in text_of(client.get(SEARCH))


class TestWho:
    """Each kind for those who may view it."""

    def test_sales_do_not_see_the_money(self, signed_in, cxc, constancia, user):
        factories.pay(constancia, cxc)
        deposit(cxc, "1305.00")
        claim_of(user, amount=Decimal("1305.00"))
        assert set(found(signed_in(colleague("Ventas")), "$1305")) == {"Constancias"}
        assert set(found(signed_in(colleague("Consulta")), "$1305")) == {
            "Constancias",
            "Pagos",
            "Depósitos del banco",
            "Reclamos de depósito",
        }

    def test_without_a_permission_nothing_is_told(self, signed_in, constancia):
        client = signed_in(factories.make_user(is_staff=True))
        assert found(client, constancia.customer_rfc) == {}
        page = client.get(SEARCH, {"q": constancia.reference})
        assert page.status_code == 200  # and no redirect that tells that it exists
        assert constancia.customer_name not in page.content.decode()

    def test_it_is_the_staffs(self, user, signed_in, client):
        assert signed_in(user).get(SEARCH).status_code == 302
        assert client.post(SEARCH, {"q": "x"}).status_code == 405

    def test_the_box_stands_on_every_page(self, client, constancia):
        for address in ("/admin/", "/admin/payments/constancia/", SEARCH):
            assert 'action="/admin/buscar/"' in client.get(address).content.decode()


@pytest.mark.slow
@pytest.mark.parametrize(("text", "count"), [("Empresa", 6), ("Empresa a", 3), ("$1,305.00", 4)])
def test_the_queries_do_not_grow(cxc, client, django_assert_num_queries, text, count):
    for number in (1, 3):
        while Constancia.objects.count() < number:
            constancia = factories.make_constancia(factories.make_consenting_user())
            factories.make_proof(constancia, tracking_key="CLAVE1234")
            claim_of(constancia.issued_by, tracking_key="CLAVE1234", amount=Decimal("1305.00"))
            factories.pay(constancia, cxc)
        with django_assert_num_queries(AROUND_A_PAGE + count):
            client.get(SEARCH, {"q": text})


@pytest.mark.slow
def test_of_many_only_some_are_shown_and_the_list_has_all(client, user):
    customer = factories.make_customer(legal_name="Cadena de Tiendas")
    for number in range(21):
        factories.make_user(customer, username=f"tienda-{number}")
    page = client.get(SEARCH, {"q": "tienda-"})
    (kind,) = page.context["found"]
    assert len(kind.hits) == 20
    assert client.get(kind.more).context["cl"].result_count == 21
