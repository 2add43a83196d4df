"""Large deposits take two people: one brings them from the bank, another confirms (ADR 14)."""

from decimal import Decimal

from django.conf import settings

from facturamos.money import format_money


def two_people_problem(amount: Decimal, *, by: int, brought_by: int | None) -> str:
    """Why that person (id) may not confirm so much money (MXN) alone; empty when they may.

    `brought_by` loaded the statement that shows it; None when nothing but their word does.
    """
    limit: Decimal | None = settings.TWO_PEOPLE_ABOVE
    if limit is None or amount <= limit or brought_by not in (None, by):
        return ""
    if brought_by is None:
        return (
            f"Lo que pasa de {format_money(limit)} no se confirma a mano: solo desde un estado de "
            "cuenta que haya cargado otra persona."
        )
    return (
        f"Pasa de {format_money(limit)} y usted mismo cargó el estado de cuenta: lo tiene que "
        "confirmar otra persona."
    )
