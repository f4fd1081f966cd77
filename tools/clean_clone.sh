#!/bin/sh
# The demo once, from a clone of what is committed, in an empty folder with nothing beside it.
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
unset KAMKOR_DATA DATABASE_URL PYTHONPATH VIRTUAL_ENV MAKEFLAGS MAKELEVEL 2>/dev/null || true
git clone --quiet --no-hardlinks . "$folder/kamkor"
make -C "$folder/kamkor" --no-print-directory demo ARGS="--once"
