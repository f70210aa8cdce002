#!/bin/sh
# Sees to it that the browser tests find a Chromium: installs it where that is simple, says how elsewhere.
[ -n "$CHROMIUM" ] && exit 0
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null && exit 0
done

if [ "$(id -u)" = 0 ] && [ -f /etc/debian_version ]; then
    echo "Installing chromium and fonts-noto-cjk for the browser tests ..."
    log=$(mktemp)
    export DEBIAN_FRONTEND=noninteractive
    if { apt-get update && apt-get install -y --no-install-recommends chromium fonts-noto-cjk; } >"$log" 2>&1 </dev/null; then
        rm "$log"
        exit 0
    fi
    tail -n 3 "$log"
fi
echo "No Chromium, so the browser tests are skipped: sudo apt-get install chromium fonts-noto-cjk, or CHROMIUM=/path/to/it make test"
