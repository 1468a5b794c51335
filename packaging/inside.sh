#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What an admin does with the packages; test-install.sh runs it in a Debian made for it, never on a machine of yours.
set -euo pipefail
[ -d /give ] && [ -d /take ] || { echo 'inside.sh: only for test-install.sh' >&2; exit 1; }
socket=/var/spool/postfix/pii-milter/milter.sock
config=/etc/pii-milter/pii-milter.yaml
old=$(ls /give/*0.0.1*.deb) new=$(ls /give/*.deb | grep -v 0.0.1)
old_rpm=$(ls /give/*0.0.1*.rpm) new_rpm=$(ls /give/*.rpm | grep -v 0.0.1)

say() { echo "  $*"; }
die() { echo "FAILED: $*"; systemctl status --no-pager --lines=30 pii-milter 2>/dev/null || true; exit 1; }
until_true() { for _ in $(seq 100); do ! "$@" >/dev/null 2>&1 || return 0; sleep 0.1; done; die "waited in vain for: $*"; }
running() { systemctl is-active --quiet pii-milter; }
property() { systemctl show --value --property "$1" pii-milter; }
journal() { journalctl --no-pager --output cat --unit pii-milter; }

# Sends FILE (headers and body) from FROM to TO by SMTP and prints the last reply, one line.
send() {
    local from=$1 to=$2 file=$3 line command reply=
    exec 3<>/dev/tcp/127.0.0.1/25 || { echo '421 no connection'; return; }
    for command in '' 'EHLO client.example.ch' "MAIL FROM:<$from>" "RCPT TO:<$to>" DATA . QUIT; do
        [ "$command" != . ] || sed 's/\r$//; s/^\./../; s/$/\r/' "$file" >&3
        [ -z "$command" ] || printf '%s\r\n' "$command" >&3
        [ "$command" != QUIT ] || break
        while IFS= read -r -t 60 line <&3 && [ "${line:3:1}" = - ]; do :; done
        reply=${line%$'\r'}
        case $reply in [23]*) ;; *) break ;; esac
    done
    exec 3>&-
    echo "${reply:-421 closed}"
}

mail() { printf 'From: anna@example.ch\nTo: carla@example.ch\nSubject: %s\nMessage-ID: <%s@test>\n\n%s\n' "$1" "$1" "$2" >"/tmp/$1.eml"; }
box() { cat /var/mail/carla 2>/dev/null; }
level_of() {
    box | awk -v want="\nSubject: $1\n" 'BEGIN { RS = "\nFrom " } index($0, want)' | sed -n 's/^X-PII-Level: //p'
}
delivered() { box | grep -q "^Subject: $1$"; }

# What the README says: setup, and a look for ways round.
hook() {
    useradd --create-home carla
    postconf -M smtp/inet | grep -q ' y  *- *- *smtpd' || die 'this smtpd is not in a chroot'
    pii-milter setup --apply --domains example.ch --networks loopback --mta postfix --relay none --log stderr >/tmp/setup 2>&1 ||
        { cat /tmp/setup; die 'setup'; }
    postconf -e 'mydestination = example.ch, localhost' 'default_transport = discard'
    systemctl restart pii-milter
    postfix reload 2>/dev/null
    pii-milter check mta >/tmp/mta || [ $? = 1 ] || die 'check mta'
    grep '^0 holes' /tmp/mta >/dev/null || { cat /tmp/mta; die 'there is a way round the filter'; }
    say "set up by the README; check mta: $(tail -n 1 /tmp/mta)"
    sleep 1
}

look_installed() {
    until_true running
    systemctl is-enabled --quiet pii-milter || die 'not enabled'
    until_true test -S $socket
    [ "$(stat -c '%a %U %G' $socket)" = '660 pii-milter postfix' ] || die "the socket is $(stat -c '%a %U %G' $socket)"
    grep -q '^mode: monitor' $config || die 'not in monitor mode'
    md5sum --quiet --check /tmp/postfix || die 'the installation has changed Postfix'
    local pid status; pid=$(property MainPID); status=$(cat "/proc/$pid/status")
    for want in 'NoNewPrivs:.1' 'Seccomp:.2' 'CapEff:.0*$' 'CapBnd:.0*$'; do
        grep -q "^$want" <<<"$status" || die "not as the unit says: $want"
    done
    say "runs as $(stat -c %U "/proc/$pid"), workers: $(cat /proc/[0-9]*/status 2>/dev/null | grep -c "^PPid:.$pid$"), exposure: $(systemd-analyze security --no-pager pii-milter | grep -o '[0-9.]\+ [A-Z]\+ ' | tail -n 1)"
}

look_at_mail() {
    mail clean 'See you on Tuesday.'
    mail ahv 'AHV-Nr. 756.9217.0769.85'
    [[ $(send anna@example.ch carla@example.ch /tmp/clean.eml) = 250* ]] || die 'a clean mail was not taken'
    [[ $(send anna@example.ch carla@example.ch /tmp/ahv.eml) = 250* ]] || die 'monitor mode has stopped a mail'
    until_true delivered clean; until_true delivered ahv
    [ "$(level_of clean)" = public ] && [ "$(level_of ahv)" = confidential ] || die "levels: $(level_of clean), $(level_of ahv)"
    journal | grep -q 'ch.ahv' || die 'the finding is not in the journal'
    ! journal | grep -q '0769' || die 'a value is in the journal'
    say 'the chrooted smtpd reaches the filter: public, confidential'
    sendmail -f anna@example.ch carla@example.ch <<<$'Subject: local\n\nAHV-Nr. 756.9217.0769.85'
    until_true delivered local
    [ "$(level_of local)" = confidential ] || die 'mail of sendmail(1) passed unseen'
}

enforce() {
    sed -i 's/^mode: monitor/mode: enforce/' $config
    systemctl reload pii-milter
    until_true eval 'journal | grep -q reloaded'
    local reply; reply=$(send anna@example.ch beat@kunde.example /give/05-de-ten-ids.eml)
    [[ $reply = '250 '* ]] || die "ten identifiers: $reply"
    until_true eval 'pii-milter cases list --state held | grep -q "Q-"'
    say "enforce, after a reload: $reply, and it waits in cases list"
}

as() { local user=$1; shift; runuser -u "$user" -- "$@"; }
states() { pii-milter cases list --json | sed -n 's/.*"state":"\([a-z-]*\)".*/\1/p' | sort -u; }
hold_one() {
    local reply; reply=$(send anna@example.ch beat@kunde.example /give/05-de-ten-ids.eml)
    [[ $reply = 250* ]] || die "a message that is to be held: $reply"
    until_true eval 'states | grep -qx held'
}

# What is held, by whom it is decided, and where it leaves. One more is left, for what comes then.
held() {
    useradd --groups pii-milter rita
    useradd --groups pii-milter bert
    sed -i 's/^roles: .*/roles: { viewer: [ carla ], reviewer: [ rita ], officer: [] }/' $config
    pii-milter relays render postfix --dir /tmp/lines >/dev/null
    cat /tmp/lines/pii-milter-master.cf >>/etc/postfix/master.cf
    postconf -e 'pii_submit_milters ='
    postfix reload 2>/dev/null
    systemctl restart pii-milter
    hold_one
    [ "$(stat -c '%a %U' /run/pii-milter /run/pii-milter/control.sock /var/lib/pii-milter /var/lib/pii-milter/{held,store.key,cases.db} | tr '\n' ,)" = \
        '750 pii-milter,660 pii-milter,700 pii-milter,700 pii-milter,600 pii-milter,600 pii-milter,' ] || die "modes: $(stat -c '%a %U %n' /run/pii-milter/* /var/lib/pii-milter/*)"
    ! grep -rq '756\.' /var/lib/pii-milter || die 'a value lies in the state folder in the clear'
    as rita pii-milter cases list >/tmp/said 2>&1 || { cat /tmp/said; die 'a reviewer of the group cannot list'; }
    fails 2 'bert may not do this' as bert pii-milter cases list
    fails 75 'be root, or of its group' as carla pii-milter cases list
    local case; case=$(pii-milter cases list --json | sed -n 's/.*"id":"\([^"]*\)".*/\1/p' | head -n 1)
    as rita pii-milter cases release "$case" --as-is --text 'asked by telephone' >/tmp/said 2>&1 || { cat /tmp/said; die 'release'; }
    until_true eval 'states | grep -qx released'
    [ -z "$(ls -A /var/lib/pii-milter/held)" ] || die 'the content of a message that was released is still there'
    hold_one
    say "held, decided by its reviewer alone, handed back: $(pii-milter cases list | head -n 3 | tail -n 1)"
}

# Sends one mail after the other until /tmp/stop is there, each until it is taken; "number tries" a line.
flow() {
    local number=0 tries
    while [ ! -e /tmp/stop ]; do
        number=$((number + 1)) tries=1
        mail "flow$number" 'AHV-Nr. 756.9217.0769.85'
        until [[ $(send anna@example.ch carla@example.ch "/tmp/flow$number.eml") = 250* ]]; do tries=$((tries + 1)); sleep 0.2; done
        echo "$number $tries"
    done
}

# during_mail NAME COMMAND...: while mail flows; the service is a new one afterwards
during_mail() {
    local name=$1; shift
    rm -f /tmp/stop; : >/var/mail/carla
    flow >/tmp/flow & sleep 2
    local before; before=$(property MainPID)
    "$@" >/tmp/command 2>&1 || { cat /tmp/command; die "$name failed"; }
    sleep 3; touch /tmp/stop; wait
    [ "$before" != "$(property MainPID)" ] && running || die "$name has not started the new program"
    local number tries
    retries=0
    while read -r number tries; do
        retries=$((retries + tries - 1))
        until_true delivered "flow$number"
        [ "$(box | grep -c "^Message-ID: <flow$number@test>")" = 1 ] || die "flow$number came more than once"
        [ "$(level_of "flow$number")" = confidential ] || die "flow$number came unseen"
    done </tmp/flow
    say "$name: $(wc -l </tmp/flow) mails meanwhile, each delivered once and seen; $retries tries answered 4xx"
}

# The socket unit that comes as an example: no mail is put off.
hand_over() {
    cp /usr/share/doc/pii-milter/examples/pii-milter.socket /etc/systemd/system/
    systemctl daemon-reload
    systemctl stop pii-milter
    systemctl enable --quiet --now pii-milter.socket
    systemctl start pii-milter
    [ "$(stat -c '%a %U %G' $socket)" = '660 pii-milter postfix' ] || die "the socket is $(stat -c '%a %U %G' $socket)"
    during_mail 'restart with the socket unit' systemctl restart pii-milter
    [ $retries = 0 ] || die 'the socket unit has not kept the connections'

    systemctl stop pii-milter.socket pii-milter
    sed -i 's/^SocketUser=.*/SocketUser=root/' /etc/systemd/system/pii-milter.socket
    systemctl daemon-reload
    systemctl start pii-milter.socket pii-milter
    watchdog_off
    no_drop_in
    systemctl disable --quiet --now pii-milter.socket
    rm /etc/systemd/system/pii-milter.socket
    systemctl daemon-reload
    systemctl restart pii-milter
}

failures() {
    local before; before=$(property MainPID)
    kill -KILL "$before"
    until_true eval '[ "$(property MainPID)" != 0 ] && [ "$(property MainPID)" != '"$before"' ] && running'
    mail again 'Back.'; [[ $(send anna@example.ch carla@example.ch /tmp/again.eml) = 250* ]] || die 'no mail after SIGKILL'
    say 'killed: back, in the place of the stale socket'

    cp $config /tmp/config
    sed -i 's/^mode: .*/mode: nonsense/' $config
    ! systemctl restart pii-milter 2>/dev/null || die 'started with a configuration that cannot be used'
    journal | tail -n 20 | grep -q 'nonsense' || die 'the journal does not say why'
    say "unusable configuration: $(journal | grep nonsense | tail -n 1)"
    sed -i '/^mode:/s/^/of_an_older_version: yes\n/' $config
    cp $config /tmp/old
    DEBIAN_FRONTEND=noninteractive dpkg -i "$new" >/tmp/command 2>&1 || { cat /tmp/command; die 'the package does not install over an old configuration'; }
    cmp $config /tmp/old || die 'an old configuration was overwritten'
    fails 2 'of_an_older_version' pii-milter check
    cp /tmp/config $config
    until_true running
    say 'mended: comes back by itself'
    sed -i 's/^exceptions:.*/exceptions:\n  - { from: payroll@example.ch, to: partner, channel: hold, because: test, owner: it@example.ch, until: 2001-01-01 }/' $config
    local code=0; /usr/bin/pii-milter check >/dev/null || code=$?
    [ $code = 1 ] || die "an exception of the past gives $code"
    systemctl restart pii-milter || die 'a doubt has stopped the start'
    say 'a doubt (1) does not stop the start'
    cp /tmp/config $config
}

# What differs in the unit for a test.
drop_in() { mkdir -p /etc/systemd/system/pii-milter.service.d; printf '%s\n' "$@" >/etc/systemd/system/pii-milter.service.d/test.conf; systemctl daemon-reload; }
no_drop_in() { rm -r /etc/systemd/system/pii-milter.service.d; systemctl daemon-reload; }

# 2 s instead of 30 s.
watchdog() {
    [ "$(property WatchdogUSec)" = 30s ] || die "WatchdogSec= is $(property WatchdogUSec)"
    drop_in '[Service]' WatchdogSec=2
    systemctl restart pii-milter
    local before; before=$(property MainPID)
    sleep 7
    [ "$before" = "$(property MainPID)" ] || die 'the watchdog has ended a daemon that is well'
    kill -STOP "$before"
    until_true eval '[ "$(property MainPID)" != 0 ] && [ "$(property MainPID)" != '"$before"' ] && running'
    journal | grep -q 'Watchdog timeout' || die 'it was not the watchdog that has ended the stopped daemon'
    mail hung 'Back.'; [[ $(send anna@example.ch carla@example.ch /tmp/hung.eml) = 250* ]] || die 'no mail after the watchdog'
    say 'watchdog: a daemon that is well stays for 7 s with WatchdogSec=2, a stopped one is started anew'
}

# A socket unit that keeps the daemon from its own socket.
watchdog_off() {
    local before; before=$(property MainPID)
    journal | grep -q 'Permission denied .*; the watchdog is off' || die 'the journal does not say that the watchdog is off'
    [ "$(property WatchdogUSec)" = 0 ] || die "the watchdog has $(property WatchdogUSec)"
    sleep 5
    [ "$before" = "$(property MainPID)" ] || die 'the watchdog has ended a daemon that cannot reach its own socket'
    say 'watchdog: off, and said, where the daemon may not reach its own socket'
}

left_over() {
    find / -xdev \( -path /proc -o -path /sys -o -path /give -o -path /take -o -path /tmp -o -path /run/log -o -path /var/log \) -prune \
        -o -name '*pii-milter*' -print | grep -v '\.before-pii-milter-\|^/\(var/lib/dpkg/info\|etc/systemd/system/test\)' || true
}

deb() {
    md5sum /etc/postfix/*.cf >/tmp/postfix
    local begin=$SECONDS
    dpkg -i "$old" 2>&1 | grep -v '^(Reading\|^Selecting\|^Preparing\|^Unpacking' || true
    look_installed
    hook; look_at_mail
    say "from installation to the first verdicts: $((SECONDS - begin)) s"
    enforce
    held
    local user; user=$(id -u pii-milter)
    during_mail upgrade dpkg -i "$new"
    [ "$(dpkg-query --show --showformat '${Version}' pii-milter)" != 0.0.1 ] || die 'not upgraded'
    grep -q '^mode: enforce' $config && states | grep -qx held && [ "$(id -u pii-milter)" = "$user" ] ||
        die 'the upgrade has lost configuration, state or user'
    failures
    watchdog
    hand_over

    dpkg -r pii-milter >/tmp/said 2>&1
    grep -q 'messages are still held' /tmp/said || die 'remove says nothing of held messages'
    ! running && [ ! -e $socket ] && ! grep -q "^Uid:.$user" /proc/[0-9]*/status 2>/dev/null || die 'removed, and something still runs'
    grep -q '^mode: enforce' $config && [ -n "$(ls -A /var/lib/pii-milter/held)" ] || die 'remove has taken configuration or state'
    mail late 'Hello'; local reply; reply=$(send anna@example.ch carla@example.ch /tmp/late.eml)
    [[ $reply = 4* ]] || die "without the filter: $reply"
    say "removed: configuration and state are there, mail waits at the client: $reply"
    dpkg --purge pii-milter >/tmp/said 2>&1
    grep -q 'destroy them for good: rm -r /var/lib/pii-milter' /tmp/said || { cat /tmp/said; die 'purge says nothing of held messages'; }
    [ "$(left_over)" = /var/lib/pii-milter ] && [ -n "$(ls -A /var/lib/pii-milter/held)" ] || die "left after purge: $(left_over)"
    say "purged while messages are held: $(tail -n 1 /tmp/said)"

    # Installed again it has them; then nothing stays.
    dpkg -i "$new" >/dev/null 2>&1
    until_true eval 'states | grep -qx held'
    pii-milter cases delete --state held --count 1 --text test >/tmp/said 2>&1 || { cat /tmp/said; die 'cannot delete'; }
    dpkg --purge pii-milter >/dev/null 2>&1
    [ -z "$(left_over)" ] || die "left after purge: $(left_over)"
    say 'purged with nothing held: nothing is left but the user'
}

rpm() {
    md5sum /etc/postfix/*.cf >/tmp/postfix
    # Somebody has made the user by hand before.
    useradd --system --gid postfix --home-dir /nonexistent --shell /usr/sbin/nologin pii-milter
    command rpm --install --nodeps "$old_rpm"
    look_installed
    hook; look_at_mail; enforce
    during_mail upgrade env rpm --upgrade --nodeps "$new_rpm"
    grep -q '^mode: enforce' $config || die 'the upgrade has lost the configuration'
    command rpm --erase pii-milter
    ! running && [ ! -e $socket ] || die 'erased, and something still runs'
    grep -rq '^mode: enforce' /etc/pii-milter || die 'the changed configuration is gone'
    say 'erased: stopped, the changed configuration is kept'
}

# From outside into a root that knows no dpkg and runs no service manager: rpm runs its scripts in there.
rpm_root() {
    local root=/srv/root wants=etc/systemd/system/multi-user.target.wants/pii-milter.service
    mkdir -p $root
    tar --create --one-file-system --directory=/ --exclude=./srv --exclude=./var/lib/dpkg --exclude='./usr/share/doc/*' . | tar --extract --directory=$root
    # As who builds images has it; systemd-tmpfiles asks for it.
    mount --bind /proc $root/proc
    command rpm --root=$root --install --nodeps "$old_rpm"
    grep -q '^pii-milter:.*:/nonexistent:.*nologin$' $root/etc/passwd || die 'no user, or one that may log in'
    [ "$(chroot $root stat -c '%a %U %G' ${socket%/*})" = '2750 pii-milter postfix' ] || die 'no folder for the socket'
    [ -L "$root/$wants" ] || die 'not enabled'
    chroot $root pii-milter check >/dev/null || [ $? = 1 ] || die 'the shipped configuration cannot be used'
    sed -i 's/^mode: monitor/mode: enforce/' $root$config
    command rpm --root=$root --upgrade --nodeps "$new_rpm"
    grep -q '^mode: enforce' $root$config || die 'the upgrade has lost the configuration'
    [ -L "$root/$wants" ] || die 'the upgrade has disabled it'
    local differs; differs=$(command rpm --root=$root --verify --nodeps pii-milter || true)
    [ "$(wc -l <<<"$differs")" = 1 ] && grep -q " c $config" <<<"$differs" || die "rpm --verify: $differs"
    command rpm --root=$root --erase pii-milter
    [ ! -e $root/usr/bin/pii-milter ] && [ ! -L "$root/$wants" ] || die 'erased, and something stayed'
    grep -q '^mode: enforce' $root$config.rpmsave || die 'the changed configuration is gone'
    say 'rpm, into a root of its own: installed, verified, upgraded, erased'
}

# Runs a command that must fail with that exit code and these words, and gives the words.
fails() {
    local code=$1 words=$2 got=0; shift 2
    "$@" >/tmp/said 2>&1 </dev/null || got=$?
    [ "$got" = "$code" ] && grep -q "$words" /tmp/said || { cat /tmp/said; die "exit $got, not $code and \"$words\": $*"; }
    say "$(tail -n 1 /tmp/said)"
}

# The unit's command as its user, without a service manager.
by_hand=(setpriv --reuid pii-milter --regid pii-milter --clear-groups --no-new-privs /usr/bin/pii-milter serve)

# An /etc that is read-only, and a /var that is full.
no_room() {
    local before; before=$(find /etc -type f -exec md5sum {} + | sort | md5sum)
    mount --bind /etc /etc && mount -o remount,bind,ro /etc || die 'cannot make /etc read-only'
    fails 2 'cannot write .*Read-only file system.*; nothing was changed' \
        pii-milter setup --domains example.ch --mta none --relay none
    umount /etc
    [ "$before" = "$(find /etc -type f -exec md5sum {} + | sort | md5sum)" ] || die 'setup has changed a read-only /etc'

    local folder=${socket%/*}
    mount -t tmpfs -o size=64k,nr_inodes=4,uid="$(id -u pii-milter)",gid="$(getent group postfix | cut -d: -f3)",mode=2750 tmpfs "$folder"
    touch "$folder"/{1,2,3}
    fails 75 "cannot listen on unix:$socket: No space left on device" "${by_hand[@]}"
    [ "$(ls "$folder")" = "$(printf '%s\n' 1 2 3)" ] || die 'a full folder is not as it was'
    rm "$folder/1"
    "${by_hand[@]}" 2>/tmp/log & local pid=$!
    until_true test -S $socket
    dd if=/dev/zero of="$folder/2" bs=1k count=64 2>/dev/null || true
    pii-milter explain /give/05-de-ten-ids.eml >/tmp/explained || [ $? = 1 ] || die 'explain needs room in /var'
    kill $pid; wait $pid || die 'ended badly in a full /var'
    umount "$folder"
}

# No Postfix, no service manager: the package installs, and the unit's command runs as its user.
bare() {
    dpkg --purge postfix >/dev/null 2>&1 || die 'cannot take Postfix away'
    getent passwd postfix >/dev/null && userdel postfix
    ! getent group postfix >/dev/null || groupdel postfix
    rm -rf /var/spool/postfix
    # A person of that name is there.
    useradd --home-dir /srv/person --create-home --shell /bin/bash pii-milter
    local user; user=$(getent passwd pii-milter)
    dpkg -i "$new" >/tmp/installed 2>&1 || die 'the package does not install without Postfix and systemd'
    grep -q 'the user pii-milter was there already, and stays as it is' /tmp/installed || die 'nothing is said of the user'
    [ "$user" = "$(getent passwd pii-milter)" ] && [ -d /srv/person ] || die 'the user is not as it was'
    [ "$(stat -c '%a %U %G' /var/spool/postfix/pii-milter)" = '2750 pii-milter postfix' ] || die 'no folder for the socket'
    install -d -o pii-milter -m 700 /var/lib/pii-milter /tmp/other
    export STATE_DIRECTORY=/var/lib/pii-milter
    grep -qx "ExecStart=${by_hand[*]: -2}" /usr/lib/systemd/system/pii-milter.service || die 'the unit has another command'
    "${by_hand[@]}" 2>/tmp/log & local pid=$!
    until_true test -S $socket
    [ "$(stat -c '%a %U %G' $socket)" = '660 pii-milter postfix' ] || die "the socket is $(stat -c '%a %U %G' $socket)"
    until_true grep -q ready /tmp/log
    fails 75 'another pii-milter keeps this quarantine; end it first' "${by_hand[@]}"
    STATE_DIRECTORY=/tmp/other fails 75 'another process listens there; end it first' "${by_hand[@]}"
    kill $pid; wait $pid || die 'ended badly'
    fails 2 'there is no postconf(1) here; is Postfix installed on this machine?' pii-milter check mta --postfix /etc/postfix
    fails 2 'there is no postconf(1) here' pii-milter setup --domains example.ch --mta postfix
    no_room
    dpkg --purge pii-milter >/dev/null 2>&1
    userdel --remove pii-milter 2>/dev/null || die 'the purge has taken the user'
    rmdir /var/spool/postfix
    [ -z "$(left_over)" ] || die "left after purge: $(left_over)"
    say 'no Postfix, no systemd: installs, runs by hand as its user, purges'
}

echo "test-install: $1"
"$1"
touch /take/passed
