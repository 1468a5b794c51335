#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs the Debian packages that the tests and the demo need, and nothing where all are there.
# `tests/install.sh packages NAME...` installs those as well, and unpacks nothing.
#
# Leaves the machine's mail alone: Postfix comes without a configuration, none of its services is
# started, no package is removed for it. Needs root, or sudo. Sendmail, which Debian does not let stand
# beside Postfix, and OpenDKIM are not installed at all: their packages are unpacked into the cache.
set -euo pipefail

packages=(postfix postfix-pcre mandoc python3 m4 openssl systemd apparmor)
further=()
[ "${1:-}" != packages ] || further=("${@:2}")
packages+=("${further[@]}")
# cargo links with the C compiler; who has one under another name needs no second one.
command -v cc >/dev/null || packages+=(gcc libc6-dev)

# What is unpacked, and where: tests/mta/unpacked.rs looks there.
unpacked=(sendmail-bin sendmail-base sendmail-cf opendkim)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/pii-milter/debian

is_installed() {
    [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]
}

install_missing() {
    local missing=()
    for package in "${packages[@]}"; do
        is_installed "$package" || missing+=("$package")
    done
    if [ ${#missing[@]} = 0 ]; then
        echo "install: all there (${packages[*]})"
        return
    fi
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "install: needs root, or sudo, to install: ${missing[*]}" >&2
            exit 1
        fi
        echo "install: asking sudo, to install: ${missing[*]}"
        sudo "$0" packages "${further[@]}"
        return
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
}

# The packages and those of their libraries that the machine does not have, each once.
wanted() {
    local all=("${unpacked[@]}") at=0 library
    while [ $at -lt ${#all[@]} ]; do
        for library in $(apt-cache depends --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
            --no-enhances "${all[$at]}" | sed -n 's/^ *|\?Depends: \(lib[^<>:]*\)$/\1/p'); do
            is_installed "$library" && continue
            case " ${all[*]} " in *" $library "*) continue ;; esac
            all+=("$library")
        done
        at=$((at + 1))
    done
    echo "${all[@]}"
}

download() {
    (cd "$1/packages" && apt-get -q download $(wanted)) >"$1/log" 2>&1
}

# A machine may never have read the lists.
refresh() {
    if [ "$(id -u)" = 0 ]; then apt-get -q update; else sudo apt-get -q update; fi >/dev/null
}

# Downloads as whoever we are, by apt's own lists and signatures, and runs no script of a package.
unpack() {
    if [ -e "$cache/complete" ]; then
        echo "install: unpacked in $cache (${unpacked[*]})"
        return
    fi
    local new=$cache.new-$$
    rm -rf "$cache" "$new"
    mkdir -p "$new/packages"
    # Everybody may enter: the tests run parts of it as nobody.
    chmod 755 "$new"
    if ! download "$new" && ! { refresh && download "$new"; }; then
        tail -n 20 "$new/log" >&2
        echo "install: apt-get cannot download ${unpacked[*]}, see above" >&2
        exit 1
    fi
    for package in "$new"/packages/*.deb; do
        dpkg -x "$package" "$new"
    done
    # A program with an s bit ignores where its libraries are.
    chmod -R a-s "$new"
    rm -rf "$new/packages" "$new/log"
    touch "$new/complete"
    mv "$new" "$cache"
    echo "install: unpacked into $cache, nothing installed: ${unpacked[*]}"
}

if ! command -v apt-get >/dev/null; then
    echo "install: this is no Debian; please install by hand what matches: ${packages[*]} ${unpacked[*]}" >&2
    exit 1
fi
install_missing
[ "${1:-}" = packages ] || unpack
