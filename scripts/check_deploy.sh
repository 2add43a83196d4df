#!/usr/bin/env bash
# Django's deployment checks, under settings like a real server's.
set -euo pipefail
cd "$(dirname "$0")/.."

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/media" "$dir/static"

export ENVIRONMENT=production
SECRET_KEY=$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(50))')
export SECRET_KEY
export ALLOWED_HOSTS=portal.example.com
export SITE_URL=https://portal.example.com
export DATABASE_URL=sqlite:///$dir/db.sqlite3
export MEDIA_ROOT=$dir/media
export STATIC_ROOT=$dir/static
export EMAIL_URL=smtp+tls://portal:password@smtp.example.com:587
.venv/bin/python manage.py check --deploy --fail-level WARNING
