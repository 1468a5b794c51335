#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the mails of the cases extract-*: each carries the number 756.9217.0769.85 in another kind of file."""
import base64
import gzip
import io
import pathlib
import tarfile
import zipfile

HERE = pathlib.Path(__file__).parent / "cases"
AHV = "756.9217.0769.85"
R = '<Relationships><Relationship Id="r1" Type="x/{0}" Target="{1}"/></Relationships>'


def packed(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            content = content if isinstance(content, bytes) else content.encode()
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def tar_gz(name, content):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return gzip.compress(buffer.getvalue(), mtime=0)


def with_flag(archive, method=None):
    """The archive with its one file marked as encrypted."""
    archive = bytearray(archive)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = archive.index(mark) + flags
        archive[at] |= 1
        if method:
            archive[at + 2] = method
    return bytes(archive)


TYPES = {"[Content_Types].xml": "<Types/>"}
DOCX = packed(TYPES | {
    "word/document.xml": "<w:document><w:p><w:t>Guten Tag</w:t></w:p></w:document>",
    "word/footer1.xml": f"<w:ftr><w:p><w:r><w:t>AHV 756.</w:t></w:r><w:r><w:t>{AHV[4:]}</w:t></w:r></w:p></w:ftr>",
})
XLSX = packed(TYPES | {
    "xl/workbook.xml": '<workbook><sheets><sheet name="Lohn" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": R.format("worksheet", "worksheets/sheet1.xml"),
    "xl/worksheets/sheet1.xml": "<worksheet><row r='6'><c r='A6' t='str'><v>Name</v></c><c r='B6' t='str'><v>AHV-Nummer</v></c></row>"
    "<row r='7'><c r='A7' t='str'><v>Anna</v></c><c r='B7'><v>7.56921707698499999E12</v></c></row></worksheet>",
})
PPTX = packed(TYPES | {
    "ppt/presentation.xml": '<p:presentation><p:sldId id="256" r:id="r1"/></p:presentation>',
    "ppt/_rels/presentation.xml.rels": R.format("slide", "slides/slide1.xml"),
    "ppt/slides/slide1.xml": "<p:sld><a:p><a:t>Willkommen</a:t></a:p></p:sld>",
    "ppt/slides/_rels/slide1.xml.rels": R.format("notesSlide", "../notesSlides/n1.xml"),
    "ppt/notesSlides/n1.xml": f"<p:notes><a:p><a:t>AHV {AHV}</a:t></a:p></p:notes>",
})
MANIFEST = {"META-INF/manifest.xml": "<manifest/>"}
ODT = packed(MANIFEST | {
    "content.xml": f"<c><text:p>AHV <text:span>756.</text:span>{AHV[4:]}</text:p></c>",
})
ODS = packed(MANIFEST | {
    "content.xml": "<c><office:spreadsheet><table:table table:name='Lohn'><table:table-row><table:table-cell/>"
    f"<table:table-cell><text:p>{AHV}</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></c>",
})
ODP = packed(MANIFEST | {
    "content.xml": f"<c><draw:page/><draw:page><text:p>AHV {AHV}</text:p></draw:page></c>",
})
LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le")
LIST = f"Name;AHV\nAnna;{AHV}\n".encode()

CASES = {
    "docx": ("brief.docx", DOCX, "footer"),
    "xlsx": ("list.xlsx", XLSX, "sheet Lohn B7"),
    "pptx": ("vortrag.pptx", PPTX, "slide 1 notes"),
    "odt": ("brief.odt", ODT, ""),
    "ods": ("list.ods", ODS, "sheet Lohn B1"),
    "odp": ("vortrag.odp", ODP, "slide 2"),
    "zip-xlsx": ("payroll.zip", packed({"list.xlsx": XLSX}), "sheet Lohn B7"),
    "tar-gz": ("list.tar.gz", tar_gz("list.csv", LIST), ""),
    "mislabelled": ("notes.txt", packed({"list.csv": LIST}), ""),
    "zip-aes": ("a.zip", with_flag(packed({"list.csv": LIST}), 99), "encrypted"),
    "zip-old-cipher": ("a.zip", with_flag(packed({"list.csv": LIST})), "weakly-encrypted"),
    "xlsx-encrypted": ("list.xlsx", LOCKED, "encrypted"),
    "zip-cut": ("a.zip", packed({"list.csv": LIST})[:-60], "partly"),
    "zip-bomb": ("a.zip", packed({"zeros": bytes(11 << 20)}), "over-budget"),
    "rar": ("a.rar", b"Rar!\x1a\x07\x01\x00" + bytes(20), "unreadable"),
}
PARTS = {
    "zip-xlsx": "2/payroll.zip/list.xlsx",
    "tar-gz": "2/list.tar.gz/list.tar/list.csv",
    "mislabelled": "2/notes.txt/list.csv",
}
FACTS = ("encrypted", "weakly-encrypted", "partly", "over-budget", "unreadable")

for case, (name, content, place) in CASES.items():
    folder = HERE / f"extract-{case}"
    folder.mkdir(exist_ok=True)
    kind = "text/plain" if name.endswith(".txt") else "application/octet-stream"
    mail = (
        "From: Anna Muster <anna@example.ch>\nTo: Beat Kunde <beat@kunde.example>\n"
        "Date: Wed, 25 Nov 2026 10:00:00 +0100\nMessage-ID: <1@example.ch>\nMIME-Version: 1.0\n"
        'Subject: Liste\nContent-Type: multipart/mixed; boundary="=_b"\n\n--=_b\n'
        "Content-Type: text/plain; charset=utf-8\n\nGuten Tag\n--=_b\n"
        f'Content-Type: {kind}; name="{name}"\n'
        f'Content-Disposition: attachment; filename="{name}"\n'
        "Content-Transfer-Encoding: base64\n\n"
    )
    mail += base64.encodebytes(content).decode() + "--=_b--\n"
    (folder / "message.eml").write_text(mail)
    lines = ["envelope: { from: anna@example.ch, to: [ beat@kunde.example ] }"]
    if place in FACTS and case != "zip-cut":
        lines += [f"found: {{ {place}: 1 }}", f"unreadable: [ {place} ]"]
    else:
        lines += ["level: confidential"]
        part = PARTS.get(case, "2")
        if case == "zip-cut":
            lines += ["found: { ch.ahv: 1, partly: 1 }", "unreadable: [ partly ]"]
        else:
            lines += ["found: { ch.ahv: 1 }", f'parts: [ "{part}" ]', "unreadable: []"]
            lines += [f'places: [ "{place}" ]']
        lines += ["decisions: { beat@kunde.example: incamail }"]
    (folder / "expect.yaml").write_text("\n".join(lines) + "\n")
