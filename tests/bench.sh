#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Measures a running pii-milter, with the shipped configuration, beside a do-nothing milter.
# bench.sh PROGRAM BENCH [options of the bench]; without options it installs nothing and takes a minute.
set -euo pipefail
program=$1 bench=$2
shift 2
[ $# -gt 0 ] || set -- --no-install --quick --peers noop-c --sets S
[ -e /usr/include/libmilter/mfapi.h ] || echo '### no libmilter-dev and gcc here: the do-nothing milter is left out' >&2

folder=$(mktemp -d)
milter=
end() {
    [ -z "$milter" ] || kill "$milter" || true
    wait
    rm -rf "$folder"
}
trap end EXIT

socket=$folder/milter.sock
sed "s|^  listen: [^ ]*|  listen: unix:$socket|" "$(dirname "$0")/../conf/pii-milter.yaml" >"$folder/bench.yaml"
"$program" --config "$folder/bench.yaml" serve 2>"$folder/log" &
milter=$!
for _ in $(seq 100); do
    [ ! -S "$socket" ] || break
    kill -0 "$milter" || { cat "$folder/log" >&2; milter=; exit 1; }
    sleep 0.1
done
BENCH_OUT=${BENCH_OUT:-$folder/results} "$bench" --filter "pii-milter=unix:$socket,$milter" "$@"
