#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the mails of tests/cases/extract-*: each has a document made here, byte by byte.

`tests/mangle_documents.rs` damages the same documents. AHV 756.9217.0769.85 is the published specimen.
"""

import base64
import hashlib
import io
import pathlib
import struct
import zipfile
import zlib

CASES = pathlib.Path(__file__).parent / "cases"
AHV = "756.9217.0769.85"
PASSWORD_PAD = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


def mail(case, name, document, kind="application/octet-stream"):
    text = base64.encodebytes(document).decode()
    folder = CASES / f"extract-{case}"
    folder.mkdir(exist_ok=True)
    (folder / "message.eml").write_text(f"""From: Anna Muster <anna@example.ch>
To: Beat Kunde <beat@kunde.example>
Date: Wed, 25 Nov 2026 10:00:00 +0100
Message-ID: <1@example.ch>
MIME-Version: 1.0
Subject: Unterlagen
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

Siehe Anhang.
--b
Content-Type: {kind}
Content-Disposition: attachment; filename="{name}"
Content-Transfer-Encoding: base64

{text}--b--
""")


def pdf(pages, extra=b"", catalog=b"", trailer=b"", cipher=None, page=b""):
    """A PDF of pages with one line of text each, or none; `extra` objects are numbered from 90."""
    objects = {3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"}
    kids = []
    for at, text in enumerate(pages):
        number, content = 10 + 2 * at, 11 + 2 * at
        kids.append(b"%d 0 R" % number)
        objects[number] = (b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
                           b"/Resources << /Font << /F1 3 0 R >> >>%s >>" % (content, page))
        drawn = b"BT /F1 12 Tf 72 700 Td (%s) Tj ET" % text.encode() if text else b"0 0 100 100 re f"
        drawn = cipher(content, drawn) if cipher else drawn
        objects[content] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn)
    objects[1] = b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog
    objects[2] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(pages))
    objects |= {90 + at: body for at, body in enumerate(extra or [])}
    out, offsets = b"%PDF-1.4\n", {}
    for number, body in sorted(objects.items()):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, offset in sorted(offsets.items()):
        out += b"%d 1\n%010d 00000 n \n" % (number, offset)
    size = max(offsets) + 1
    return out + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)


def rc4(key, data):
    state, j, out = list(range(256)), 0, bytearray()
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def locked(password, length):
    """A PDF encrypted with RC4 (ISO 32000-1, 7.6.3), `length` bytes of key."""
    def padded(word):
        return (word + PASSWORD_PAD)[:32]

    def digest(data, rounds):
        data = hashlib.md5(data).digest()
        for _ in range(rounds):
            data = hashlib.md5(data[:length]).digest()
        return data[:length]

    is_old = length == 5
    rounds = 0 if is_old else 50
    owner_key = digest(padded(b"owner"), rounds)
    owner = rc4(owner_key, padded(password))
    for i in range(1, 1 if is_old else 20):
        owner = rc4(bytes(byte ^ i for byte in owner_key), owner)
    rights, name = struct.pack("<i", -4), b"0123456789abcdef"
    key = digest(padded(password) + owner + rights + name, rounds)
    user = rc4(key, PASSWORD_PAD)
    if not is_old:
        user = rc4(key, hashlib.md5(PASSWORD_PAD + name).digest())
        for i in range(1, 20):
            user = rc4(bytes(byte ^ i for byte in key), user)
        user += bytes(16)

    def cipher(number, data):
        own = hashlib.md5(key + struct.pack("<I", number)[:3] + b"\0\0").digest()
        return rc4(own[:length + 5], data)

    entry = (b"<< /Filter /Standard /V %d /R %d /Length %d /P -4 /O <%s> /U <%s> >>"
             % (1 if is_old else 2, 2 if is_old else 3, length * 8, owner.hex().encode(), user.hex().encode()))
    trailer = b"/Encrypt 90 0 R /ID [<%s> <%s>]" % ((name.hex().encode(),) * 2)
    return pdf([f"AHV {AHV}"], extra=[entry], trailer=trailer, cipher=cipher)


def compound(tree):
    """A compound file (MS-CFB): names to bytes, or to a tree. Streams are filled up to 4,096 bytes."""
    entries, sectors = [], []

    def add(name, node):
        at = len(entries)
        entries.append(None)
        start, size, child = 0xFFFFFFFE, 0, 0xFFFFFFFF
        if isinstance(node, dict):
            chain = [add(*item) for item in
                     sorted(node.items(), key=lambda item: (len(item[0]), item[0].upper()))]
            for left, right in zip(chain, chain[1:]):
                entries[left][2] = right
            child = chain[0] if chain else child
        else:
            node += bytes(-len(node) % 4096 or (0 if node else 4096))
            start, size = len(sectors), len(node)
            sectors.extend(node[i:i + 512] for i in range(0, size, 512))
        kind = 5 if at == 0 else 1 if isinstance(node, dict) else 2
        entries[at] = [name, kind, 0xFFFFFFFF, child, start, size]
        return at

    add("Root Entry", tree)
    chains = [(entry[4], entry[5] // 512) for entry in entries if entry[5]]
    directory = b""
    for name, kind, right, child, start, size in entries:
        text = name.encode("utf-16-le")
        directory += text.ljust(64, b"\0") + struct.pack(
            "<HBBIII16sIQQIQ", len(text) + 2, kind, 1, 0xFFFFFFFF, right, child, bytes(16), 0, 0, 0, start, size)
    while len(directory) % 512:
        directory += bytes(64) + struct.pack("<HBBIII", 0, 0, 0, *[0xFFFFFFFF] * 3) + bytes(48)
    chains.append((len(sectors), len(directory) // 512))
    first = len(sectors)
    sectors.extend(directory[i:i + 512] for i in range(0, len(directory), 512))
    fat_sectors = 1
    while fat_sectors * 128 < len(sectors) + fat_sectors:
        fat_sectors += 1
    fat = [0xFFFFFFFF] * (fat_sectors * 128)
    for start, count in chains:
        for at in range(start, start + count):
            fat[at] = at + 1 if at + 1 < start + count else 0xFFFFFFFE
    places = range(len(sectors), len(sectors) + fat_sectors)
    for at in places:
        fat[at] = 0xFFFFFFFD
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack(
        "<HHHHH6sIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, bytes(6), 0, fat_sectors, first, 0, 4096,
        0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", *places, *[0xFFFFFFFF] * (109 - fat_sectors))
    return head + b"".join(sectors) + struct.pack(f"<{len(fat)}I", *fat)


def utf16(text):
    return text.encode("utf-16-le")


def message(subject, body, attachments=(), embedded=None):
    tree = {"__properties_version1.0": bytes(32), "__substg1.0_0037001F": utf16(subject),
            "__substg1.0_1000001F": utf16(body), "__substg1.0_0E04001F": utf16("Beat Kunde")}
    for at, (name, data) in enumerate(attachments):
        tree[f"__attach_version1.0_#{at:08X}"] = {
            "__properties_version1.0": bytes(8), "__substg1.0_3707001F": utf16(name), "__substg1.0_37010102": data}
    if embedded:
        tree["__attach_version1.0_#000000FF"] = {
            "__properties_version1.0": bytes(8), "__substg1.0_3701000D": embedded}
    return tree


def word(text, flags=0, objects=None):
    main = bytearray(0x600)
    struct.pack_into("<HH", main, 0, 0xA5EC, 0xC1)
    struct.pack_into("<H", main, 0x0A, 0x0200 | flags)
    narrow, wide = text[: len(text) // 2].encode("cp1252"), utf16(text[len(text) // 2:])
    main += narrow.ljust(0x200, b"\0") + wide
    half, end = len(narrow), len(text)
    plc = struct.pack("<III", 0, half, end) + struct.pack("<HIHHIH", 0, 0x600 * 2 | 0x40000000, 0, 0, 0x800, 0)
    table = b"\x02" + struct.pack("<I", len(plc)) + plc
    struct.pack_into("<II", main, 0x1A2, 0, len(table))
    return compound({"WordDocument": bytes(main), "1Table": table} | (objects or {}))


def record(kind, data):
    return struct.pack("<HH", kind, len(data)) + data


def workbook(cells, locked=False, objects=None):
    def head(kind):
        return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0xDBB, 0x7CC, 0, 6))
    sheet = head(0x10)
    for row, line in enumerate(cells):
        for column, text in enumerate(line):
            label = struct.pack("<HHHHB", row, column, 0, len(text), 0) + text.encode("latin-1")
            sheet += record(0x204, label)
    sheet += record(0x0A, b"")
    protection = record(0x2F, struct.pack("<HHH", 1, 1, 1) + bytes(48)) if locked else b""
    name = record(0x85, struct.pack("<IHBB", 0, 0, 4, 0) + b"Lohn")
    start = len(head(5)) + len(protection) + len(name) + 4
    name = record(0x85, struct.pack("<IHBB", start, 0, 4, 0) + b"Lohn")
    return compound({"Workbook": head(5) + protection + name + record(0x0A, b"") + sheet} | (objects or {}))


def slides(text, token=0xE391C05F, behind=b""):
    atom = struct.pack("<HHI", 0, 0xFA0, len(utf16(text))) + utf16(text)
    document = struct.pack("<HHI", 0x0F, 0x3E8, len(atom)) + atom + behind
    user = struct.pack("<HHIIII", 0, 0xFF6, 20, 20, token, 0)
    return compound({"PowerPoint Document": document, "Current User": user})


def native(name, data):
    """A file that was dropped into a document (MS-OLEDS, 2.3.6)."""
    name = name.encode("cp1252") + b"\0"
    body = (b"\x02\0" + name + b"C:\\" + name + b"\0\0\x03\0" + struct.pack("<I", len(name)) + name
            + struct.pack("<I", len(data)) + data)
    return {"\1Ole10Native": struct.pack("<I", len(body)) + body}


def package(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            content = content if isinstance(content, bytes) else content.encode()
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def docx(text, more=()):
    return package({"[Content_Types].xml": TYPES,
                    "word/document.xml": f"<w:document><w:p><w:t>{text}</w:t></w:p></w:document>"} | dict(more))


def xlsb(sheet, cells):
    """A workbook in binary records (MS-XLSB): texts as they are, numbers as numbers."""
    def one(kind, data=b""):
        head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
        return head + bytes([len(data)]) + data

    def string(text):
        return struct.pack("<I", len(text)) + utf16(text)
    rows = one(129) + one(145)
    for row, line in enumerate(cells):
        rows += one(0, struct.pack("<I", row) + bytes(13))
        for column, value in enumerate(line):
            start = struct.pack("<II", column, 0)
            rows += one(6, start + string(value)) if isinstance(value, str) else one(5, start + struct.pack("<d", value))
    book = one(131) + one(156, struct.pack("<II", 1, 1) + string("r1") + string(sheet)) + one(132)
    return package({
        "[Content_Types].xml": "<Types/>", "xl/workbook.bin": book, "xl/worksheets/sheet1.bin": rows + one(146) + one(130),
        "xl/_rels/workbook.bin.rels":
            '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'})


def rar(names):
    """A RAR 5 archive of files without content."""
    def header(kind, fields):
        body = bytes([kind, 0]) + fields
        size = bytes([len(body)])
        return struct.pack("<I", zlib.crc32(size + body)) + size + body
    out = b"Rar!\x1a\x07\x01\0" + header(1, b"\0")
    for name in names:
        name = name.encode()
        out += header(2, b"\0\0\0\0\0" + bytes([len(name)]) + name)
    return out + header(5, b"\0")


def pdf_with_file(name, data, on_page=False):
    name = b"<feff" + name.encode("utf-16-be").hex().encode() + b">"
    extra = [b"<< /Type /EmbeddedFile /Length %d >>\nstream\n%s\nendstream" % (len(data), data),
             b"<< /Type /Filespec /F (x) /UF %s /EF << /F 90 0 R >> >>" % name,
             b"<< /Type /Annot /Subtype /FileAttachment /Rect [0 0 9 9] /FS 91 0 R >>"]
    if on_page:
        return pdf(["Anbei"], extra=extra, page=b" /Annots [92 0 R]")
    return pdf(["Anbei"], extra=extra[:2], catalog=b"/Names << /EmbeddedFiles << /Names [(x) 91 0 R] >> >>")


def tnef(body, attachments):
    def attribute(level, tag, data):
        return struct.pack("<BII", level, tag, len(data)) + data + struct.pack("<H", sum(data) % 65536)

    def properties(*values):
        out = struct.pack("<I", len(values))
        for tag, data in values:
            out += struct.pack("<III", tag, 1, len(data)) + data + bytes(-len(data) % 4)
        return out
    out = struct.pack("<IH", 0x223E9F78, 1) + attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
    out += attribute(1, 0x00069003, properties((0x1000001F, utf16(body))))
    for name, data in attachments:
        out += attribute(2, 0x00069002, bytes(14)) + attribute(2, 0x0006800F, data)
        out += attribute(2, 0x00069005, properties((0x3707001F, utf16(name))))
    return out


rtf = (r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\info{\author Anna Muster}}\f0 Frau M\'fcller\par AHV 756.9217."
       r"{\b 0769}\u46 ?85}").encode()
# An invoice by its sign alone (EN 16931): no word of one, no currency.
ubl = """<?xml version="1.0"?><CreditNote xmlns="urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2">
<ID>G-7</ID><IssueDate>2026-11-25</IssueDate></CreditNote>""".encode()
cii = """<?xml version="1.0"?><rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100">
<rsm:ExchangedDocument><ID>R-7</ID></rsm:ExchangedDocument></rsm:CrossIndustryInvoice>""".encode()
letter = f"Frau Müller, AHV {AHV}, Lohnausweis liegt bei."

if __name__ == "__main__":
    mail("pdf-page", "lohn.pdf", pdf(["Seite eins", "Seite zwei", f"AHV {AHV}"]))
    form = [b"<< /FT /Tx /T (AHV) /V (%s) /Subtype /Widget /Rect [0 0 9 9] >>" % AHV.encode()]
    mail("pdf-form", "formular.pdf",
         pdf(["Formular"], extra=form, catalog=b"/AcroForm << /Fields [90 0 R] >>"))
    mail("pdf-scan", "scan.pdf", pdf(["", ""]))
    mail("pdf-broken", "kaputt.pdf", b"%PDF-1.4\n1 0 obj\n<< /Type")
    mail("pdf-encrypted", "geheim.pdf", locked(b"geheim", 16))
    mail("pdf-encrypted-weakly", "geheim.pdf", locked(b"geheim", 5))
    mail("pdf-empty-password", "offen.pdf", locked(b"", 16))
    mail("rtf", "brief.rtf", rtf)
    mail("rtf-named-doc", "brief.doc", rtf, "application/msword")
    mail("rtf-picture", "bild.rtf", rb"{\rtf1{\pict\pngblip 89504e47}}")
    mail("msg", "mail.msg", compound(message("Lohn", f"AHV {AHV}")))
    mail("msg-attachment", "mail.msg", compound(message("Lohn", "Anbei.", [("brief.rtf", rtf)])))
    mail("msg-in-msg", "mail.msg", compound(message("FW", "Anbei.", embedded=message("Lohn", f"AHV {AHV}"))))
    mail("tnef", "winmail.dat", tnef("Anbei.", [("bild.txt", b"nichts"), ("brief.rtf", rtf)]), "application/ms-tnef")
    mail("doc", "brief.doc", word(letter))
    mail("doc-encrypted", "brief.doc", word(letter, 0x100))
    mail("doc-empty", "brief.doc", word(""))
    mail("xls", "liste.xls", workbook([["Name", "AHV"], ["Anna Muster", AHV]]))
    mail("xls-encrypted", "liste.xls", workbook([["Name", AHV]], locked=True))
    mail("ppt", "folien.ppt", slides(letter))
    mail("ppt-encrypted", "folien.ppt", slides(letter, 0xF3D1C4DF))
    row = f"Name;AHV\nAnna;{AHV}\n".encode()
    mail("docx-object", "brief.docx", docx("Anbei", {"word/embeddings/oleObject1.bin": compound(native("liste.csv", row))}))
    mail("doc-object", "brief.doc", word("Anbei die Liste.", objects={"ObjectPool": {"_1": native("liste.csv", row)}}))
    inner = {"MBD0001": {"Package": docx(f"AHV {AHV}")}}
    mail("xls-object", "liste.xls", workbook([["Name", "Ort"]], objects=inner))
    packed = zlib.compress(compound(native("liste.csv", row)))
    record = struct.pack("<HHII", 0x10, 0x1011, len(packed) + 4, 0) + packed
    mail("ppt-object", "folien.ppt", slides("Anbei die Liste.", behind=record))
    mail("xlsb", "liste.xlsb", xlsb("Lohn", [["Name", "AHV-Nummer"], ["Anna", 7569217076985.0]]))
    mail("pdf-file", "brief.pdf", pdf_with_file("Löhne.csv", row))
    mail("pdf-file-on-page", "brief.pdf", pdf_with_file("Löhne.csv", row, on_page=True))
    mail("xml-invoice", "g-7.xml", ubl)
    mail("pdf-invoice", "r-7.pdf", pdf_with_file("factur-x.xml", cii))
    mail("rar-names", "archiv.rar", rar(["lohn.csv", f"Muster {AHV}.pdf"]))
    page = f"<html><head><title>Buch</title></head><body><p>AHV {AHV}</p></body></html>"
    mail("epub", "buch.epub", package({"mimetype": "application/epub+zip", "META-INF/container.xml": "<container/>",
                                       "OEBPS/seite.xhtml": page}))
    mail("ole-encrypted", "brief.docx", compound({"EncryptedPackage": b"?", "EncryptionInfo": b"?"}))
    mail("ole-unknown", "plan.vsd", compound({"VisioDocument": b"?"}))
