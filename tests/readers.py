#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Says who sees what: ours beside three readers of mail, over mails in which one value is hidden.

    readers.py PROGRAM [FOLDER...]

PROGRAM is a pii-milter. The mails are those of `tests/evasion/make.py`, seed 1, and those of each FOLDER with a
`manifest.jsonl`. A value is seen where it stands in what the reader gives, whatever stands between its letters and
digits, and digits of any script; pages with their tags taken out as well. This favours readers that give much, and
asks nothing about what a value is. Needs cargo, for the two readers in Rust (`tests/readers`).
"""
import collections
import email
import email.policy
import html.parser
import json
import pathlib
import subprocess
import sys
import tempfile
import unicodedata

HERE = pathlib.Path(__file__).parent
PROGRAM, FOLDERS = sys.argv[1], [pathlib.Path(one) for one in sys.argv[2:]]
GROUPS = {"A": "transfer encodings", "B": "charsets", "C": "header fields", "D": "structure", "E": "Unicode", "F": "HTML", "G": "attachments"}


class Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.text = ""

    def handle_data(self, data):
        self.text += data


def bare(text):
    text = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.digit(c)) if c.isdigit() else c.upper() for c in text if c.isalnum())


def sees(texts, value):
    for text in texts:
        tags = Tags()
        try:
            tags.feed(text)
            tags.close()
        except Exception:  # what breaks it gives no text
            pass
        if value in bare(text) or value in bare(tags.text):
            return True
    return False


def by_python(path):
    """What the email package of Python gives: fields, names, texts, and the bytes of the rest."""
    texts = []
    ahead = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default)]
    while ahead:
        part = ahead.pop()
        for read in (lambda: [str(value) for value in part.values()], lambda: [part.get_filename() or ""],
                     lambda: [value for _, value in part.get_params() or []]):
            try:
                texts.extend(read())
            except Exception:  # a field that it cannot read it does not give
                pass
        try:
            content = part.get_payload() if part.is_multipart() else part.get_content()
        except Exception:
            content = part.get_payload(decode=True) or b""
        if part.is_multipart():
            ahead.extend(content)
            texts.extend([part.preamble or "", part.epilogue or ""])
        else:
            texts.append(content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content))
    return texts


def by_rust(name, paths):
    command = ["cargo", "run", "--quiet", "--manifest-path", str(HERE / "readers/Cargo.toml"), "--", name, *map(str, paths)]
    lines = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True).stdout
    return {row["file"]: row["texts"] for row in map(json.loads, lines.splitlines())}


def ours(path):
    out = subprocess.run([PROGRAM, "extract", str(path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return [out.stdout.decode("utf-8", "replace")]


def rows(folder):
    for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        wanted = row["must"] == "detect" if "must" in row else row["must_detect"] is True
        if wanted:
            yield folder / row["file"], row["group"][0].upper(), row["value"].upper()


def main():
    with tempfile.TemporaryDirectory() as made:
        subprocess.run([sys.executable, "-B", HERE / "evasion/make.py", "1", made], check=True)
        for folder in [pathlib.Path(made), *FOLDERS]:
            cases = list(rows(folder))
            paths = [path for path, _, _ in cases]
            rust = {name: by_rust(name, paths) for name in ("mailparse", "mail-parser")}
            readers = {"pii-milter": ours, "Python email": by_python,
                       **{name: lambda path, name=name: rust[name].get(str(path), []) for name in rust}}
            seen = {name: collections.Counter() for name in readers}
            total = collections.Counter(group for _, group, _ in cases)
            for path, group, value in cases:
                for name, reader in readers.items():
                    seen[name][group] += sees(reader(path), value)
            print(f"\n{'own mails' if folder == pathlib.Path(made) else folder.name}: {len(cases)}\n")
            print("| | mails | " + " | ".join(readers) + " |\n| --- " * 1 + "| --- " * (len(readers) + 1) + "|")
            for group, what in GROUPS.items():
                if total[group]:
                    print(f"| {what} | {total[group]} | " + " | ".join(str(seen[name][group]) for name in readers) + " |")
            print(f"| all | {len(cases)} | " + " | ".join(str(sum(seen[name].values())) for name in readers) + " |")


main()
