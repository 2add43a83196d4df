#!/usr/bin/env bash
# Runs every test on SQLite and on PostgreSQL, the journeys in a browser on one of them, and ends
# with one line that counts both runs.
set -euo pipefail
cd "$(dirname "$0")/.."

reports=var/test-reports
rm -rf "$reports"
mkdir -p "$reports" var/static  # WhiteNoise warns when it has no folder to serve

failed=0
echo "Tests on SQLite"
.venv/bin/pytest -n auto --dist worksteal -m "not browser and not postgresql" \
    --junitxml="$reports/sqlite.xml" || failed=1
echo "Tests on PostgreSQL"
scripts/with_postgres.sh .venv/bin/pytest -n auto --dist worksteal -m "not no_database" \
    --junitxml="$reports/postgresql.xml" || failed=1

.venv/bin/python scripts/count_tests.py "$reports"/sqlite.xml "$reports"/postgresql.xml || failed=1
exit "$failed"
