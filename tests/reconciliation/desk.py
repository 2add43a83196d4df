"""CxC's desk as a test sits at it: deposits that wait, and the buttons of their pages."""

import re

from payments.models import Constancia
from reconciliation.models import Movement
from tests.reconciliation.bank import imported, spei, statement

QUEUE = "/admin/reconciliation/movement/"
WHY = "Así lo dijo el cliente por teléfono."
HOSTILE = ["\x00", "x\x00y", "9" * 5000, "ñ" * 100_000, "%_\\'\"<script>", "\U0001f4b8" * 300]


def page_of(movement) -> str:
    return f"{QUEUE}{movement.pk}/change/"


def action_of(movement, word: str) -> str:
    return f"{QUEUE}{movement.pk}/{word}/"


def text_of(page) -> str:
    """What is on the page, without its tags and spacing."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def deposit(by, amount: str = "1305.00", constancia=None, **fields) -> Movement:
    """A deposit of a statement of its own; without a constancia, nobody's."""
    rows = Movement.objects.count()
    read = imported(
        statement(spei(constancia, amount, folio=rows + 1, **fields), opening=f"{rows}.00"), by
    )
    return read.movements.get()


def apply(client, movement, constancia, missing=None, **fields):
    """Press the button of a constancia, as the page had it."""
    row = Constancia.objects.with_paid().get(pk=constancia.pk)
    data = {
        "constancia": row.pk,
        "missing": missing or f"{row.missing:.2f}",
        "reason": WHY,
        **fields,
    }
    return client.post(action_of(movement, "aplicar"), data, follow=True)


def rows(*pairs: tuple[str, str], total: int | None = None) -> dict[str, str]:
    """The rows of "repartir" as a browser sends them."""
    data = {
        "partes-TOTAL_FORMS": str(total or len(pairs)),
        "partes-INITIAL_FORMS": "0",
        "reason": WHY,
    }
    for number, (reference, amount) in enumerate(pairs):
        data |= {f"partes-{number}-reference": reference, f"partes-{number}-amount": amount}
    return data
