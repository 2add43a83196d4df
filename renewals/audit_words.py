"""What the audit says of products, quotes and version 4.0."""

from collections.abc import Iterator, Sequence

from accounts.audit_sentences import Words
from renewals.models import MigrationNotice, Product, Quote


def _find(words: str, customers: Sequence[int]) -> Iterator[tuple[str, int]]:
    for quote in Quote.objects.filter(customer__in=customers).values_list("pk", flat=True):
        yield Quote._meta.label_lower, quote
    for notice in MigrationNotice.objects.filter(customer__in=customers).values_list(
        "pk", flat=True
    ):
        yield MigrationNotice._meta.label_lower, notice
    for product in Product.objects.filter(code__iexact=words).values_list("pk", flat=True):
        yield Product._meta.label_lower, product


WORDS = Words(
    says={
        "Productos y cotizaciones": {
            "product.loaded": "cargó de una tabla el producto {target}",
            "quote.loaded": "cargó de una tabla la {lower}",
            "quote.offered": "ofreció la {lower}",
            "quote.postponed": "dejó para después la {lower}",
        },
        "Versión 4.0": {
            "migration_notice.unlocked": "abrió la {lower}",
            "migration_notice.locked": "cerró la {lower}",
            "migration_notice.acknowledged": "siguió adelante desde el aviso de la {lower}",
        },
    },
    names={
        "product": "el producto {target}",
        "quote": "la {lower}",
        "quoteline": "el renglón {target}",
    },
    labels={"lines": "renglones", "unlocked_at": "abierta desde"},
    find=_find,
)
