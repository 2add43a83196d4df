#!/usr/bin/env bash
# Runs the portal and its worker until Ctrl-C; when one of them ends, so does the other.
set -euo pipefail
cd "$(dirname "$0")/.."

export PORT=${PORT:-8000}
# .env names the usual port; this run's links must lead to this run's port.
export SITE_URL=${SITE_URL:-http://127.0.0.1:$PORT}

listening() { (: <>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; }

if listening; then
    echo "Port $PORT is in use; end what runs there or choose another: make run PORT=8001" >&2
    exit 1
fi

pids=()
alive() {
    local pid
    for pid in "${pids[@]}"; do
        kill -0 "$pid" 2>/dev/null || return 1
    done
}
any_alive() { kill -0 "${pids[@]}" 2>/dev/null; }
stop() {
    trap '' INT TERM HUP
    kill -TERM "${pids[@]}" 2>/dev/null || true
    for _ in {1..100}; do
        any_alive || break
        sleep 0.1
    done
    kill -KILL "${pids[@]}" 2>/dev/null || true
    wait
}
trap stop EXIT
trap 'exit 0' INT TERM HUP

.venv/bin/gunicorn --config deploy/gunicorn.conf.py --log-level warning facturamos.wsgi &
pids+=($!)
.venv/bin/python manage.py worker &
pids+=($!)

# gunicorn takes the port before the portal is loaded, so only an answer tells that it runs.
answers() (
    exec 3<>"/dev/tcp/127.0.0.1/$PORT"
    printf 'GET /salud/ HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' >&3
    read -r -t 1 status <&3
    [[ $status == HTTP/* ]]
) 2>/dev/null

until answers; do
    alive || break
    sleep 0.1
done
if alive; then
    cat <<ADDRESSES

The portal runs at $SITE_URL/ (Ctrl-C ends it)

  customers  $SITE_URL/        cliente, cliente2, distribuidor
  staff      $SITE_URL/admin/  cxc, ventas, consulta, admin
  password   facturamos-demo
  code       .venv/bin/python manage.py demo_code   (staff; or put JBSWY3DPEHPK3PXP in your telephone)
  mails      var/mail/

ADDRESSES
    wait -n || true
fi
echo "The portal or its worker ended by itself, so both were stopped; see the lines above." >&2
exit 1
