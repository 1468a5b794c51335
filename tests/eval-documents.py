#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores `pii-milter extract` against documents with reference words.

A folder has `manifest.jsonl`, a line a document: file, format, encrypted, words (a count for each word of
three or more letters or digits, lower case, or null). A document is good when at least 90 % of its words
are in the text, an encrypted one when it is said to be encrypted.
"""

import argparse
import collections
import json
import pathlib
import re
import subprocess
import time

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--program", required=True)
parser.add_argument("--format", action="append", help="only these formats")
parser.add_argument("--list", action="store_true", help="name what is not good")
parser.add_argument("folder", type=pathlib.Path)
args = parser.parse_args()


def words(text):
    return collections.Counter(re.findall(r"[^\W_]{3,}", text.lower()))


scores = collections.defaultdict(lambda: [0, 0, 0.0, 0.0])
for line in (args.folder / "manifest.jsonl").open():
    document = json.loads(line)
    kind, wanted = document["format"], document["words"]
    if args.format and kind not in args.format or wanted is None and not document["encrypted"]:
        continue
    start = time.monotonic()
    run = subprocess.run([args.program, "extract", args.folder / document["file"]], capture_output=True)
    took = time.monotonic() - start
    said = run.stderr.decode(errors="replace").strip()
    if document["encrypted"]:
        kind += " encrypted"
        recall = float("encrypted" in said)
    else:
        wanted = collections.Counter(wanted)
        found = words(run.stdout.decode(errors="replace"))
        recall = (wanted & found).total() / max(wanted.total(), 1)
    score = scores[kind]
    score[0] += 1
    score[1] += recall >= 0.9
    score[2] += recall
    score[3] += took
    if args.list and recall < 0.9:
        print(f"{recall:.2f} {took:.1f}s exit {run.returncode} {document['file']}: {said[-160:]}")
        print("     not found:", " ".join(sorted(wanted - found)[:25]) if wanted else "that it is encrypted")
print(f"{'format':18} {'scored':>6} {'good':>5} {'recall':>7} {'seconds':>8}")
for kind, (count, good, recall, took) in sorted(scores.items()):
    print(f"{kind:18} {count:6} {good:5} {recall / count:7.3f} {took:8.1f}")
