"""What the tests of the outbox share; outbox.py writes its mails."""

from datetime import datetime

import pytest
from django.core.mail.backends.locmem import EmailBackend as Delivering
from django.utils import timezone

from tests.facturamos.outbox import NOON


@pytest.fixture
def transport(settings):
    """Our backend, which Django's test runner had replaced; names what carries the mail away."""
    settings.EMAIL_BACKEND = "facturamos.mail.OutboxBackend"

    def carried_by(kind: type) -> None:
        settings.MAIL_TRANSPORT = f"{kind.__module__}.{kind.__qualname__}"

    carried_by(Delivering)
    return carried_by


@pytest.fixture
def moment(monkeypatch):
    """Sets what time it is; at first, noon."""

    def set_to(now: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: now)

    set_to(NOON)
    return set_to
