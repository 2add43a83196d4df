#!/usr/bin/env bash
# Runs every test on SQLite and on PostgreSQL and ends with one line that counts both runs.
set -euo pipefail
cd "$(dirname "$0")/.."

reports=var/test-reports
rm -rf "$reports"
mkdir -p "$reports"

# The journeys serve the portal as it is served in earnest, with hashed names for static files.
ENVIRONMENT=development .venv/bin/python manage.py collectstatic --noinput --verbosity 0

failed=0
echo "Tests on SQLite"
.venv/bin/pytest --junitxml="$reports/sqlite.xml" || failed=1
echo "Tests on PostgreSQL"
scripts/with_postgres.sh .venv/bin/pytest --junitxml="$reports/postgresql.xml" || failed=1

.venv/bin/python scripts/count_tests.py "$reports"/sqlite.xml "$reports"/postgresql.xml || failed=1
exit "$failed"
