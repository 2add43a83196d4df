"""The one place that writes the audit."""

from typing import Any

from django.db import models

from accounts import request_info
from accounts.models import AuditEvent, User


def record(action: str, *, by: User | None, target: models.Model, **data: Any) -> AuditEvent:
    """Write who (`by`; None is the program itself) did what to which row.

    `data` is kept as JSON: what the row said before and after, amounts as text. Call it inside the
    transaction of the change, so that both or neither are there.
    """
    info = request_info.current.get()
    return AuditEvent.objects.create(
        action=action,
        actor_id=by.pk if by else None,
        actor=by.username if by else "el portal",
        target_type=target._meta.label_lower,
        target_id=str(target.pk),
        target=str(target)[:255],
        data=data,
        ip=info.ip,
        request_id=info.request_id,
    )
