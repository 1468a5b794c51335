#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes mails in which one identifier is hidden by one trick, and mails without any.

    make.py SEED FOLDER

The mails are written by Python's own codecs, so that a fault of ours is not answered by the same fault.
`manifest.jsonl` says of each what must come of it: detect, uninspectable (said to be unread) or clean.
Tier base: mainstream programs show it; hard: some do. Every number is drawn from the seed.
"""
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import mail
import tricks

SEED, FOLDER = int(sys.argv[1]), pathlib.Path(sys.argv[2])


def main():
    rows = []
    for group, tier, name, must, build in tricks.all_of(random.Random(SEED)):
        value = mail.Value(random.Random(f"{SEED}/{name}"))
        raw = build(value)
        file = f"{group.lower()}-{name}.eml"
        (FOLDER / file).write_bytes(raw)
        rows.append({"file": file, "group": group, "tier": tier, "must": must,
                     "detector": value.detector, "value": value.bare})
    with open(FOLDER / "manifest.jsonl", "w", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)


main()
