"""Adds up pytest's XML reports in one line. What did not run counts as failed."""

import sys
from pathlib import Path
from xml.etree import ElementTree

passed = failed = 0
for report in map(Path, sys.argv[1:]):
    suite = ElementTree.parse(report).find("testsuite") if report.exists() else None  # noqa: S314
    if suite is None or suite.get("tests") == "0":
        print(f"{report}: no test ran.")
        failed += 1
        continue
    skipped = int(suite.get("skipped", 0))
    if skipped:
        print(f"{report}: {skipped} skipped, though every test has to run here.")
    bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0)) + skipped
    failed += bad
    passed += int(suite.get("tests", 0)) - bad
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
