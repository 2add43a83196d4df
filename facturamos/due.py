"""Work that can wait: every job of `settings.DUE_JOBS`, run by the worker or by cron.

The rows are the truth: a job looks for what is due and does it, so a run that was missed, killed
or doubled changes nothing but the hour.
"""

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone
from django.utils.module_loading import import_string

from facturamos.models import WorkerHeartbeat
from facturamos.texts.in_force import read_once

log = logging.getLogger(__name__)


def run_due() -> dict[str, int]:
    """Run each due job once; returns what each did, by name.

    A job that fails is logged and counted as -1; the others still run. The heartbeat is written
    at the end of the round.
    """
    done = {}
    for name in settings.DUE_JOBS:
        job: Callable[[], int] = import_string(name)
        try:
            with read_once():
                done[name] = job()
        except Exception:  # one job's failure must not stop the others
            log.exception("The job %s failed", name)
            done[name] = -1
    try:
        WorkerHeartbeat.objects.update_or_create(pk=1, defaults={"beat_at": timezone.now()})
    finally:
        close_old_connections()
    return done
