#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns cargo's list of what is linked into the program into names, licences and notices, on standard output."""
import json
import pathlib
import subprocess


def cargo(*arguments):
    return subprocess.run(["cargo", *arguments], check=True, capture_output=True, text=True).stdout


# Only what ends in the program: no tests, no build scripts, no procedural macros' own libraries.
linked = set()
for line in cargo("tree", "--locked", "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}").splitlines():
    name, version = line.split()[:2]
    linked.add((name, version.removeprefix("v")))

texts = {}
print("The libraries that are linked into pii-milter, their licences and their notices.\n")
for package in sorted(json.loads(cargo("metadata", "--locked", "--format-version", "1"))["packages"], key=lambda p: (p["name"], p["version"])):
    if (package["name"], package["version"]) not in linked or package["source"] is None:
        continue
    folder = pathlib.Path(package["manifest_path"]).parent
    print(f'{package["name"]} {package["version"]}')
    print(f'    licence:  {package["license"] or "see its notice"}')
    print(f'    authors:  {", ".join(package["authors"]) or "not named"}')
    print(f'    source:   {package["repository"] or "crates.io"}')
    for file in sorted(folder.iterdir()):
        if file.is_file() and file.name.upper().startswith(("LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE")):
            text = file.read_text(errors="replace").replace("\r\n", "\n").strip()
            number = texts.setdefault(text, len(texts) + 1)
            print(f"    notice:   {number} ({file.name})")
    print()
for text, number in texts.items():
    print(f"{'-' * 20} notice {number}\n\n{text}\n")
