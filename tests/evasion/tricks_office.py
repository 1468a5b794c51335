# SPDX-License-Identifier: GPL-3.0-or-later
"""G documents and archives that lie, or keep text where few look; H files that hide nothing."""
import base64
import bz2
import gzip
import io
import json
import lzma
import struct
import tarfile
import zipfile
import zlib

from mail import HELLO, attached, b64, docx, p, packed, qp
from tricks_files import GIF, local_only, png, runs, sheet, tar, unread, zipped
from tricks_texts import clean, hard

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def word(paragraphs, more=()):
    return attached(docx(paragraphs, more), "a.docx")


def part(path, xml):
    return lambda v, c: word(p("Text"), [(path, xml.replace("§", v.line).replace("W:", W))])


def linked(kind, target, data):
    links = f'<Relationships><Relationship Id="r7" Type="{OFFICE}/{kind}" Target="{target}"/></Relationships>'
    return [("word/_rels/document.xml.rels", links), ("word/" + target, data)]


def moved_document(v):
    links = f'<Relationships><Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="other/main.xml"/></Relationships>'
    return packed([("[Content_Types].xml", "<Types/>"), ("_rels/.rels", links), ("other/main.xml", f"<w:document {W}><w:body>{p(v.line)}</w:body></w:document>")])


def flat(v):
    return f'<?xml version="1.0"?><?mso-application progid="Word.Document"?><pkg:package xmlns:pkg="x"><pkg:part pkg:name="/word/document.xml"><pkg:xmlData><w:document {W}><w:body>{runs(v)}</w:body></w:document></pkg:xmlData></pkg:part></pkg:package>'


def cell(code):
    return lambda v, c: attached(sheet(v, code.replace("§", v.shown)), "a.xlsx")


def book(v, more, rows="<row r='1'><c r='A1'><v>1</v></c></row>", state=""):
    base = OFFICE + "/"
    return packed([("[Content_Types].xml", "<Types/>"),
                   ("_rels/.rels", f'<Relationships><Relationship Id="r1" Type="{base}officeDocument" Target="xl/workbook.xml"/></Relationships>'),
                   ("xl/workbook.xml", f'<workbook xmlns:r="{OFFICE}"><sheets><sheet name="Lohn" sheetId="1" {state} r:id="r1"/></sheets></workbook>'),
                   ("xl/_rels/workbook.xml.rels", f'<Relationships><Relationship Id="r1" Type="{base}worksheet" Target="worksheets/sheet1.xml"/></Relationships>'),
                   ("xl/worksheets/sheet1.xml", f"<worksheet><sheetData>{rows}</sheetData></worksheet>"), *more])


def slides(v, path, xml):
    return packed([("[Content_Types].xml", "<Types/>"), ("_rels/.rels", f'<Relationships><Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="ppt/presentation.xml"/></Relationships>'),
                   ("ppt/presentation.xml", "<p:presentation/>"), ("ppt/slides/slide1.xml", "<p:sld><a:t>Text</a:t></p:sld>"), (path, xml.replace("§", v.line))])


def open_document(v, content, more=(), kind="text"):
    body = f'<office:document-content xmlns:office="o" xmlns:text="t" xmlns:table="a"><office:body><office:{kind}>{content}</office:{kind}></office:body></office:document-content>'
    return packed([("mimetype", "application/vnd.oasis.opendocument." + kind), ("content.xml", body), ("META-INF/manifest.xml", "<manifest/>"), *more])


def rtf(body):
    return attached("{\\rtf1\\ansi " + body + "}", "a.rtf")


def unlisted(v):
    """A ZIP with a member that its directory does not list."""
    return local_only(v) + packed([("a.txt", "Artikel")])


def changed(v, sign, offset, value):
    data = bytearray(zipped(v))
    start = data.index(sign) + offset
    data[start:start + len(value)] = value
    return bytes(data)


def two_archives(v):
    return packed([("a.txt", "Artikel")]) + zipped(v)


def streaming(v):
    """A ZIP that tells sizes behind each member."""
    class Out(io.RawIOBase):
        def __init__(self):
            self.data = b""

        def writable(self):
            return True

        def write(self, data):
            self.data += bytes(data)
            return len(data)
    out = Out()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", v.text)
    return out.data


def gz(v, name=b"", comment=b""):
    flags = (8 if name else 0) | (16 if comment else 0)
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = b"Artikel"
    body = packed.compress(data) + packed.flush()
    head = b"\x1f\x8b\x08" + bytes([flags]) + bytes(6)
    return head + (name + b"\0" if name else b"") + (comment + b"\0" if comment else b"") + body + struct.pack("<II", zlib.crc32(data), len(data))


def pax(v):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        head = tarfile.TarInfo("x" * 120 + v.line + ".txt")
        archive.addfile(head, io.BytesIO())
    return out.getvalue()


def ar(v):
    data = v.text.encode()
    return b"!<arch>\n" + b"%-16s%-12d%-6d%-6d%-8s%-10d`\n" % (b"a.txt/", 0, 0, 0, b"100644", len(data)) + data


def cpio(v):
    data = v.text.encode()
    def entry(name, data):
        head = b"070701" + b"".join(b"%08x" % x for x in (1, 0o100644, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0))
        one = head + name + b"\0"
        one += bytes(-len(one) % 4) + data
        return one + bytes(-len(one) % 4)
    return entry(b"a.txt", data) + entry(b"TRAILER!!!", b"")


def chunked(kind, data):
    return b"\x89PNG\r\n\x1a\n" + b"".join(struct.pack(">I", len(x)) + k + x + struct.pack(">I", zlib.crc32(k + x)) for k, x in (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)), (kind, data), (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b"")))


def jpeg(v, behind=b""):
    line = v.line.encode()
    return b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + b"\xff\xfe" + struct.pack(">H", len(line) + 2) + line + b"\xff\xd9" + behind


def epub(v):
    return packed([("mimetype", "application/epub+zip"), ("META-INF/container.xml", '<container><rootfiles><rootfile full-path="a.opf"/></rootfiles></container>'),
                   ("a.opf", '<package><manifest><item id="x" href="a.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="x"/></spine></package>'),
                   ("a.xhtml", f"<html><body><p>{'<b></b>'.join(v.line)}</p></body></html>")])


def calendar(line):
    return attached(f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{line}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", "a.ics", "text/calendar")


def folded(line, size=6, blank=" "):
    return f"\r\n{blank}".join(line[at:at + size] for at in range(0, len(line), size))


def card(line):
    return attached(f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\n{line}\r\nEND:VCARD\r\n", "a.vcf", "text/vcard")


G = {
    "docx-header": part("word/header1.xml", "<w:hdr W:><w:p><w:r><w:t>§</w:t></w:r></w:p></w:hdr>"),
    "docx-footnote": part("word/footnotes.xml", "<w:footnotes W:><w:footnote><w:p><w:r><w:t>§</w:t></w:r></w:p></w:footnote></w:footnotes>"),
    "docx-glossary": hard(part("word/glossary/document.xml", "<w:glossaryDocument W:><w:p><w:r><w:t>§</w:t></w:r></w:p></w:glossaryDocument>")),
    "docx-diagram": part("word/diagrams/data1.xml", "<dgm:dataModel><a:t>§</a:t></dgm:dataModel>"),
    "docx-chart": part("word/charts/chart1.xml", "<c:chartSpace><c:v>§</c:v></c:chartSpace>"),
    "docx-title": part("docProps/core.xml", "<cp:coreProperties><dc:title>§</dc:title></cp:coreProperties>"),
    "docx-property": part("docProps/custom.xml", "<Properties><property name='a'><vt:lpwstr>§</vt:lpwstr></property></Properties>"),
    "docx-own-xml": part("customXml/item1.xml", "<a><b>§</b></a>"),
    "docx-variable": hard(part("word/settings.xml", "<w:settings W:><w:docVars><w:docVar w:name='a' w:val='§'/></w:docVars></w:settings>")),
    "docx-text-box": lambda v, c: word(f"<w:p><w:r><w:pict><v:shape><v:textbox><w:txbxContent>{runs(v)}</w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>"),
    "docx-alternate": lambda v, c: word(f"<w:p><w:r><mc:AlternateContent><mc:Choice Requires='x'/><mc:Fallback>{p(v.line)}</mc:Fallback></mc:AlternateContent></w:r></w:p>"),
    "docx-picture-text": lambda v, c: word(f"<w:p><w:r><w:drawing><wp:docPr id='1' name='x' descr='{v.line}'/></w:drawing></w:r></w:p>"),
    "docx-moved": lambda v, c: word(f"<w:p><w:moveFrom><w:r><w:t>{v.line}</w:t></w:r></w:moveFrom></w:p>"),
    "docx-hyphens": lambda v, c: word("<w:p><w:r><w:t>" + "</w:t><w:noBreakHyphen/><w:t>".join(v.line.replace(".", " ").split()) + "</w:t></w:r></w:p>"),
    "docx-soft-hyphens": lambda v, c: word("<w:p><w:r><w:t xml:space='preserve'>" + "</w:t><w:softHyphen/><w:t xml:space='preserve'>".join(v.line) + "</w:t></w:r></w:p>"),
    "docx-proofed": lambda v, c: word("<w:p>" + "<w:proofErr w:type='spellStart'/><w:bookmarkStart w:id='1'/>".join(f"<w:r><w:t xml:space='preserve'>{x}</w:t></w:r>" for x in v.line) + "</w:p>"),
    "docx-symbols": hard(lambda v, c: word("<w:p><w:r>" + "".join(f"<w:sym w:font='Arial' w:char='{ord(x):04X}'/>" for x in v.line) + "</w:r></w:p>")),
    "docx-cells": lambda v, c: word(f"<w:tbl><w:tr><w:tc>{p(v.word)}</w:tc><w:tc>{p(v.shown)}</w:tc></w:tr></w:tbl>"),
    "docx-chunk-html": lambda v, c: word("<w:altChunk r:id='r7'/>", linked("aFChunk", "afchunk.html", f"<html><p>{'<b></b>'.join(v.line)}</p></html>")),
    "docx-chunk-rtf": lambda v, c: word("<w:altChunk r:id='r7'/>", linked("aFChunk", "afchunk.rtf", "{\\rtf1 " + "".join(f"\\'{ord(x):02x}" for x in v.line) + "}")),
    "docx-chunk-docx": lambda v, c: word("<w:altChunk r:id='r7'/>", linked("aFChunk", "afchunk.docx", docx(p(v.line)))),
    "docx-chunk-mht": lambda v, c: word("<w:altChunk r:id='r7'/>", linked("aFChunk", "afchunk.mht", f"MIME-Version: 1.0\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n{b64('<p>' + v.line)}")),
    "docx-embedded-sheet": lambda v, c: word(p("x"), [("word/embeddings/a.xlsx", sheet(v, f'<c r="A2" t="inlineStr"><is><t>{v.shown}</t></is></c>'))]),
    "docx-link-target": hard(lambda v, c: word(p("x"), [("word/_rels/document.xml.rels", f'<Relationships><Relationship Id="r9" Type="{OFFICE}/hyperlink" Target="https://example.ch/?q={v.line}" TargetMode="External"/></Relationships>')])),
    "docx-elsewhere": lambda v, c: attached(moved_document(v), "a.docx"),
    "docx-utf16": hard(lambda v, c: attached(packed([("[Content_Types].xml", "<Types/>"), ("word/document.xml", f'<?xml version="1.0" encoding="UTF-16"?><w:document {W}><w:body>{p(v.line)}</w:body></w:document>'.encode("utf-16"))]), "a.docx")),
    "docx-entities": lambda v, c: word("<w:p><w:r><w:t>" + "".join(f"&#{ord(x)};" for x in v.line) + "</w:t></w:r></w:p>"),
    "docx-cdata": lambda v, c: word(f"<w:p><w:r><w:t><![CDATA[{v.line}]]></w:t></w:r></w:p>"),
    "docx-other-prefix": lambda v, c: attached(packed([("[Content_Types].xml", "<Types/>"), ("word/document.xml", f"<document xmlns='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><body><p><r><t>{v.line}</t></r></p></body></document>")]), "a.docx"),
    "docx-names-in-capitals": hard(lambda v, c: attached(packed([("[Content_Types].xml", "<Types/>"), ("WORD/Document.XML", f"<w:document {W}><w:body>{p(v.line)}</w:body></w:document>")]), "a.docx")),
    "docx-backslashes": hard(lambda v, c: attached(packed([("[Content_Types].xml", "<Types/>"), ("word\\document.xml", f"<w:document {W}><w:body>{p(v.line)}</w:body></w:document>")]), "a.docx")),
    "docx-flat": hard(lambda v, c: attached(flat(v), "a.xml", "application/xml")),
    "docx-unlisted-text": hard(part("notes.txt", "§")),
    "xlsx-number": hard(lambda v, c: attached(sheet(v, f'<c r="A2"><v>{v.bare}</v></c>' if v.detector != "iban" else f'<c r="A2" t="str"><v>{v.bare}</v></c>'), "a.xlsx")),
    "xlsx-formula": cell('<c r="A2" t="str"><f>"x"&amp;"y"</f><v>§</v></c>'),
    "xlsx-hidden-sheet": lambda v, c: attached(book(v, [], f'<row r="1"><c r="A1" t="inlineStr"><is><t>{v.line}</t></is></c></row>', 'state="veryHidden"'), "a.xlsx"),
    "xlsx-hidden-row": lambda v, c: attached(book(v, [], f'<row r="1" hidden="1"><c r="A1" t="inlineStr"><is><t>{v.line}</t></is></c></row>'), "a.xlsx"),
    "xlsx-comment": lambda v, c: attached(book(v, [("xl/comments1.xml", f"<comments><commentList><comment ref='A1'><text><t>{v.line}</t></text></comment></commentList></comments>")]), "a.xlsx"),
    "xlsx-drawing": lambda v, c: attached(book(v, [("xl/drawings/drawing1.xml", f"<xdr:wsDr><a:t>{v.line}</a:t></xdr:wsDr>")]), "a.xlsx"),
    "xlsx-page-header": hard(lambda v, c: attached(book(v, [], f'<row r="1"><c r="A1"><v>1</v></c></row></sheetData><headerFooter><oddHeader>&amp;C{v.line}</oddHeader></headerFooter><sheetData>'), "a.xlsx")),
    "xlsx-cells-of-groups": hard(lambda v, c: attached(book(v, [], "<row r='1'>" + "".join(f'<c r="{chr(65 + n)}1" t="inlineStr"><is><t>{x}</t></is></c>' for n, x in enumerate([v.word, *v.shown.replace(".", " ").split()])) + "</row>"), "a.xlsx")),
    "xlsx-shared-sound": hard(lambda v, c: attached(sheet(v, '<c r="A2" t="s"><v>0</v></c>', f"<t>{v.shown}</t><rPh sb='0' eb='1'><t>x</t></rPh>"), "a.xlsx")),
    "pptx-notes": lambda v, c: attached(slides(v, "ppt/notesSlides/notesSlide1.xml", "<p:notes><a:p><a:r><a:t>§</a:t></a:r></a:p></p:notes>"), "a.pptx"),
    "pptx-hidden": lambda v, c: attached(slides(v, "ppt/slides/slide2.xml", "<p:sld show='0'><a:p><a:r><a:t>§</a:t></a:r></a:p></p:sld>"), "a.pptx"),
    "pptx-comment": lambda v, c: attached(slides(v, "ppt/comments/comment1.xml", "<p:cmLst><p:cm><p:text>§</p:text></p:cm></p:cmLst>"), "a.pptx"),
    "pptx-master": lambda v, c: attached(slides(v, "ppt/slideMasters/slideMaster1.xml", "<p:sldMaster><a:p><a:r><a:t>§</a:t></a:r></a:p></p:sldMaster>"), "a.pptx"),
    "pptx-runs": lambda v, c: attached(slides(v, "ppt/slides/slide3.xml", "<p:sld><a:p>" + "".join(f"<a:r><a:t>{x}</a:t></a:r>" for x in v.line) + "</a:p></p:sld>"), "a.pptx"),
    "odt-spaces": lambda v, c: attached(open_document(v, f"<text:p>{v.line.replace(' ', '<text:s/>')}</text:p>"), "a.odt"),
    "odt-note": lambda v, c: attached(open_document(v, f"<text:p>x<office:annotation><text:p>{v.line}</text:p></office:annotation></text:p>"), "a.odt"),
    "odt-deleted": lambda v, c: attached(open_document(v, f"<text:tracked-changes><text:changed-region><text:deletion><text:p>{v.line}</text:p></text:deletion></text:changed-region></text:tracked-changes><text:p>x</text:p>"), "a.odt"),
    "odt-styles": lambda v, c: attached(open_document(v, "<text:p>x</text:p>", [("styles.xml", f"<s><style:header><text:p>{v.line}</text:p></style:header></s>")]), "a.odt"),
    "odt-title": lambda v, c: attached(open_document(v, "<text:p>x</text:p>", [("meta.xml", f"<m><dc:title>{v.line}</dc:title></m>")]), "a.odt"),
    "odt-flat": hard(lambda v, c: attached(f'<?xml version="1.0"?><office:document xmlns:office="o" xmlns:text="t"><office:body><office:text><text:p>{"<text:span/>".join(v.line)}</text:p></office:text></office:body></office:document>', "a.fodt", "application/xml")),
    "ods-value-only": hard(lambda v, c: attached(open_document(v, f'<table:table table:name="Lohn"><table:table-row><table:table-cell office:value-type="string" office:string-value="{v.line}"/></table:table-row></table:table>', kind="spreadsheet"), "a.ods")),
    "rtf-hidden": lambda v, c: rtf(f"Text {{\\v {v.line}}}"),
    "rtf-comment": lambda v, c: rtf(f"Text {{\\*\\annotation {v.line}}}"),
    "rtf-title": lambda v, c: rtf(f"{{\\info{{\\title {v.line}}}}}Text"),
    "rtf-field": hard(lambda v, c: rtf(f"Text {{\\field{{\\*\\fldinst HYPERLINK \"https://example.ch/?q={v.line}\"}}{{\\fldrslt x}}}}")),
    "rtf-field-result": lambda v, c: rtf(f"Text {{\\field{{\\*\\fldinst X}}{{\\fldrslt {v.line}}}}}"),
    "rtf-header": lambda v, c: rtf(f"{{\\header {v.line}\\par}}Text"),
    "rtf-hyphens": lambda v, c: rtf("\\-".join(v.line)),
    "rtf-no-break": lambda v, c: rtf(v.line.replace(" ", "\\~").replace(".", "\\_")),
    "rtf-new-lines": lambda v, c: rtf("\r\n".join(v.line)),
    "rtf-uc-2": lambda v, c: rtf("\\uc2 " + "".join(f"\\u{ord(x)}??" for x in v.line)),
    "rtf-uc-0": lambda v, c: rtf("\\uc0 " + "".join(f"\\u{ord(x)} " for x in v.line)),
    "rtf-negative": lambda v, c: rtf("".join(f"\\u{0xFF10 + int(x) - 65536}?" if x.isdigit() else x for x in v.line)),
    "rtf-spaced": lambda v, c: rtf("{\\b}".join(v.line)),
    "zip-name-differs": lambda v, c: attached(zipped(v).replace(b"liste.txt", b"bild1.jpg", 1), "a.zip"),
    "zip-unlisted-member": hard(lambda v, c: attached(unlisted(v), "a.zip")),
    "zip-two-archives": hard(lambda v, c: attached(two_archives(v), "a.zip")),
    "zip-two-archives-first": hard(lambda v, c: attached(zipped(v) + packed([("a.txt", "Artikel")]), "a.zip")),
    "zip-size-too-small": hard(lambda v, c: attached(changed(v, b"PK\x01\x02", 24, struct.pack("<I", 12)), "a.zip")),
    "zip-sum-wrong": lambda v, c: attached(changed(v, b"PK\x01\x02", 16, b"\0\0\0\0"), "a.zip"),
    "zip-method-lies": hard(lambda v, c: attached(changed(v, b"PK\x01\x02", 10, b"\0\0"), "a.zip")),
    "zip-says-locked": ("hard", "any", lambda v, c: attached(changed(v, b"PK\x01\x02", 8, b"\1\0"), "a.zip")),
    "zip-streaming": lambda v, c: attached(streaming(v), "a.zip"),
    "zip-comment-of-end": hard(lambda v, c: attached(zipped(v)[:-2] + b"\x16\0PK\x05\x06" + bytes(18), "a.zip")),
    "zip-junk-behind": hard(lambda v, c: attached(zipped(v) + bytes(90_000), "a.zip")),
    "zip-junk-ahead": lambda v, c: attached(b"junk" * 999 + zipped(v), "a.zip"),
    "zip-deflate64": ("hard", "any", lambda v, c: attached(changed(v, b"PK\x01\x02", 10, b"\x09\0").replace(b"PK\x03\x04\x14\0\0\0\x08", b"PK\x03\x04\x14\0\0\0\x09"), "a.zip")),
    "zip-cut": ("hard", "any", lambda v, c: attached(zipped(v)[:-30], "a.zip")),
    "zip-folder-name": hard(lambda v, c: attached(packed([(v.line + "/", b"")]), "a.zip")),
    "zip-name-of-a-blank": lambda v, c: attached(packed([(" ", v.text)]), "a.zip"),
    "zip-name-upwards": lambda v, c: attached(packed([("../../etc/a.txt", v.text)]), "a.zip"),
    "zip-of-gz": lambda v, c: attached(packed([("a.gz", gzip.compress(v.text.encode()))]), "a.zip"),
    "zip-in-docx-name": lambda v, c: attached(zipped(v), "a.docx"),
    "gzip-name": hard(lambda v, c: attached(gz(v, name=v.line.encode()), "a.gz")),
    "gzip-comment": hard(lambda v, c: attached(gz(v, comment=v.line.encode()), "a.gz")),
    "gzip-junk-behind": lambda v, c: attached(gzip.compress(v.text.encode()) + b"junk", "a.gz"),
    "gzip-12-deep": lambda v, c: attached(__import__("functools").reduce(lambda data, _: gzip.compress(data), range(12), v.text.encode()), "a.gz"),
    "bzip2-two": lambda v, c: attached(bz2.compress(b"Artikel\n") + bz2.compress(v.text.encode()), "a.bz2"),
    "xz-two": lambda v, c: attached(lzma.compress(b"Artikel\n") + lzma.compress(v.text.encode()), "a.xz"),
    "lzma-alone": ("hard", "any", lambda v, c: attached(lzma.compress(v.text.encode(), lzma.FORMAT_ALONE), "a.lzma")),
    "zlib-alone": ("hard", "any", lambda v, c: attached(zlib.compress((v.text * 9).encode()), "a.zlib")),
    "tar-bz2": lambda v, c: attached(bz2.compress(tar("a.txt", v.text.encode())), "a.tbz"),
    "tar-xz": lambda v, c: attached(lzma.compress(tar("a.txt", v.text.encode())), "a.txz"),
    "tar-long-name": hard(lambda v, c: attached(pax(v), "a.tar")),
    "tar-member-name": lambda v, c: attached(tar(v.line + ".txt", b"x"), "a.tar"),
    "ar": ("hard", "any", lambda v, c: attached(ar(v), "a.deb")),
    "cpio": ("hard", "any", lambda v, c: attached(cpio(v), "a.cpio")),
    "cabinet": unread(lambda v, c: attached(b"MSCF\0\0\0\0" + bytes(range(200)), "a.cab")),
    "database": unread(lambda v, c: attached(b"SQLite format 3\0" + bytes(range(256)) * 8, "a.db")),
    "epub": lambda v, c: attached(epub(v), "a.epub"),
    "svgz": lambda v, c: attached(gzip.compress(f"<svg xmlns='http://www.w3.org/2000/svg'><text>{v.line}</text></svg>".encode()), "a.svgz", "image/svg+xml"),
    "png-packed-text": hard(lambda v, c: attached(chunked(b"zTXt", b"Comment\0\0" + zlib.compress(v.line.encode())), "a.png", "image/png")),
    "png-long-text": lambda v, c: attached(chunked(b"iTXt", b"Comment\0\0\0de\0\0" + v.line.encode()), "a.png", "image/png"),
    "png-text-behind": hard(lambda v, c: attached(chunked(b"tEXt", b"a\0b") + b"\n" + v.text.encode(), "a.png", "image/png")),
    "jpeg-comment": lambda v, c: attached(jpeg(v), "a.jpg", "image/jpeg"),
    "gif-comment": hard(lambda v, c: attached(GIF[:-1] + b"!\xfe" + bytes([len(v.line)]) + v.line.encode() + b"\0;", "a.gif", "image/gif")),
    "html-utf16": lambda v, c: attached(f"<html><p>{'<b></b>'.join(v.line)}</p></html>".encode("utf-16"), "a.html"),
    "xml-own-entity": ("hard", "any", lambda v, c: attached(f'<!DOCTYPE a [<!ENTITY b "{v.line}">]><a>&b;</a>', "a.xml", "text/xml")),
    "xml-attribute": lambda v, c: attached(f'<a b="{v.line}"/>', "a.xml", "text/xml"),
    "xml-utf16": lambda v, c: attached(f'<?xml version="1.0" encoding="UTF-16"?><a>{v.line}</a>'.encode("utf-16"), "a.xml", "text/xml"),
    "csv-quotes": lambda v, c: attached(f'Name;{v.word}\nAnna;"=""{v.shown}"""\n', "a.csv", "text/csv"),
    "csv-apostrophe": lambda v, c: attached(f"Name;{v.word}\nAnna;'{v.shown}\n", "a.csv", "text/csv"),
    "csv-unlabelled": lambda v, c: attached(f"Name,{v.word}\nAnna,{v.bare}\n", "a.dat"),
    "sql": lambda v, c: attached(f"INSERT INTO person VALUES ('Anna', '{v.bare}'); -- {v.word}\n", "a.sql"),
    "json-number": lambda v, c: attached(json.dumps({v.word: v.bare}), "a.json", "application/json"),
    "json-key": lambda v, c: attached(json.dumps({v.line: 1}), "a.json", "application/json"),
    "json-base64": hard(lambda v, c: attached(json.dumps({"a": base64.b64encode(v.text.encode()).decode()}), "a.json", "application/json")),
    "ldif-base64": hard(lambda v, c: attached(f"dn: cn=a\ndescription:: {base64.b64encode(v.line.encode()).decode()}\n", "a.ldif")),
    "ldif-folded": hard(lambda v, c: attached(f"dn: cn=a\ndescription: {v.line[:-6]}\n {v.line[-6:]}\n", "a.ldif")),
    "ics-folded-by-tab": lambda v, c: calendar("DESCRIPTION:" + folded(v.line, blank="\t")),
    "ics-page": lambda v, c: calendar(f"X-ALT-DESC;FMTTYPE=text/html:<p>{'<b></b>'.join(v.line)}</p>"),
    "ics-attached": hard(lambda v, c: calendar("ATTACH;ENCODING=BASE64;VALUE=BINARY:" + folded(base64.b64encode(v.text.encode()).decode(), 60))),
    "ics-escaped": lambda v, c: calendar(f"SUMMARY:Termin\\n{v.line}\\, bitte"),
    "ics-parameter": hard(lambda v, c: calendar(f'ATTENDEE;CN="{v.line}":mailto:a@example.ch')),
    "ics-own-field": lambda v, c: calendar(f"X-NOTE:{v.line}"),
    "vcf-folded": lambda v, c: card("NOTE:" + folded(v.line)),
    "vcf-escaped": lambda v, c: card(f"NOTE:Text\\n{v.line}\\; x"),
    "vcf-qp-breaks": lambda v, c: card("NOTE;ENCODING=QUOTED-PRINTABLE:" + "=\r\n".join(qp(x, str.isdigit) for x in v.line)),
    "vcf-base64": hard(lambda v, c: card("NOTE;ENCODING=b:" + base64.b64encode(v.line.encode()).decode())),
    "vcf-grouped": lambda v, c: card(f"item1.X-ID:{v.line}\r\nitem1.X-ABLabel:x"),
    "mbox-gz": lambda v, c: attached(gzip.compress(f"From a Thu Jan 15\nFrom: a@example.ch\nSubject: x\n\n{v.text}".encode()), "a.mbox.gz"),
    "text-behind-nuls": hard(lambda v, c: attached(bytes(64) + v.text.encode(), "a.txt", "text/plain")),
    "short-file": lambda v, c: attached(v.bare.encode() if v.detector == "iban" else (v.word + " " + v.bare).encode(), "a"),
}

H = {
    "docx-articles": clean(lambda v, c: word("".join(p(f"Artikel {c.randrange(10**5)} zu CHF {c.randrange(99)}.{c.randrange(10, 99)}") for _ in range(40)))),
    "xlsx-figures": clean(lambda v, c: attached(book(v, [], "".join(f'<row r="{n}">' + "".join(f'<c r="{x}{n}"><v>{c.randrange(10**4)}.{c.randrange(100)}</v></c>' for x in "ABCDE") + "</row>" for n in range(1, 60))), "a.xlsx")),
    "csv-measures": clean(lambda v, c: attached("Zeit;Wert\n" + "".join(f"2026-01-15T{n % 24:02}:00:00Z;{c.random():.9f}\n" for n in range(300)), "a.csv", "text/csv")),
    "json-log": clean(lambda v, c: attached("".join(json.dumps({"t": 1767225600 + n, "id": f"{c.getrandbits(128):032x}", "ms": c.randrange(999)}) + "\n" for n in range(200)), "a.json", "application/json")),
    "ics-meeting": clean(lambda v, c: calendar(f"UID:{c.getrandbits(128):032x}@example.ch\r\nDTSTAMP:20260115T083000Z\r\nDTSTART:20260120T090000Z\r\nDTEND:20260120T100000Z\r\nSUMMARY:Sitzung")),
    "zip-of-texts": clean(lambda v, c: attached(packed([(f"notiz{n}.txt", HELLO * n) for n in range(1, 9)]), "a.zip")),
    "xml-articles": clean(lambda v, c: attached("<a>" + "".join(f"<b id='{n}' preis='{c.randrange(999)}.50'>Artikel</b>" for n in range(99)) + "</a>", "a.xml", "text/xml")),
    "rtf-letter": clean(lambda v, c: rtf("{\\fonttbl{\\f0 Arial;}}{\\colortbl;\\red0\\green0\\blue0;}\\pard\\fs24 Guten Tag\\par Gruss\\par")),
    "docx-wrong-check-digit": clean(lambda v, c: word(p(v.wrong()))),
    "html-file-wrong-check-digit": clean(lambda v, c: attached(f"<html><p>{'<b></b>'.join(v.wrong())}</p></html>", "a.html", "text/html")),
}

TRICKS = {"G": G, "H": H}
