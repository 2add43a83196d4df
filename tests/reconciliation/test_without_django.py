"""Reading and matching need no Django."""

import subprocess
import sys


def test_reconciling_knows_no_django():
    modules = "parsers, matching, fingerprints, order, references_in_text"
    program = f"from reconciliation import {modules}; import sys; print('django' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert ended.stdout.strip() == b"False"
