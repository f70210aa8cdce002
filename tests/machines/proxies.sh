#!/bin/sh
# Sees to it that the tests of several machines find nginx and Caddy: installs them where that is simple, says how elsewhere.
PATH="$PATH:/usr/sbin"
command -v nginx >/dev/null && command -v caddy >/dev/null && exit 0

if [ "$(id -u)" = 0 ] && [ -f /etc/debian_version ]; then
    echo "Installing nginx and caddy for the tests of several machines ..."
    log=$(mktemp)
    export DEBIAN_FRONTEND=noninteractive
    # They are wanted as programs: nothing is to begin to serve here.
    [ -e /usr/sbin/policy-rc.d ] || { printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d; ours=yes; }
    { apt-get update && apt-get install -y --no-install-recommends nginx-light caddy; } >"$log" 2>&1 </dev/null
    done=$?
    [ -z "$ours" ] || rm /usr/sbin/policy-rc.d
    if [ "$done" = 0 ]; then
        rm "$log"
        exit 0
    fi
    tail -n 3 "$log"
fi
echo "No nginx or no Caddy, so the tests of several machines are skipped: sudo apt-get install nginx-light caddy"
