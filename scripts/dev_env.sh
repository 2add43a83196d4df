#!/usr/bin/env bash
# Makes .env for development, unless there is one.
set -euo pipefail
cd "$(dirname "$0")/.."

[ ! -e .env ] || exit 0

umask 077
key=$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(50))')
cat >.env.new <<SETTINGS
# Settings of this development machine; deploy/env.example explains them.
ENVIRONMENT=development
SECRET_KEY=$key
ALLOWED_HOSTS=127.0.0.1,localhost
SITE_URL=http://127.0.0.1:8000
SETTINGS
mv .env.new .env
echo "Wrote .env with the settings for development."
