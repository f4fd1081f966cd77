#!/bin/sh
# Finds a Chromium for the browser journeys; installs Debian's where we may, else says the line.
set -eu
for name in "${KAMKOR_CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
line="apt-get install -y -o DPkg::Lock::Timeout=300 chromium"
if [ "$(id -u)" = 0 ] && [ -e /etc/debian_version ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser journeys: $line" >&2
    export DEBIAN_FRONTEND=noninteractive
    if $line >/dev/null 2>&1; then exit 0; fi
    # The list of packages may be old or empty.
    apt-get update -o DPkg::Lock::Timeout=300 >/dev/null 2>&1 || true
    if $line >/dev/null; then exit 0; fi
fi
echo "The browser journeys need Chromium. Install it, or set KAMKOR_CHROMIUM to its path:" >&2
echo "  sudo $line" >&2
exit 1
