"""What left the admin is written down."""

from typing import Any

from django.db import models

from accounts import audit
from accounts.models import User


def record_export(
    *,
    by: User,
    model: type[models.Model],
    file_format: str,
    filters: dict[str, Any],
    rows: int,
) -> None:
    """Somebody took that many rows of a list with them (`facturamos.admin_exports` calls it)."""
    audit.record(
        "list.exported",
        by=by,
        target=by,
        list=str(model._meta.verbose_name_plural),
        format=file_format.upper(),
        filters=filters,
        rows=rows,
    )
