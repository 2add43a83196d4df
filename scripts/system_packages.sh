#!/usr/bin/env bash
# Installs the Debian packages that pip cannot bring. Silent when nothing is missing.
# Usage: scripts/system_packages.sh run|test
set -euo pipefail

python=${PYTHON:-python3}
packages=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-lato)
case ${1:-} in
    run) ;;
    # Playwright brings a Node.js that needs libatomic.
    test) packages+=(chromium libatomic1 postgresql) ;;
    *) echo "Usage: $0 run|test" >&2; exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null; then
    if "$python" -c 'import ctypes.util, sys; sys.exit(not ctypes.util.find_library("pango-1.0"))'; then
        exit 0
    fi
    echo "This is not a Debian system: install Pango, the HarfBuzz subsetter and the Lato fonts" >&2
    echo "(for the tests also Chromium and PostgreSQL), then try again." >&2
    exit 1
fi

# Debian's own Python comes without ensurepip; one from elsewhere needs no package.
"$python" -c 'import ensurepip' 2>/dev/null || packages+=(python3-venv)

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ $status == installed* ]] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
    as_root=(env)
elif sudo -n true 2>/dev/null; then
    as_root=(sudo -n env)
else
    echo "Some Debian packages are missing. Install them with this line, then try again:" >&2
    echo "  sudo apt-get update && sudo apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
fi

echo "Installing Debian packages, which can take some minutes: ${missing[*]}"
apt_get=("${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
"${apt_get[@]}" update
"${apt_get[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null
