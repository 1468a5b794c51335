#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs the Debian packages that the tests and the demo need, and nothing where all are there.
# Arguments are further packages.
#
# Leaves the machine's mail alone: Postfix comes without a configuration, none of its services is
# started, no package is removed for it. Needs root, or sudo.
set -euo pipefail

packages=(postfix postfix-pcre mandoc python3 systemd apparmor "$@")
# cargo links with the C compiler; who has one under another name needs no second one.
command -v cc >/dev/null || packages+=(gcc libc6-dev)

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} = 0 ]; then
    echo "install: all there (${packages[*]})"
    exit 0
fi

if ! command -v apt-get >/dev/null; then
    echo "install: this is no Debian; please install by hand what matches: ${missing[*]}" >&2
    exit 1
fi
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "install: needs root, or sudo, to install: ${missing[*]}" >&2
        exit 1
    fi
    echo "install: asking sudo, to install: ${missing[*]}"
    exec sudo "$0" "$@"
fi
echo "install: installing by apt-get: ${missing[*]}"

# Debian asks this file before it starts a service; 101 is "no". What stood there comes back.
policy=/usr/sbin/policy-rc.d
kept=$policy.before-pii-milter
log=$(mktemp)
put_back() {
    rm -f "$policy"
    [ ! -e "$kept" ] || mv "$kept" "$policy"
    rm -f "$log"
}
# A run that was killed has left it: that one is the machine's own.
[ -e "$kept" ] || [ ! -e "$policy" ] || mv "$policy" "$kept"
trap put_back EXIT
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"

case " ${missing[*]} " in *" postfix "*)
    echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections ;;
esac
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get -q update && apt-get -qy install --no-install-recommends --no-remove "${missing[@]}"; } \
    >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "install: apt-get failed, see above; nothing was removed. Another mail server in the way?" >&2
    exit 1
fi
echo "install: done; none of its services was started"
