"""Is the portal alive, and is it ready? For the load balancer and for whoever is on call."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryFile

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from facturamos.models import WorkerHeartbeat

# The worker beats every second or so; a long round may take a while.
SILENCE = timedelta(minutes=5)


@login_not_required
def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
def ready(request: HttpRequest) -> JsonResponse:
    """200 when everything the portal needs works, else 503; says which part does not.

    Only to whoever asks on this machine itself: what comes through a proxy gets 404.
    """
    if not _asked_here(request):
        raise Http404
    parts = {"database": False, "migrations": False, "worker": False, "media": _media_writable()}
    try:
        executor = MigrationExecutor(connection)
        parts["database"] = True
        parts["migrations"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        parts["worker"] = WorkerHeartbeat.objects.filter(
            beat_at__gte=timezone.now() - SILENCE
        ).exists()
    except DatabaseError:
        pass  # the parts that were not reached stay false, which is the answer
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


def _asked_here(request: HttpRequest) -> bool:
    is_local = request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1")
    return is_local and "X-Forwarded-For" not in request.headers


def _media_writable() -> bool:
    try:
        Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=settings.MEDIA_ROOT):
            return True
    except OSError:
        return False
