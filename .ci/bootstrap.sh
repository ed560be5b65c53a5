# Sourced by run.sh and test.sh, which stand in the project's folder: makes .venv and installs a lock file into it.
# POSIX sh; needs Python 3.11 or later and nothing else. Only what a first start has to install goes over the network.

UV_VERSION=0.13.8

say() { printf '%s\n' "$*" >&2; }

# The first Python of 3.11 or later, from $PYTHON or PATH.
find_python() {
    for candidate in "${PYTHON:-python3}" python3 python3.11 python3.12 python3.13 python3.14; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

apt="env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=1 -o Acquire::http::Timeout=20"
apt_updated=no
# Installs Debian packages without a word and without a question; fails when this is not root on Debian.
apt_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
    if [ "$apt_updated" = no ]; then
        $apt update </dev/null >/dev/null 2>&1 || true
        apt_updated=yes
    fi
    $apt install -y --no-install-recommends "$@" </dev/null >/dev/null 2>&1
}

make_venv() {
    python=$(find_python) || { say "Python 3.11 or later is needed (set PYTHON to its path)."; return 1; }
    rm -rf .venv
    "$python" -m venv .venv >/dev/null 2>&1 && return 0
    say "Installing python3-venv ..."     # Debian ships Python without it
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    rm -rf .venv
    { apt_install "python$version-venv" || apt_install python3-venv; } && "$python" -m venv .venv >/dev/null 2>&1 && return 0
    rm -rf .venv
    say "Python's venv module does not work here; install it (Debian: apt-get install python3-venv) and start again."
    return 1
}

# bootstrap LOCK: .venv holds exactly what LOCK says. The copy of the lock left in .venv says that it was installed.
bootstrap() {
    lock=$1
    stamp=.venv/installed-$lock
    .venv/bin/python -c '' 2>/dev/null || make_venv || return 1
    cmp -s "$lock" "$stamp" && return 0
    say "Installing the dependencies of $lock ..."
    rm -f "$stamp"
    .venv/bin/python -m pip install -q --disable-pip-version-check "uv==$UV_VERSION" >/dev/null 2>&1 || true
    # uv is several times faster, but it does not read pip's settings (mirrors, certificates), so pip is the second try
    { [ -x .venv/bin/uv ] && .venv/bin/uv pip install -q --compile-bytecode --python .venv/bin/python --require-hashes -r "$lock" 2>/dev/null; } \
        || .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$lock" \
        || { say "The dependencies could not be installed."; return 1; }
    # the project itself, in place, for the `awardapp` command; everything this needs came with the lock
    .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-index --no-build-isolation -e . \
        || { say "The project could not be installed into .venv."; return 1; }
    cp "$lock" "$stamp"
}
