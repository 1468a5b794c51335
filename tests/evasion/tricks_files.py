# SPDX-License-Identifier: GPL-3.0-or-later
"""G attachments."""
import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib

from mail import HELLO, attached, b64, docx, p, packed, qp, text, word


def hard(build):
    return "hard", "detect", build


def unread(build):
    return "base", "uninspectable", build


def tar(name, data):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        head = tarfile.TarInfo(name)
        head.size = len(data)
        archive.addfile(head, io.BytesIO(data))
    return out.getvalue()


def zipped(v, depth=1, **more):
    data, name = v.text.encode(), "liste.txt"
    for level in range(depth):
        data, name = packed([(name, data)], **more), f"z{level}.zip"
    return data


def local_only(v):
    data = zipped(v)
    return data[:data.index(b"PK\x01\x02")]


def locked(v):
    data = bytearray(zipped(v))
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(sign) + at] |= 1
    return bytes(data)


def commented(v):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "Artikel")
        archive.comment = v.line.encode()
    return out.getvalue()


GIF = b"GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"


def png(v):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + chunk(b"tEXt", b"Comment\0" + v.line.encode())
            + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b""))


def pdf(content):
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
               b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
               b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    out, places = b"%PDF-1.4\n", []
    for at, one in enumerate(objects):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (at + 1, one)
    table = b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + table + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(out)


def page(v):
    return pdf(b"BT /F 12 Tf 50 700 Td (" + v.line.encode() + b") Tj ET")


def sheet(v, cell, shared=""):
    book = '<workbook xmlns="x" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Lohn" sheetId="1" r:id="r1"/></sheets></workbook>'
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    links = f'<Relationships><Relationship Id="r1" Type="{base}worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{base}sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    top = f'<Relationships><Relationship Id="r1" Type="{base}officeDocument" Target="xl/workbook.xml"/></Relationships>'
    rows = f'<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>{v.word}</t></is></c></row><row r="2">{cell}</row></sheetData></worksheet>'
    return packed([("[Content_Types].xml", "<Types/>"), ("_rels/.rels", top), ("xl/workbook.xml", book), ("xl/_rels/workbook.xml.rels", links),
                   ("xl/worksheets/sheet1.xml", rows), ("xl/sharedStrings.xml", f"<sst><si>{shared}</si></sst>")])


def odt(v):
    content = ('<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
               f"<office:body><office:text><text:p>{'<text:span/>'.join(v.line)}</text:p></office:text></office:body></office:document-content>")
    return packed([("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", content),
                   ("META-INF/manifest.xml", "<manifest/>")])


def runs(v):
    return "<w:p>" + "".join(f"<w:r><w:t xml:space='preserve'>{x}</w:t></w:r>" for x in v.line) + "</w:p>"


def named(v, name):
    return attached(docx(p(v.line)), name)


G = {
    "docx": lambda v, c: named(v, "a.docx"),
    "docx-as-txt": lambda v, c: attached(docx(p(v.line)), "notiz.txt", "text/plain"),
    "docx-as-jpg": lambda v, c: attached(docx(p(v.line)), "bild.jpg", "image/jpeg"),
    "docx-no-name": lambda v, c: attached(docx(p(v.line)), ""),
    "docx-run-each": lambda v, c: attached(docx(runs(v)), "a.docx"),
    "docx-deleted": lambda v, c: attached(docx(f"<w:p><w:del><w:r><w:delText>{v.line}</w:delText></w:r></w:del></w:p>"), "a.docx"),
    "docx-hidden": lambda v, c: attached(docx(f"<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>{v.line}</w:t></w:r></w:p>"), "a.docx"),
    "docx-comment": lambda v, c: attached(docx(p("Text"), [("word/comments.xml", f'<w:comments xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:comment>{p(v.line)}</w:comment></w:comments>')]), "a.docx"),
    "docx-field-code": hard(lambda v, c: attached(docx(f"<w:p><w:r><w:instrText>{v.line}</w:instrText></w:r></w:p>"), "a.docx")),
    "docx-in-zip": lambda v, c: attached(packed([("a.docx", docx(p(v.line)))]), "a.zip"),
    "docx-inside-uu": hard(lambda v, c: text(HELLO + __import__("tricks_texts").uu(docx(p(v.line)), "a.docx"))),
    "xlsx-inline": lambda v, c: attached(sheet(v, f'<c r="A2" t="inlineStr"><is><t>{v.shown}</t></is></c>'), "a.xlsx"),
    "xlsx-shared-pieces": lambda v, c: attached(sheet(v, '<c r="A2" t="s"><v>0</v></c>', "".join(f"<r><t xml:space='preserve'>{x}</t></r>" for x in v.shown)), "a.xlsx"),
    "odt-span-each": lambda v, c: attached(odt(v), "a.odt"),
    "rtf-hex": lambda v, c: attached("{\\rtf1\\ansi " + "".join(f"\\'{ord(x):02x}" for x in v.line) + "}", "a.rtf"),
    "rtf-unicode": lambda v, c: attached("{\\rtf1\\ansi " + "".join(f"\\u{ord(x)}?" for x in v.line) + "}", "a.doc"),
    "rtf-groups": lambda v, c: attached("{\\rtf1 " + "".join("{\\b " + x + "}" for x in v.line) + "}", "a.rtf"),
    "pdf": lambda v, c: attached(page(v), "a.pdf"),
    "pdf-as-octets": lambda v, c: attached(page(v), "a.bin"),
    "pdf-behind-junk": lambda v, c: attached(b"junk\n" * 100 + page(v), "a.pdf"),
    "pdf-and-zip": hard(lambda v, c: attached(pdf(b"BT ET") + zipped(v), "a.pdf")),
    "gif-and-zip": hard(lambda v, c: attached(GIF + zipped(v), "a.gif", "image/gif")),
    "png-comment": lambda v, c: attached(png(v), "a.png", "image/png"),
    "zip": lambda v, c: attached(zipped(v), "a.zip"),
    "zip-3-deep": lambda v, c: attached(zipped(v, 3), "a.zip"),
    "zip-12-deep": lambda v, c: attached(zipped(v, 12), "a.zip"),
    "zip-stored": lambda v, c: attached(zipped(v, method=zipfile.ZIP_STORED), "a.zip"),
    "zip-bzip2": lambda v, c: attached(zipped(v, method=zipfile.ZIP_BZIP2), "a.zip"),
    "zip-lzma": ("base", "any", lambda v, c: attached(zipped(v, method=zipfile.ZIP_LZMA), "a.zip")),
    "zip-renamed": lambda v, c: attached(zipped(v), "a.txt", "text/plain"),
    "zip-behind-program": lambda v, c: attached(b"MZ" + bytes(200) + zipped(v), "a.exe"),
    "zip-without-directory": lambda v, c: attached(local_only(v), "a.zip"),
    "zip-locked": unread(lambda v, c: attached(locked(v), "a.zip")),
    "zip-comment": hard(lambda v, c: attached(commented(v), "a.zip")),
    "zip-member-name": lambda v, c: attached(packed([(v.line + ".txt", "x")]), "a.zip"),
    "gzip": lambda v, c: attached(gzip.compress(v.text.encode()), "a.gz"),
    "gzip-two-members": lambda v, c: attached(gzip.compress(HELLO.encode()) + gzip.compress(v.text.encode()), "a.gz"),
    "gzip-cut": ("base", "any", lambda v, c: attached(gzip.compress((v.text + HELLO * 50).encode())[:-9], "a.gz")),
    "bzip2": lambda v, c: attached(bz2.compress(v.text.encode()), "a.bz2"),
    "xz": lambda v, c: attached(lzma.compress(v.text.encode()), "a.xz"),
    "tar": lambda v, c: attached(tar("a.txt", v.text.encode()), "a.tar"),
    "tar-gz": lambda v, c: attached(gzip.compress(tar("a.txt", v.text.encode())), "a.tgz"),
    "tar-in-zip-in-gz": lambda v, c: attached(gzip.compress(packed([("a.tar", tar("a.txt", v.text.encode()))])), "a.gz"),
    "csv-utf16": lambda v, c: attached(f"Name;{v.word}\nAnna;{v.shown}\n".encode("utf-16"), "a.csv", "text/csv"),
    "txt-as-octets": lambda v, c: attached(v.text, "a.dat"),
    "txt-no-name": lambda v, c: attached(v.text, ""),
    "txt-as-pdf": lambda v, c: attached(v.text, "a.pdf", "application/pdf"),
    "txt-as-jpg": lambda v, c: attached(v.text, "a.jpg", "image/jpeg"),
    "txt-base64-inside": hard(lambda v, c: attached(b64(v.text), "a.txt", "text/plain")),
    "json-escaped": lambda v, c: attached('{"note":"' + "".join(f"\\u{ord(x):04x}" for x in v.line) + '"}', "a.json", "application/json"),
    "xml-entities": lambda v, c: attached("<a><b>" + "".join(f"&#{ord(x)};" for x in v.line) + "</b></a>", "a.xml", "application/xml"),
    "xml-cdata": lambda v, c: attached(f"<a><b><![CDATA[{v.line}]]></b></a>", "a.xml", "text/xml"),
    "svg": lambda v, c: attached(f'<svg xmlns="http://www.w3.org/2000/svg"><text>{v.line}</text></svg>', "a.svg", "image/svg+xml"),
    "ics-folded": lambda v, c: attached("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDESCRIPTION:" + "\r\n ".join(v.line[at:at + 6] for at in range(0, len(v.line), 6)) + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", "a.ics", "text/calendar"),
    "vcf-qp": lambda v, c: attached("BEGIN:VCARD\r\nVERSION:2.1\r\nNOTE;ENCODING=QUOTED-PRINTABLE:" + qp(v.line, str.isdigit) + "\r\nEND:VCARD\r\n", "a.vcf", "text/x-vcard"),
    "eml-in-zip": lambda v, c: attached(packed([("a.eml", f"From: a@example.ch\nSubject: {word(v.line)}\n\nText\n")]), "a.zip"),
    "unknown-binary": unread(lambda v, c: attached(bytes(range(256)) * 4, "a.bin")),
}

TRICKS = {"G": G}
