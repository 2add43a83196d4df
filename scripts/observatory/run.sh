#!/usr/bin/env bash
# MDN's HTTP Observatory on this machine: sign-in, panel and admin under production's settings,
# behind TLS with a certificate of our own. Fails when one of them scores less than 130.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/production.sh

need npm nodejs npm
tools=$PWD/var/observatory
install_tools scripts/observatory "$tools"
# Without the lists that its own preparation downloads, no host counts as preloaded.
conf=$tools/node_modules/@mdn/mdn-http-observatory/conf
echo '{}' | tee "$conf/hsts-preload.json" >"$conf/tld-list.json"

serve_production "$tools" panel admin
NODE_EXTRA_CA_CERTS=$dir/ca.pem node scripts/observatory/scan.mjs "$tools" "$PORT" 130 \
    sign-in=/ingresar/ "${pages[@]}" || { show_log; exit 1; }
