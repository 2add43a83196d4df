#!/usr/bin/env bash
# Runs a command with DATABASE_URL pointing at a throw-away PostgreSQL, which is gone afterwards.
# Usage: scripts/with_postgres.sh COMMAND [ARGUMENT...]
set -euo pipefail

[ $# -gt 0 ] || { echo "Usage: $0 COMMAND [ARGUMENT...]" >&2; exit 2; }

# Debian keeps the server's programs off the PATH.
bin=$(find /usr/lib/postgresql/*/bin -name initdb -printf '%h\n' 2>/dev/null | sort -V | tail -n 1)
bin=${bin:-$(dirname "$(command -v initdb || echo /nowhere/initdb)")}
if [ ! -x "$bin/initdb" ]; then
    echo "PostgreSQL is not installed: scripts/system_packages.sh test installs it." >&2
    exit 1
fi

# PostgreSQL refuses to run as root. `cd /`: the other user may not be allowed into this folder.
as_server() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && runuser -u postgres -- "$@")
    else
        (cd / && "$@")
    fi
}

dir=
command_pid=
interrupted=
cleanup() {
    trap '' INT TERM HUP
    [ -n "$dir" ] || return 0
    if [ -e "$dir/data/postmaster.pid" ]; then
        as_server "$bin/pg_ctl" stop --silent --mode=immediate --pgdata="$dir/data" >/dev/null || true
    fi
    rm -rf "$dir"
}
# Ctrl-C already reaches the command itself; TERM and HUP have to be handed on.
hand_on() {
    interrupted=$1
    [ "$2" = INT ] || [ -z "$command_pid" ] || kill -s "$2" "$command_pid" 2>/dev/null || true
    [ -n "$command_pid" ] || exit "$interrupted"
}
trap cleanup EXIT
trap 'hand_on 130 INT' INT
trap 'hand_on 143 TERM' TERM
trap 'hand_on 129 HUP' HUP

dir=$(as_server mktemp -d /tmp/facturamos-postgres.XXXXXX)
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "$password" | as_server tee "$dir/password" >/dev/null
as_server "$bin/initdb" --pgdata="$dir/data" --username=facturamos --auth=scram-sha-256 \
    --pwfile="$dir/password" --locale=C.UTF-8 --encoding=UTF8 --no-sync >/dev/null

# Nothing here must survive a power cut, so nothing waits for the disk.
settings="-c listen_addresses=127.0.0.1 -c unix_socket_directories="
settings+=" -c fsync=off -c synchronous_commit=off -c full_page_writes=off"

# Another program can take a free port between the choice and the start, hence the tries.
for try in 1 2 3 4 5; do
    port=$("${PYTHON:-python3}" -c \
        'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
    as_server "$bin/pg_ctl" start --silent --wait --pgdata="$dir/data" --log="$dir/data/log" \
        --options="$settings -c port=$port" >/dev/null && break
    if [ "$try" = 5 ]; then
        echo "PostgreSQL did not start:" >&2
        tail -n 5 "$dir/data/log" >&2
        exit 1
    fi
done
PGPASSWORD=$password "$bin/createdb" --host=127.0.0.1 --port="$port" --username=facturamos facturamos
export DATABASE_URL="postgres://facturamos:$password@127.0.0.1:$port/facturamos"

# In the background, because bash handles no signal while it waits for a foreground command;
# `trap - INT` and `<&0` give back the Ctrl-C and the input that a background command loses.
(trap - INT; exec "$@") <&0 &
command_pid=$!
code=0
wait "$command_pid" || code=$?
while kill -0 "$command_pid" 2>/dev/null; do
    wait "$command_pid" || code=$?
done
exit "${interrupted:-$code}"
