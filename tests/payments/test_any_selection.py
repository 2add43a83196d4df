"""Whatever is quoted and picked, the constancia says the same, to the cent, on a real database."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments.services import issue_constancia
from tests import factories

pytestmark = pytest.mark.slow

prices = st.decimals(min_value="0.01", max_value="99999.99", places=2)
lines = st.lists(st.tuples(prices, st.integers(1, 40), st.booleans()), min_size=1, max_size=6)


@given(lines=lines)
@settings(
    max_examples=40,
    deadline=None,
    # The database is the same for all examples; each takes back what it wrote.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_constancia_equals_the_selection_of_its_quote(user, lines):
    with transaction.atomic():
        factories.make_bank_account()
        quoted = [
            (f"P{n}", f"Producto {n}", quantity, str(price), False)
            for n, (price, quantity, _) in enumerate(lines)
        ]
        quote = factories.make_quote(user.customer, quoted)
        wanted = [picked for _, _, picked in lines]
        wanted[0] = True  # something has to be picked
        rows = list(quote.lines.all())
        picked = {row.pk for row, take in zip(rows, wanted, strict=True) if take}
        constancia = issue_constancia(quote=quote, picked=picked, seen_total=None, by=user)
        constancia.refresh_from_db()

        subtotal = sum(
            (q * p for (p, q, _), take in zip(lines, wanted, strict=True) if take), Decimal(0)
        )
        total = (subtotal * Decimal("1.16")).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert (constancia.subtotal, constancia.total) == (subtotal, total)
        printed = [(line.code, line.included, line.amount) for line in constancia.lines.all()]
        assert printed == [
            (f"P{n}", take, q * p if take else Decimal(0))
            for n, ((p, q, _), take) in enumerate(zip(lines, wanted, strict=True))
        ]
        transaction.set_rollback(True)
