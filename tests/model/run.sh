#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Has spin go through the whole model of the quarantine: no fault as it is, one with each switch that breaks it;
# and holds its names of states and moves against doc/quarantine-states.md.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# Prints what the search came to; the options go to spin.
search() {
    spin -a "$@" "$here/quarantine.pml" >/dev/null
    cc -O2 -w -DSAFETY -DCOLLAPSE -o pan pan.c
    ./pan -m100000 -n -w24 >said
    grep -E 'State-vector|states, stored' said
    ! grep -q 'Search not completed' said || grep -q '^pan:1:' said || { echo 'model: not all states were seen' >&2; exit 1; }
}

echo 'model: as it is'
search
grep -q 'errors: 0$' said || { cat said; spin -t "$here/quarantine.pml"; exit 1; }
for switch in ANSWER_FIRST NO_ADOPTION FORGET_SENDING ALIKE; do
    echo "model: $switch"
    search "-D$switch"
    grep -q '^pan:1: assertion violated' said || { echo "model: spin does not see what $switch breaks" >&2; exit 1; }
done

# Every state of the document, and every move, has its name here; hyphens cannot stand in one.
document=$here/../../doc/quarantine-states.md
states=$(sed -n '/^## States/,/^## Moves/s/^| `\([a-z-]*\)`.*/\1/p' "$document" | tr - _ | sort)
named=$(sed -n 's/^mtype = { none, \(.*\) };/\1/p' "$here/quarantine.pml" | tr -d ' ' | tr , '\n' | sort)
[ "$states" = "$named" ] || { printf 'model: the document has\n%s\nthe model\n%s\n' "$states" "$named" >&2; exit 1; }
for move in $(sed -n '/^## Moves/,/^## How/s/^| `[a-z-]*` | `\([a-z]*\)`.*/\1/p' "$document" | sort -u); do
    grep -Eq "/\\* $move( \\*/|, )" "$here/quarantine.pml" || { echo "model: no move $move" >&2; exit 1; }
done
echo 'model: states and moves are those of doc/quarantine-states.md'
