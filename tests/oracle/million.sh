#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Compares each validator with the oracle (validators.py) on a million random strings, or COUNT of them.
# `make long` calls it.
set -euo pipefail

count=${COUNT:-1000000}
here=$(dirname "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

python3 -m venv "$folder/oracle"
"$folder/oracle/bin/pip" install --quiet python-stdnum==2.2
names=$(grep -v '^#' "$here/../validators.tsv" | cut -f 1 | sort -u)
for name in $names; do
    "$folder/oracle/bin/python" "$here/validators.py" "$count" "$name" >"$folder/many.tsv"
    VALIDATORS=$folder/many.tsv cargo test --quiet --locked --release --lib agrees_with_the_oracle >"$folder/log" ||
        { cat "$folder/log"; exit 1; }
    echo "million: $name: $(grep -vc '^#' "$folder/many.tsv") strings, no two verdicts apart"
done
