#!/bin/sh
# Checks and tests the award system with real parts, which it gets itself: a broker, PostgreSQL and a browser.
# `./test.sh` does everything; with arguments (`./test.sh -k jury`) it only runs pytest with them. What could not be had on
# this machine is named in the last lines; with CI=true a missing part fails the run.
set -eu
cd "$(dirname "$0")"
. ./.ci/bootstrap.sh
bootstrap requirements.lock

has() {
    for program in "$@"; do command -v "$program" >/dev/null 2>&1 && return 0; done
    return 1
}

# A part the machine lacks is installed when this is root on Debian; the wheels stand in for Redis and PostgreSQL elsewhere.
has redis-server valkey-server || apt_install redis-server || true
if [ -z "${CHROMIUM:-}" ] && ! has chromium chromium-browser google-chrome-stable google-chrome chrome; then
    say "Installing Chromium ..."
    apt_install chromium || true
fi
.venv/bin/python -m tests.support.parts || {
    .venv/bin/python -m tests.support.parts --missing || true
    exit 1
}

failed=
check() {                                 # check NAME COMMAND...: run all of them, fail at the end
    name=$1
    shift
    printf '== %s\n' "$name"
    .venv/bin/python "$@" || failed="$failed${failed:+, }$name"
}

if [ $# -eq 0 ]; then
    check 'ruff check' -m ruff check .
    check 'ruff format' -m ruff format --check .
    check 'import contracts' .venv/bin/lint-imports
    check mypy -m mypy awardapp worker
    set -- -n 3 --dist loadfile --no-loadscope-reorder     # three at a time, each file whole in one of them; many only wait
fi
check pytest -m pytest "$@"

.venv/bin/python -m tests.support.parts --missing || failed="$failed${failed:+, }missing parts"
if [ -n "$failed" ]; then
    printf 'Failed: %s\n' "$failed"
    exit 1
fi
