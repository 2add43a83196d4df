"""Several people of CxC issue the same invoice at once, for real."""

import os

import pytest

from tests.live import played

pytestmark = pytest.mark.slow

PROGRAM = "tests.payments.issuing_at_once"


def test_one_issues_it_and_the_others_are_told(tmp_path, ready):
    *told, files = played(tmp_path, ready, PROGRAM, "4")
    assert told.count("issued") == 4
    assert sum("ya se emitió con el UUID" in sentence for sentence in told) == 12
    assert files == "files: 8"


def test_without_the_lock_the_race_is_there_and_the_row_decides(tmp_path, ready):
    *told, files = played(tmp_path, ready, PROGRAM, "2", "unlocked")
    assert told.count("issued") == 2
    late = sum("acaba de emitir" in sentence for sentence in told)
    if "postgres" in os.environ.get("DATABASE_URL", ""):
        assert late, told
    else:
        assert not late, "SQLite lets one writer in at a time, lock or no lock"
    assert files == "files: 4"
