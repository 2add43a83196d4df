"""Imports that are killed, and people who import and decide at the same time."""

import os

import pytest

from tests.live import played

pytestmark = pytest.mark.slow

POINTS = 200


def test_an_import_killed_anywhere_and_run_again_loses_and_doubles_nothing(tmp_path, ready):
    *problems, killed = played(tmp_path, ready, "tests.reconciliation.kills", str(POINTS))
    assert problems == []
    assert int(killed.removesuffix(" killed")) > POINTS * 0.9


def test_the_same_file_and_the_same_deposit_count_once_whoever_is_first(tmp_path, ready):
    assert played(tmp_path, ready, "tests.reconciliation.at_once", "4") == ["4 rounds"]


def test_without_row_locks_one_deposit_is_decided_more_than_once(tmp_path, ready):
    told = played(tmp_path, ready, "tests.reconciliation.at_once", "1", "unlocked")
    if "postgres" in os.environ.get("DATABASE_URL", ""):
        assert len(told) > 1
    else:
        assert told == ["1 rounds"], "SQLite lets one writer in at a time, lock or no lock"
