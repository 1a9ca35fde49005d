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
# The tests start servers of their own, and skip where there is none; Debian keeps PostgreSQL's programs out of PATH.
servers=""
if [ "${1:-run}" = dev ]; then
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || servers="$servers postgresql"
    command -v redis-server >/dev/null || servers="$servers redis-server"
    # Debian's own Python serves RTSP, whichever Python runs the tests; the encoders come with the server.
    /usr/bin/python3 -c 'import gi; gi.require_version("GstRtspServer", "1.0")' 2>/dev/null ||
        servers="$servers python3-gi gir1.2-gst-rtsp-server-1.0"
fi

if [ -n "$missing$servers" ]; then
    # Not every account may install, and not every machine is Debian: then the line is for a person to run.
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq
        # shellcheck disable=SC2086  # lists of package names
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing $servers
    elif [ -z "$missing" ]; then
        echo "some tests will skip; to run them too: sudo apt-get update && sudo apt-get install -y$servers" >&2
    else
        echo "missing system packages; run: sudo apt-get update && sudo apt-get install -y$missing" >&2
        exit 1
    fi
fi

[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --use-pep517 --require-hashes -r "$lock"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
