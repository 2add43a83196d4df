#!/usr/bin/env bash
# The Nu Html Checker over every page of the road, and what each page weighs on the line: fails on
# what is not valid and on what is too heavy. The desk's pages are only told of.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/production.sh

need npm nodejs npm
if ! java -version 2>&1 | grep -qE 'version "(1[7-9]|[2-9][0-9])'; then
    echo "Java 17 or newer is needed for this target alone: apt-get install default-jre-headless" >&2
    exit 1
fi
tools=$PWD/var/html
install_tools scripts/html "$tools"
rm -rf "$tools/pages"
mkdir -p "$tools/pages"

prepare_production
.venv/bin/python scripts/html/road.py "$tools/pages" 2>"$dir/log" || { show_log; exit 1; }
export DATABASE_URL=sqlite:///$dir/desk.sqlite3
.venv/bin/python manage.py migrate --verbosity 0
.venv/bin/python scripts/html/everything.py "$tools/pages" 2>"$dir/log" || { show_log; exit 1; }
java -Xmx512m -jar "$tools/node_modules/vnu-jar/build/dist/vnu.jar" --format json --exit-zero-always \
    --stdout "$tools"/pages/*.html >"$tools/messages.json"
.venv/bin/python scripts/html/check.py "$tools"
