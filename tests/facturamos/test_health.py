from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from facturamos.models import WorkerHeartbeat

ALL_WELL = {"database": True, "migrations": True, "worker": True, "media": True}


@pytest.fixture
def heartbeat(db):
    """The worker finished a round just now."""
    return WorkerHeartbeat.objects.create(beat_at=timezone.now())


def test_the_process_answers_without_a_database(client):
    response = client.get("/salud/")
    assert (response.status_code, response.content) == (200, b"ok")


def test_it_is_ready_when_everything_works(client, heartbeat):
    response = client.get("/salud/listo/")
    assert (response.status_code, response.json()) == (200, ALL_WELL)


def test_without_a_worker_it_is_not_ready(client, db):
    response = client.get("/salud/listo/")
    assert (response.status_code, response.json()) == (503, {**ALL_WELL, "worker": False})


@pytest.mark.parametrize(("minutes", "status"), [(4, 200), (6, 503)])
def test_a_worker_may_be_silent_for_five_minutes(client, heartbeat, minutes, status):
    WorkerHeartbeat.objects.update(beat_at=timezone.now() - timedelta(minutes=minutes))
    response = client.get("/salud/listo/")
    assert response.status_code == status
    assert response.json()["worker"] is (status == 200)


def test_a_folder_that_cannot_be_written_is_told(client, heartbeat, settings, tmp_path):
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file" / "media"
    response = client.get("/salud/listo/")
    assert (response.status_code, response.json()) == (503, {**ALL_WELL, "media": False})


def test_the_look_at_the_folder_leaves_nothing_behind(client, heartbeat, settings):
    client.get("/salud/listo/")
    assert list(settings.MEDIA_ROOT.iterdir()) == []


def test_a_migration_that_was_not_run_is_told(client, heartbeat):
    MigrationRecorder.Migration.objects.filter(app="payments").delete()
    response = client.get("/salud/listo/")
    assert (response.status_code, response.json()) == (503, {**ALL_WELL, "migrations": False})


def test_a_database_that_does_not_answer_is_told(client, heartbeat):
    def refuse(*_):
        raise OperationalError("the server closed the connection")

    with connection.execute_wrapper(refuse):
        response = client.get("/salud/listo/")
    assert response.status_code == 503
    assert response.json() == {
        "database": False,
        "migrations": False,
        "worker": False,
        "media": True,
    }
