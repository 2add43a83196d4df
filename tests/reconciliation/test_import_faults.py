"""Imports that are killed, and people who import and decide at the same time."""

import os
import subprocess
import sys

import pytest

from tests.live import ROOT, fresh_database

pytestmark = pytest.mark.slow

POINTS = 200


def run(folder, ready, module: str, *options: str) -> list[str]:
    """What the program printed, on a fresh database and with files of its own."""
    with fresh_database(folder, copied_from=ready.database) as address:
        done = subprocess.run(
            [sys.executable, "-m", f"tests.reconciliation.{module}", *options],
            cwd=ROOT,
            env=os.environ
            | {
                "DATABASE_URL": address,
                "DJANGO_SETTINGS_MODULE": "facturamos.settings",
                "MEDIA_ROOT": str(folder / "media"),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_an_import_killed_anywhere_and_run_again_loses_and_doubles_nothing(tmp_path, ready):
    *problems, killed = run(tmp_path, ready, "kills", str(POINTS))
    assert problems == []
    assert int(killed.removesuffix(" killed")) > POINTS * 0.9


def test_the_same_file_and_the_same_deposit_count_once_whoever_is_first(tmp_path, ready):
    assert run(tmp_path, ready, "at_once", "4") == ["4 rounds"]


def test_without_row_locks_one_deposit_is_decided_more_than_once(tmp_path, ready):
    told = run(tmp_path, ready, "at_once", "1", "unlocked")
    if "postgres" in os.environ.get("DATABASE_URL", ""):
        assert len(told) > 1
    else:
        assert told == ["1 rounds"], "SQLite lets one writer in at a time, lock or no lock"
