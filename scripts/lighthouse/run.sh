#!/usr/bin/env bash
# Lighthouse on this machine: the road's pages under production's settings, behind TLS with a
# certificate of our own, as a telephone on a slow line. Fails when one is under its bar.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/production.sh

need npm nodejs npm
tools=$PWD/var/lighthouse
install_tools scripts/lighthouse "$tools"
serve_production "$tools" notice panel quote constancia
CHROME_PATH=${CHROME_PATH:-/usr/bin/chromium} node scripts/lighthouse/run.mjs "$tools" "$PORT" \
    sign-in=/ingresar/ "${pages[@]}" || { show_log; exit 1; }
