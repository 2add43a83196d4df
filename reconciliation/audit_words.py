"""What the audit says of statements, movements and claims."""

from collections.abc import Iterator, Sequence

from accounts.audit_sentences import Words
from accounts.audit_words import MOST_FOUND
from reconciliation.models import DepositClaim, Movement, Statement


def _find(words: str, customers: Sequence[int]) -> Iterator[tuple[str, int]]:
    claims = DepositClaim.objects.filter(customer__in=customers)
    for claim in claims.values_list("pk")[:MOST_FOUND]:
        yield DepositClaim._meta.label_lower, claim[0]
    for movement in Movement.objects.filter(tracking_key=words.upper()).values_list("pk"):
        yield Movement._meta.label_lower, movement[0]
    for statement in Statement.objects.filter(original_name=words).values_list("pk"):
        yield Statement._meta.label_lower, statement[0]


WORDS = Words(
    says={
        "Estados de cuenta": {
            "statement.uploaded": "cargó el estado de cuenta {target}",
            "statement.read": "terminó de leer el estado de cuenta {target}",
            "statement.confirming": (
                "pidió confirmar los {movements} pagos exactos del estado de cuenta {target}"
            ),
            "statement.downloaded": "descargó el estado de cuenta {target}",
            "statement.judging": (
                "pidió revisar otra vez los {movements} movimientos que esperan en {target}"
            ),
            "statement.undoing": "pidió deshacer el estado de cuenta {target}: {reason}",
            "tablemapping.saved": "explicó las columnas de la tabla {target}",
            "tablemapping.forgotten": "olvidó la tabla {target}",
        },
        "Movimientos y reclamos": {
            "movement.ignored": "descartó el movimiento {target}: {reason}",
            "movement.undone": "deshizo lo decidido sobre el movimiento {target}: {reason}",
            "depositclaim.made": "reclamó un depósito: {target}",
            "depositclaim.answered": "contestó el reclamo de {target}",
        },
    },
    labels={"answer": "respuesta", "mapping": "columnas", "movements": "movimientos"},
    find=_find,
)
