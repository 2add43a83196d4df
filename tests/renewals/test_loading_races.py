"""The same table loaded by several people at once, on a real database."""

import os

import pytest

from tests.live import played

pytestmark = pytest.mark.slow


def test_it_is_loaded_once(tmp_path, ready):
    assert played(tmp_path, ready, "tests.renewals.loads_at_once", "5") == ["5 rounds"]


def test_without_row_locks_it_is_loaded_again_where_only_rows_are_locked(tmp_path, ready):
    told = played(tmp_path, ready, "tests.renewals.loads_at_once", "2", "unlocked")
    if "postgres" in os.environ.get("DATABASE_URL", ""):
        assert any("quotes of one table" in line for line in told), told
    else:
        assert told == ["2 rounds"], "SQLite lets one writer in at a time, lock or no lock"
