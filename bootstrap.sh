#!/bin/sh
# Makes .venv with the locked packages: `bootstrap.sh run` what the product needs, `bootstrap.sh dev` the tests' too.
# On Debian it installs the few system libraries that are missing, or says the one line to run.
set -eu
cd "$(dirname "$0")"

case "${1:-run}" in
run) lock=requirements.lock ;;
dev) lock=requirements-dev.lock ;;
*) echo "usage: bootstrap.sh [run|dev]" >&2; exit 2 ;;
esac

python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "wanted Python 3.11 or newer, got $("$python" --version 2>&1); set PYTHON to another one" >&2
    exit 1
}

missing=""
"$python" -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
for library in libGL.so.1:libgl1 libglib-2.0.so.0:libglib2.0-0; do
    "$python" -c "import ctypes; ctypes.CDLL('${library%%:*}')" 2>/dev/null || missing="$missing ${library##*:}"
done

# The tests start a Redis server of their own; where it cannot be installed they skip what needs one.
wished=""
[ "${1:-run}" = run ] || command -v redis-server >/dev/null || wished=" redis-server"
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && missing="$missing$wished"

if [ -n "$missing" ]; then
    # Not every account may install, and not every machine is Debian: then the line is for a person to run.
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq
        # shellcheck disable=SC2086  # a list of package names
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
    else
        echo "missing system packages; run: sudo apt-get update && sudo apt-get install -y$missing" >&2
        exit 1
    fi
fi

[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --use-pep517 --require-hashes -r "$lock"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
