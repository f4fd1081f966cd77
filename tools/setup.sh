#!/bin/sh
# Builds .venv: `setup.sh base` for the service alone, `setup.sh dev` with tests and checks.
# A stamp holds what is installed, so that a second run only compares.
set -eu
cd "$(dirname "$0")/.."
wanted=$1
python=${PYTHON:-python3.11}
venv=.venv
say() { [ -n "${KAMKOR_QUIET:-}" ] || echo "$*" >&2; }

installed() { # dev holds all of base
    cmp -s "requirements/$1.txt" "$venv/installed-$1.txt"
}
if [ -x "$venv/bin/kamkor" ] && "$venv/bin/python" -c '' 2>/dev/null; then
    if installed "$wanted"; then exit 0; fi
    if [ "$wanted" = base ] && installed dev && cmp -s requirements/base.txt "$venv/base-of-dev.txt"
    then exit 0; fi
fi

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        echo "Kamkor needs Python 3.11: make setup PYTHON=/path/to/python3.11" >&2
        exit 2
    fi
    say "Making the environment in $venv"
    if ! "$python" -m venv --clear "$venv"; then
        echo "This Python has no venv. On Debian: apt-get install -y python3.11-venv" >&2
        exit 2
    fi
fi

say "Installing requirements/$wanted.txt"
rm -f "$venv/installed-$wanted.txt"
"$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-input \
    --require-hashes -r "requirements/$wanted.txt"

# The package itself is not built: its folder is put on the path, its command beside Python's.
packages=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo ../../../../src >"$packages/kamkor.pth"
cat >"$venv/bin/kamkor" <<'COMMAND'
#!/bin/sh
exec "$(dirname "$0")/python" -m kamkor "$@"
COMMAND
chmod 755 "$venv/bin/kamkor"

[ "$wanted" = base ] || cp requirements/base.txt "$venv/base-of-dev.txt"
cp "requirements/$wanted.txt" "$venv/installed-$wanted.txt"
say "Ready: $venv"
