"""Who pays for whom, as the bank names them: remembered from their payments while one stands."""

from collections.abc import Collection, Iterable

from django.db.models import QuerySet

from reconciliation.expected import NamesPayer, payer_keys
from reconciliation.models import Application, KnownPayer

LONGEST = 180


def remember(pairs: Iterable[tuple[NamesPayer, int]]) -> None:
    """These movements paid for these customers (ids)."""
    KnownPayer.objects.bulk_create(
        [
            KnownPayer(key=key, customer_id=customer)
            for movement, customer in pairs
            for key in sorted(_keys(movement))
        ],
        ignore_conflicts=True,
    )


def forget(movements: Collection[int]) -> None:
    """Payments of these movements (ids) were taken back: whoever paid for a customer with nothing
    else that stands is not known to pay for them."""
    taken_back = Application.objects.filter(
        movement__among=movements, payment__reversal__isnull=False
    )
    doubtful = _told_by(taken_back)
    if not doubtful:
        return
    customers = {customer for customer, _ in doubtful}
    standing = Application.objects.filter(
        payment__constancia__customer__among=customers, payment__reversal__payment=None
    )
    gone = doubtful - _told_by(standing)
    rows = KnownPayer.objects.filter(
        customer__among=customers, key__among={key for _, key in gone}
    ).values_list("pk", "customer_id", "key")
    ids = [pk for pk, customer, key in rows if (customer, key) in gone]
    KnownPayer.objects.filter(pk__among=ids).delete()


def _told_by(applications: "QuerySet[Application]") -> set[tuple[int, str]]:
    """Customers (ids), and the keys of who paid for them."""
    rows = applications.select_related("movement", "payment__constancia")
    return {
        (row.payment.constancia.customer_id, key) for row in rows for key in _keys(row.movement)
    }


def _keys(movement: NamesPayer) -> set[str]:
    return {key[:LONGEST] for key in payer_keys(movement)}
