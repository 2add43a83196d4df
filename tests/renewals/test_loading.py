"""Products and quotes from tables: what each customer is offered now."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.loading import apply_table
from accounts.models import AuditEvent
from payments.services import cancel_constancia
from renewals.models import Product, Quote
from tests import factories
from tests.tables import as_csv, as_xlsx, loaded, problems, uploaded

pytestmark = pytest.mark.django_db

HEADER = ["RFC", "Código", "Descripción", "Cantidad", "Precio", "Obligatorio", "Vigente hasta"]
RFC = "FDE150803AB1"
UNTIL = timezone.localdate() + timedelta(days=30)
DAY = f"{UNTIL:%d/%m/%Y}"
A = [RFC, "SP0800", "", "", "575.00", "Sí", DAY]
B = [RFC, "105077", "Anualidad", "2", "1,550.00", "", DAY]
QUERIES_OF_A_LOAD = 17


@pytest.fixture
def boss():
    return factories.make_user(is_staff=True, is_superuser=True)


@pytest.fixture
def user():
    return factories.make_consenting_user(factories.make_customer(rfc=RFC))


@pytest.fixture
def products():
    for code, name in (("SP0800", "Actualizacion"), ("105077", "Anualidad NIVEL 1.")):
        Product.objects.create(code=code, name=name)


@pytest.fixture
def table(user, products):
    return as_csv(HEADER, A, B)


def says(quote: Quote) -> list[tuple]:
    return [
        (line.position, line.product.code, line.description, line.quantity, line.unit_price,
         line.is_required)
        for line in quote.lines.select_related("product")
    ]  # fmt: skip


class TestProducts:
    """Known by their code."""

    TABLE = as_csv(["Código", "Descripción"], ["SP0800", "Actualizacion"], ["105077", "Anualidad"])

    def test_new_changed_and_the_same(self, boss):
        assert loaded("products", self.TABLE, boss) == (2, 0, 0)
        assert loaded("products", self.TABLE, boss) == (0, 0, 2)
        assert loaded("products", as_xlsx(["Clave", "Nombre"], [105077, "Otra"]), boss) == (0, 1, 0)
        assert dict(Product.objects.values_list("code", "name")) == {
            "SP0800": "Actualizacion",
            "105077": "Otra",
        }
        event = AuditEvent.objects.filter(action="product.loaded").latest("pk")
        assert event.data == {"before": {"name": "Anualidad"}, "after": {"name": "Otra"}}

    def test_what_it_includes_and_why_stays_where_a_table_says_nothing(self, boss):
        header = ["Código", "Descripción", "Qué incluye", "Por qué es necesario"]
        full = as_csv(header, ["SP0800", "Actualizacion", "Todo.", "Porque sí."])
        assert loaded("products", full, boss) == (1, 0, 0)
        assert loaded("products", as_csv(header, ["SP0800", "Otra", "", ""]), boss) == (0, 1, 0)
        assert loaded("products", as_csv(header[:2], ["SP0800", "Otra"]), boss) == (0, 0, 1)
        product = Product.objects.get()
        assert (product.includes, product.why_required) == ("Todo.", "Porque sí.")
        first, second = AuditEvent.objects.filter(action="product.loaded").order_by("pk")
        assert first.data["after"] == {
            "name": "Actualizacion",
            "includes": "Todo.",
            "why_required": "Porque sí.",
        }
        assert second.data == {"before": {"name": "Actualizacion"}, "after": {"name": "Otra"}}

    def test_problems(self, boss):
        content = as_csv(["Código", "Descripción"], ["A", "Uno"], ["A", "Dos"], ["", "x" * 201])
        assert problems("products", content, boss) == [
            (3, "El código «A» ya está en la línea 2."),
            (4, "Falta «Código»."),
            (4, "«Descripción»: pasa de 200 caracteres (tiene 201)."),
        ]
        assert not Product.objects.exists()


class TestQuotes:
    """The lines of one RFC are one quote."""

    def test_a_new_one(self, table, user, boss):
        assert loaded("quotes", table, boss) == (1, 0, 0)
        quote = Quote.objects.get()
        assert (quote.customer, quote.status, quote.valid_until) == (user.customer, "open", UNTIL)
        assert says(quote) == [
            (1, "SP0800", "Actualizacion", 1, Decimal("575.00"), True),
            (2, "105077", "Anualidad", 2, Decimal("1550.00"), False),
        ]
        event = AuditEvent.objects.get(action="quote.loaded")
        assert event.target == str(quote)
        assert event.data["after"]["lines"] == [
            "1 × Actualizacion a $575.00, obligatorio",
            "2 × Anualidad a $1,550.00",
        ]

    def test_the_customer_sees_it(self, table, user, boss, signed_in):
        loaded("quotes", table, boss)
        assert "$3,675.00" in signed_in(user).get("/renovacion/").content.decode()

    def test_the_same_again_changes_nothing(self, table, boss):
        loaded("quotes", table, boss)
        (before,) = Quote.objects.values()
        assert loaded("quotes", table, boss) == (0, 0, 1)
        assert list(Quote.objects.values()) == [before]
        assert AuditEvent.objects.filter(action="quote.loaded").count() == 1

    def test_an_open_one_is_changed(self, table, boss):
        loaded("quotes", table, boss)
        quote = Quote.objects.get()
        later = UNTIL + timedelta(days=1)
        other = as_csv(HEADER, [*B[:4], "9.5", "no", later.isoformat()])
        assert loaded("quotes", other, boss) == (0, 1, 0)
        quote.refresh_from_db()
        assert Quote.objects.count() == 1
        assert quote.valid_until == later
        assert says(quote) == [(1, "105077", "Anualidad", 2, Decimal("9.50"), False)]
        event = AuditEvent.objects.filter(action="quote.loaded").latest("pk")
        assert event.data["before"]["valid_until"] == UNTIL.isoformat()
        assert len(event.data["before"]["lines"]) == 2

    def test_one_that_waits_for_its_payment_is_never_changed(self, table, user, boss):
        loaded("quotes", table, boss)
        constancia = factories.make_constancia(user, Quote.objects.get())
        assert loaded("quotes", table, boss) == (0, 0, 1)
        ((line, text),) = problems("quotes", as_csv(HEADER, B), boss)
        assert line == 2
        assert "ya generó su constancia de pago con otra cotización" in text
        assert len(says(Quote.objects.get())) == 2
        cancel_constancia(constancia=constancia, by=user)
        assert loaded("quotes", as_csv(HEADER, B), boss) == (0, 1, 0)

    def test_one_that_was_paid_is_left_alone_and_the_next_is_new(self, table, user, boss, cxc):
        loaded("quotes", table, boss)
        factories.pay(factories.make_constancia(user, Quote.objects.get()), cxc)
        assert loaded("quotes", table, boss) == (0, 0, 1)
        assert loaded("quotes", as_csv(HEADER, B), boss) == (1, 0, 0)
        assert loaded("quotes", table, boss) == (0, 0, 1), "it was bought already"
        assert [quote.status for quote in Quote.objects.order_by("pk")] == ["renewed", "open"]

    def test_lines_of_one_customer_may_stand_apart(self, table, boss):
        other = factories.make_customer(rfc="PEDA800101AB3")
        content = as_csv(HEADER, A, [other.rfc, *A[1:]], B)
        assert loaded("quotes", content, boss) == (2, 0, 0)
        assert [quote.lines.count() for quote in Quote.objects.order_by("pk")] == [2, 1]

    def test_every_problem(self, table, boss):
        yesterday = timezone.localdate() - timedelta(days=1)
        content = as_csv(
            HEADER,
            ["XAXX010101000", "NADA", "", "0", "-1", "", "ayer"],
            A,
            [*A[:6], f"{UNTIL + timedelta(days=1):%d/%m/%Y}"],
            ["PEDA800101AB3", *A[1:6], f"{yesterday:%d/%m/%Y}"],
        )
        assert problems("quotes", content, boss) == [
            (2, "No hay un cliente con el RFC «XAXX010101000». Cargue primero a los clientes."),
            (2, "No hay un producto con el código «NADA». Cárguelo primero."),
            (2, "«Cantidad»: «0» no es un número entero de 1 a 100,000."),
            (2, "«Precio»: el precio es un importe en pesos, y no puede ser negativo."),
            (2, "«Vigente hasta»: la fecha «ayer» no se entiende."),
            (4, "Dice otra vigencia que la línea 3, del mismo RFC."),
            (5, f"La cotización ya venció: dice vigente hasta el {yesterday:%d/%m/%Y}."),
            (5, "No hay un cliente con el RFC «PEDA800101AB3». Cargue primero a los clientes."),
        ]
        assert not Quote.objects.exists()

    def test_amounts_and_lengths_that_no_column_holds(self, table, boss):
        dear = as_csv(HEADER, [RFC, "SP0800", "", "100000", "100,000.00", "", DAY])
        assert problems("quotes", dear, boss)[0][1].startswith("La cotización suma")
        long = as_csv(HEADER, *[A] * 201)
        assert "tiene 201 productos; pueden ser hasta 200" in problems("quotes", long, boss)[0][1]

    def test_queries_do_not_grow_with_the_table(self, products, boss, django_assert_num_queries):
        tables = []
        for first, count in ((1, 1), (10, 3)):
            rfcs = [f"EMP{number:06}AB1" for number in range(first, first + count)]
            for rfc in rfcs:
                factories.make_quote(factories.make_customer(rfc=rfc))
            fresh = factories.make_customer(rfc=f"NUE{first:06}AB1").rfc
            tables.append(
                uploaded("quotes", as_csv(HEADER, *[[r, *A[1:]] for r in [*rfcs, fresh]]), boss)
            )
        for table in tables:
            with django_assert_num_queries(QUERIES_OF_A_LOAD):
                assert apply_table(table=table, by=boss)
