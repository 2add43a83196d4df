"""Bank statements, their movements, and the customers' claims."""

from reconciliation.models.claim import DepositClaim
from reconciliation.models.movement import (
    Application,
    KnownPayer,
    Movement,
    MovementComment,
    MovementQuerySet,
    Sighting,
)
from reconciliation.models.statement import Statement, TableMapping

__all__ = [
    "Application",
    "DepositClaim",
    "KnownPayer",
    "Movement",
    "MovementComment",
    "MovementQuerySet",
    "Sighting",
    "Statement",
    "TableMapping",
]
