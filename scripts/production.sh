# Sourced by scripts that look at the portal as production serves it. `serve_production TOOLS NAME…`
# leaves it running on 127.0.0.1:$PORT with the demo data until the script ends, puts cert.pem and
# key.pem for a front with TLS into TOOLS and their authority into $dir/ca.pem, and $pages is
# NAME=PATH=COOKIE for each NAME that scripts/sessions.py knows.

need() { # COMMAND PACKAGE...
    command -v "$1" >/dev/null && return
    echo "$1 is needed for this target alone: apt-get install ${*:2}" >&2
    exit 1
}

install_tools() { # FOLDER with package.json and its lock; into TOOLS
    cmp --silent "$1/package-lock.json" "$2/installed" && return
    mkdir -p "$2"
    cp "$1"/package*.json "$2"
    # Scripts of packages would download what is not locked.
    npm ci --prefix "$2" --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
    cp "$1/package-lock.json" "$2/installed"
}

dir=$(mktemp -d)
server=
stop() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    wait
    rm -rf "$dir"
}
trap stop EXIT

make_certificate() {
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority-of-this-machine \
        -keyout "$dir/ca.key" -out "$dir/ca.pem" 2>/dev/null
    openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout "$1/key.pem" -out "$dir/csr" 2>/dev/null
    openssl x509 -req -in "$dir/csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial -days 2 \
        -extfile <(echo subjectAltName=DNS:localhost) -out "$1/cert.pem" 2>/dev/null
}

prepare_production() {
    SECRET_KEY=$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(50))')
    export SECRET_KEY DATABASE_URL=sqlite:///$dir/db.sqlite3
    export MEDIA_ROOT=$dir/media STATIC_ROOT=$dir/static MAIL_DIR=$dir/mail
    export ALLOWED_HOSTS=localhost SITE_URL=https://localhost EMAIL_URL=smtp+tls://a:b@localhost:587
    export DJANGO_SETTINGS_MODULE=facturamos.settings PYTHONPATH=.
    # The demo data are for development; then the same database is served as production would.
    export ENVIRONMENT=development
    .venv/bin/python manage.py migrate --verbosity 0
    .venv/bin/python manage.py demo >/dev/null
    export ENVIRONMENT=production
    .venv/bin/python manage.py collectstatic --noinput --verbosity 0
}

serve_production() {
    need openssl openssl
    make_certificate "$1"
    prepare_production
    .venv/bin/python scripts/sessions.py "${@:2}" >"$dir/pages" 2>"$dir/log" || { show_log; exit 1; }
    mapfile -t pages <"$dir/pages"
    PORT=$(.venv/bin/python -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
    export PORT
    .venv/bin/gunicorn --config deploy/gunicorn.conf.py facturamos.wsgi 2>>"$dir/log" &
    server=$!
    for _ in {1..100}; do
        (: <>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null && return
        sleep 0.1
    done
    echo "The portal did not start:" >&2
    show_log
    exit 1
}

show_log() { tail -n 5 "$dir/log" | cut -c 1-500 >&2; }
