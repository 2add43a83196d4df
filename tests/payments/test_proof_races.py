"""The same proof from several clicks, and several answers to it, at once on a real database."""

import os
import subprocess
import sys

import pytest

from tests.live import ROOT, fresh_database, played

pytestmark = pytest.mark.slow


PROGRAM = "tests.payments.proofs_at_once"


def test_one_proof_one_answer_and_no_file_too_many(tmp_path, ready):
    assert played(tmp_path, ready, PROGRAM, "8") == ["8 rounds"]


def test_without_row_locks_there_are_more_where_only_rows_are_locked(tmp_path, ready):
    told = played(tmp_path, ready, PROGRAM, "2", "unlocked")
    if "postgres" in os.environ.get("DATABASE_URL", ""):
        assert any("proofs of one picture" in line for line in told), told
    else:
        assert told == ["2 rounds"], "SQLite lets one writer in at a time, lock or no lock"


def test_a_process_killed_before_its_rows_leaves_only_what_the_sweeper_takes(tmp_path, ready):
    killed = (
        "import os, django; django.setup()\n"
        "from payments import proofs\n"
        "from tests import factories\n"
        "proofs._record = lambda *_: os.kill(os.getpid(), 9)\n"
        "user = factories.make_consenting_user()\n"
        "factories.send_proof(factories.make_constancia(user))\n"
    )
    swept = (
        "import os, time, django; django.setup()\n"
        "from pathlib import Path\n"
        "from django.conf import settings\n"
        "from payments.models import PaymentProof\n"
        "from payments.sweeping import sweep_orphans\n"
        "(left,) = [p for p in Path(settings.MEDIA_ROOT).rglob('*') if p.is_file()]\n"
        "os.utime(left, (time.time() - 90000,) * 2)\n"
        "print(PaymentProof.objects.count(), sweep_orphans(), left.exists())\n"
    )
    with fresh_database(tmp_path, copied_from=ready.database) as address:
        environment = os.environ | {
            "DATABASE_URL": address,
            "MEDIA_ROOT": str(tmp_path / "media"),
            "DJANGO_SETTINGS_MODULE": "facturamos.settings",
        }

        def run(program: str) -> subprocess.CompletedProcess:
            return subprocess.run(
                [sys.executable, "-c", program],
                cwd=ROOT,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )

        assert run(killed).returncode == -9
        done = run(swept)
    assert done.stdout == "0 1 False\n", done.stderr
