#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs the packages in a Debian of their own, with its own systemd and Postfix, and lives through what an admin does.
#
#   packaging/test-install.sh short   what can be seen without building: unit, user, folders, metadata
#   packaging/test-install.sh         build, then install, mail, upgrade, remove, purge; then the same by the rpm,
#                                     and the rpm into a root without dpkg
#
# The Debian comes from the machine's own apt sources; it is kept beside the build cache, and written to only in memory.
# The long form needs root or sudo, and mmdebstrap, systemd-container, lintian and rpmlint (`make long` installs them).
set -euo pipefail
cd "$(dirname "$0")/.."

cache=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/pii-milter/target}
scratch=$(mktemp -d)
trap 'as_root rm -rf "$scratch"' EXIT
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
die() { echo "test-install: $*" >&2; exit 1; }

short() {
    systemd-analyze security --offline=true --threshold=17 --no-pager packaging/systemd/pii-milter.service >"$scratch/security" ||
        { cat "$scratch/security"; die 'the unit is more exposed than 1.7'; }
    echo "test-install: $(tail -n 1 "$scratch/security")"

    apparmor_parser --skip-kernel-load packaging/apparmor/pii-milter 2>"$scratch/apparmor" ||
        { cat "$scratch/apparmor"; die 'the AppArmor profile does not parse'; }
    local script
    for script in packaging/deb/post{inst,rm} packaging/rpm/*.sh; do sh -n "$script"; done

    # User and folders, in an empty root.
    local root=$scratch/root
    mkdir -p "$root/etc"
    systemd-sysusers --root="$root" "$PWD/packaging/sysusers.d/pii-milter.conf" >"$scratch/sysusers" 2>&1 ||
        { cat "$scratch/sysusers"; die 'the user cannot be made'; }
    grep -q '^pii-milter:.*:/nonexistent:.*nologin$' "$root/etc/passwd" || die 'the user may log in, or has a home'
    if [ "$(id -u)" = 0 ]; then
        systemd-tmpfiles --root="$root" --create "$PWD/packaging/tmpfiles.d/pii-milter.conf"
        [ "$(stat -c %a "$root/var/spool/postfix/pii-milter")" = 2750 ] || die 'the folder of the socket has a wrong mode'
    fi

    packaging/metadata.py
    echo 'test-install: short form passed'
}

# The Debian to install in: made once.
make_root() {
    root=$cache/packages/root
    [ ! -e "$root/ready" ] || return 0
    echo 'test-install: making a Debian with systemd and Postfix'
    as_root rm -rf "$root"
    local sources='$(CREATED_BY) $(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)'
    apt-get indextargets --format "$sources" |
        awk '$1 == "Packages" && $2 == "Debian" { print "deb", $3, $4, $5 }' >"$scratch/sources"
    # What this machine says about its sources (proxies, dates) holds there too.
    apt-config dump | grep -E '^Acquire::(Check-|[a-z]+::Proxy)' >"$scratch/apt.conf" || true
    local answer1='postfix postfix/main_mailer_type select Local only'
    local answer2='postfix postfix/mailname string mail.example.ch'
    as_root mmdebstrap --quiet --aptopt="$scratch/apt.conf" --variant=apt \
        --include=systemd,systemd-sysv,postfix,rpm \
        --essential-hook="printf '%s\n' '$answer1' '$answer2' | chroot \"\$1\" debconf-set-selections" \
        "$(. /etc/os-release; echo "$VERSION_CODENAME")" "$root" "$scratch/sources"
    as_root touch "$root/ready"
}

# Runs packaging/inside.sh PART in that Debian, whose disk forgets everything: booted, or without a service manager.
inside() {
    local part=$1 how=$2
    cp packaging/inside.sh "$scratch/give/"
    local flags=(--quiet --register=no --keep-unit --private-network --volatile=overlay --directory="$root"
        --machine=pii-milter-test --bind-ro="$scratch/give:/give" --bind="$scratch/take:/take"
        # The workers lock themselves in, here too.
        --system-call-filter="landlock_create_ruleset landlock_add_rule landlock_restrict_self seccomp")
    if [ "$how" = booted ]; then
        cat >"$scratch/give/test.service" <<EOF
[Unit]
After=multi-user.target
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
ExecStart=/bin/bash /give/inside.sh $part
StandardOutput=append:/take/log
StandardError=append:/take/log
TimeoutStartSec=300
EOF
        flags+=(--bind-ro="$scratch/give/test.service:/etc/systemd/system/test.service" --boot)
        as_root timeout 400 systemd-nspawn "${flags[@]}" systemd.wants=test.service </dev/null >"$scratch/take/boot" 2>&1 || true
    else
        as_root timeout 120 systemd-nspawn "${flags[@]}" --as-pid2 /bin/bash /give/inside.sh "$part" </dev/null >"$scratch/take/log" 2>&1 || true
    fi
    cat "$scratch/take/log"
    [ -e "$scratch/take/passed" ] || { tail -n 5 "$scratch/take/boot" 2>/dev/null; die "$part failed"; }
    as_root rm -f "$scratch"/take/*
}

long() {
    mkdir -p "$scratch"/{give,take,again}
    packaging/build.sh "$scratch/give"
    # Once more, from nothing and in another folder.
    cp -a . "$scratch/elsewhere"
    PATH="$cache/packages/tools/bin:$PATH" CARGO_TARGET_DIR=$scratch/target "$scratch/elsewhere/packaging/build.sh" "$scratch/again" >/dev/null
    rm -rf "$scratch/target" "$scratch/elsewhere"
    local package
    for package in "$scratch"/again/*; do
        cmp "$package" "$scratch/give/$(basename "$package")" || die "built twice, $package differs"
    done
    echo 'test-install: built twice, the same bytes'
    packaging/build.sh "$scratch/give" 0.0.1 >/dev/null
    cp tests/samples/*.eml "$scratch/give/"
    make_root
    inside bare without
    inside deb booted
    inside rpm booted
    inside rpm_root without
    echo 'test-install: passed'
}

if [ "${1:-}" = short ]; then short; else short; long; fi
