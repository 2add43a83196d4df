#!/usr/bin/env bash
# MDN's HTTP Observatory on this machine: sign-in, panel and admin under production's settings,
# behind TLS with a certificate of our own. Fails when one of them scores less than 130.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v node npm >/dev/null; then
    echo "Node.js and npm are needed for this target alone: apt-get install nodejs npm" >&2
    exit 1
fi

tools=$PWD/var/observatory
mkdir -p "$tools"
cp scripts/observatory/package*.json scripts/observatory/scan.mjs "$tools"
# Its own preparation would download lists; without them no host counts as preloaded.
npm ci --prefix "$tools" --ignore-scripts --no-audit --no-fund --loglevel=error
conf=$tools/node_modules/@mdn/mdn-http-observatory/conf
echo '{}' | tee "$conf/hsts-preload.json" >"$conf/tld-list.json"

dir=$(mktemp -d)
server=
stop() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    wait
    rm -rf "$dir"
}
trap stop EXIT

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=observatory-ca \
    -keyout "$dir/ca.key" -out "$dir/ca.pem" 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout "$tools/key.pem" -out "$dir/csr" 2>/dev/null
openssl x509 -req -in "$dir/csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial -days 2 \
    -extfile <(echo subjectAltName=DNS:localhost) -out "$tools/cert.pem" 2>/dev/null

SECRET_KEY=$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(50))')
PORT=$(.venv/bin/python -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
export SECRET_KEY PORT
export DATABASE_URL=sqlite:///$dir/db.sqlite3 MEDIA_ROOT=$dir/media STATIC_ROOT=$dir/static
export ALLOWED_HOSTS=localhost SITE_URL=https://localhost EMAIL_URL=smtp+tls://a:b@localhost:587
export DJANGO_SETTINGS_MODULE=facturamos.settings MAIL_DIR=$dir/mail PYTHONPATH=.

# The demo data are for development; then the same database is served as production would.
export ENVIRONMENT=development
.venv/bin/python manage.py migrate --verbosity 0
.venv/bin/python manage.py demo --verbosity 0
mapfile -t pages < <(.venv/bin/python scripts/observatory/sessions.py)
export ENVIRONMENT=production
.venv/bin/python manage.py collectstatic --noinput --verbosity 0
.venv/bin/gunicorn --config deploy/gunicorn.conf.py facturamos.wsgi 2>"$dir/log" &
server=$!
for _ in {1..100}; do
    (: <>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null && break
    sleep 0.1
done
NODE_EXTRA_CA_CERTS=$dir/ca.pem node "$tools/scan.mjs" "$tools" "$PORT" 130 \
    sign-in=/ingresar/ "${pages[@]}" || { tail -n 5 "$dir/log" | cut -c 1-500 >&2; exit 1; }
