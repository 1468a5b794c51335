#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Measures a running pii-milter, with the shipped configuration, beside a do-nothing milter.
# bench.sh PROGRAM BENCH [options of the bench]; without options it installs nothing and takes a minute.
# It listens on a unix socket, with BENCH_PORT=8897 on that port of the loopback.
set -euo pipefail
program=$1 bench=$2
shift 2
[ $# -gt 0 ] || set -- --no-install --quick --peers noop-c --sets S
[ -e /usr/include/libmilter/mfapi.h ] || echo '### no libmilter-dev and gcc here: the do-nothing milter is left out' >&2

folder=$(mktemp -d)
chmod 755 "$folder" # a Postfix of the bench comes in
milter=
end() {
    [ -z "$milter" ] || kill "$milter" || true
    wait
    rm -rf "$folder"
}
trap end EXIT

if [ -n "${BENCH_PORT-}" ]; then
    listen=inet:127.0.0.1:$BENCH_PORT address=inet:$BENCH_PORT@127.0.0.1
else
    listen=unix:$folder/milter.sock address=unix:$folder/milter.sock
fi
sed "s|^  listen: [^ ]*|  listen: $listen|; s|mode: 660|mode: 666|" "$(dirname "$0")/../conf/pii-milter.yaml" >"$folder/bench.yaml"
"$program" --config "$folder/bench.yaml" serve 2>"$folder/log" &
milter=$!
for _ in $(seq 100); do
    ! grep -qs " ready " "$folder/log" || break
    kill -0 "$milter" || { cat "$folder/log" >&2; milter=; exit 1; }
    sleep 0.1
done
BENCH_OUT=${BENCH_OUT:-$folder/results} "$bench" --filter "pii-milter=$address,$milter" "$@"
