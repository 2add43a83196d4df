"""The same table loaded by several people at once, on a real database."""

import os
import subprocess
import sys

import pytest

from tests.live import ROOT, fresh_database

pytestmark = pytest.mark.slow


def play(tmp_path, ready, *arguments: str) -> list[str]:
    """What `tests.renewals.loads_at_once` printed on a fresh database."""
    with fresh_database(tmp_path, copied_from=ready.database) as address:
        done = subprocess.run(
            [sys.executable, "-m", "tests.renewals.loads_at_once", *arguments],
            cwd=ROOT,
            env=os.environ
            | {
                "DATABASE_URL": address,
                "MEDIA_ROOT": str(tmp_path / "media"),
                "DJANGO_SETTINGS_MODULE": "facturamos.settings",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_it_is_loaded_once(tmp_path, ready):
    assert play(tmp_path, ready, "5") == ["5 rounds"]


def test_without_row_locks_it_is_loaded_again_where_only_rows_are_locked(tmp_path, ready):
    told = play(tmp_path, ready, "2", "unlocked")
    if "postgres" in os.environ.get("DATABASE_URL", ""):
        assert any("quotes of one table" in line for line in told), told
    else:
        assert told == ["2 rounds"], "SQLite lets one writer in at a time, lock or no lock"
