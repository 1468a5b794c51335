#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores `pii-milter extract` against documents with reference words, and other readers beside it.

A folder has `manifest.jsonl`, a line a document: file, format, encrypted, words (a count for each word of
three or more letters or digits, lower case, or null). A document is good when at least 90 % of its words
are in the text, an encrypted one when it is said to be encrypted, and a `winmail.dat` when the name of
each file that the program `tnef` finds in it is in the text.
"""

import argparse
import collections
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

# What a reader is asked with; the file comes last. Debian's Python has Debian's modules.
PYTHON = ["/usr/bin/python3", "-c"]
READERS = {
    "pdftotext": {"pdf": ["sh", "-c", 'pdftotext -q "$0" -']},
    "catdoc": {
        "doc": ["catdoc", "-w", "-dutf-8"],
        "ppt": ["catppt", "-dutf-8"],
        "rtf": ["catdoc", "-w", "-dutf-8"],
        "xls": ["xls2csv", "-dutf-8"],
    },
    "antiword": {"doc": ["antiword", "-w0", "-mUTF-8.txt"]},
    "unrtf": {"rtf": ["unrtf", "--text", "--quiet", "--nopict"]},
    "python": {
        "docx": PYTHON + ["""
import docx, sys
document = docx.Document(sys.argv[1])
print(*(p.text for p in document.paragraphs), sep="\\n")
print(*(cell.text for table in document.tables for row in table.rows for cell in row.cells), sep="\\n")"""],
        "html": PYTHON + ["""
import bs4, sys
print(bs4.BeautifulSoup(open(sys.argv[1], "rb").read(), "html.parser").get_text("\\n"))"""],
        "xlsx": PYTHON + ["""
import openpyxl, sys
for sheet in openpyxl.load_workbook(sys.argv[1], data_only=True):
    for row in sheet.iter_rows(values_only=True):
        print(*("" if cell is None else cell for cell in row), sep="\\t")"""],
    },
}

# What LibreOffice turns a format into. Slides it can only draw.
TEXT, PAGES = "txt:Text (encoded):UTF8", "pdf"
SHEETS = "csv:Text - txt - csv (StarCalc):9,34,76,1,,0,false,true,false,false,false,-1"
OFFICE = {
    **dict.fromkeys(["doc", "docx", "html", "odt", "rtf"], TEXT),
    **dict.fromkeys(["ods", "xls", "xlsb", "xlsx"], SHEETS),
    **dict.fromkeys(["odp", "ppt", "pptx"], PAGES),
}
# A reader that takes longer has failed, in seconds; LibreOffice reads all of a format at once.
PATIENCE = 60


def words(text):
    return collections.Counter(re.findall(r"[^\W_]{3,}", text.lower()))


def output(command):
    """What a reader prints and says; nothing where it fails or takes too long."""
    try:
        run = subprocess.run(command, capture_output=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return "", "too slow"
    return run.stdout.decode(errors="replace"), run.stderr.decode(errors="replace").strip()


def by_office(kind, files):
    """The texts that LibreOffice makes of files of one format."""
    target = OFFICE.get(kind)
    if not target or not shutil.which("soffice"):
        return None
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        command = ["soffice", "--headless", f"-env:UserInstallation=file://{scratch}/home", "--convert-to", target]
        command += ["--outdir", scratch / "out"]
        try:
            subprocess.run([*command, *files], capture_output=True, timeout=PATIENCE * len(files))
        except subprocess.TimeoutExpired:
            pass
        texts = {}
        for file in files:
            made = (scratch / "out").glob(f"{glob_safe(file.stem)}*.{target[:3]}")
            texts[file] = "\n".join(
                output(["pdftotext", "-q", one, "-"])[0] if target == PAGES else one.read_text(errors="replace")
                for one in made
            )
        return texts


def glob_safe(name):
    return re.sub(r"([\[*?])", r"[\1]", name)


def files_in(document):
    """The words of the names of the files in a `winmail.dat`, by `tnef`."""
    listed = output(["tnef", "--list", "-f", document])[0].splitlines()
    return words(" ".join(line.rsplit("|", 1)[-1] for line in listed))


def ours(program, file, document, is_listed):
    """The share of what is wanted that `extract` gives."""
    text, said = output([program, "extract", file])
    if document["encrypted"]:
        recall, missed = float("encrypted" in said), ["that it is encrypted"]
    else:
        recall = share(document["words"], text)
        missed = sorted(document["words"] - words(text))
    if is_listed and recall < 0.9:
        print(f"{recall:.2f} {document['file']}: {said[-160:]}\n     not found:", *missed[:25])
    return recall


def share(wanted, text):
    return (wanted & words(text)).total() / wanted.total() if wanted else 1.0


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--program", required=True)
parser.add_argument("--format", action="append", help="only these formats")
parser.add_argument("--list", action="store_true", help="name what is not good")
parser.add_argument("--peers", action="store_true", help="ask the other readers that are installed, too")
parser.add_argument("folder", type=pathlib.Path)
args = parser.parse_args()

kinds = collections.defaultdict(list)
for line in (args.folder / "manifest.jsonl").open():
    document = json.loads(line)
    kind, file = document["format"], args.folder.resolve() / document["file"]
    if kind == "tnef" and shutil.which("tnef"):
        document["words"] = files_in(file)
    if args.format and kind not in args.format or document["words"] is None and not document["encrypted"]:
        continue
    document["words"] = collections.Counter(document["words"])
    kinds[kind + " encrypted" * document["encrypted"]].append((file, document))

peers = ["libreoffice", *READERS] if args.peers else []
print(f"{'format':15}{'scored':>7}{'pii-milter':>17}{'seconds':>8}" + "".join(f"{peer:>15}" for peer in peers))
for kind, documents in sorted(kinds.items()):
    start = time.monotonic()
    recalls = {"pii-milter": [ours(args.program, *one, args.list) for one in documents]}
    took = time.monotonic() - start
    if args.peers and not kind.endswith("encrypted"):
        texts = by_office(kind, [file for file, _ in documents])
        if texts:
            recalls["libreoffice"] = [share(one["words"], texts[file]) for file, one in documents]
        for peer, commands in READERS.items():
            if kind in commands:
                recalls[peer] = [share(one["words"], output([*commands[kind], file])[0]) for file, one in documents]

    def cell(peer):
        if peer not in recalls:
            return "-"
        good = sum(recall >= 0.9 for recall in recalls[peer])
        return f"{good:4}  {sum(recalls[peer]) / len(documents):.3f}"

    print(f"{kind:15}{len(documents):7}{cell('pii-milter'):>17}{took:8.1f}" + "".join(f"{cell(peer):>15}" for peer in peers))
