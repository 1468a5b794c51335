#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes mails that are made to cost: bombs of every format, trees deep and wide, what is quadratic to read.

    make.py FOLDER [long]

NAME.eml each; `manifest.tsv` says what must be said of it: `told` (some of it is over budget, broken or not read)
or `any` (it is cheap to read, or not). Without `long`, those that are small and soon read.
"""
import base64
import bz2
import functools
import gzip
import io
import lzma
import pathlib
import struct
import sys
import zipfile
import zlib

FOLDER, LONG = pathlib.Path(sys.argv[1]), "long" in sys.argv[2:]
# How much a bomb unpacks to, in bytes, and how often what is repeated stands.
SIZE = (1 << 30) if LONG else (16 << 20)
MANY = 1_000_000 if LONG else 4_000
HEAD = b"From: a@example.ch\nTo: b@example.org\nSubject: x\nMIME-Version: 1.0\n"
ZEROS = bytes(1 << 20)


def mail(header, body):
    return HEAD + header + b"\n" + body


def inner(header, body):
    """A header that no MTA would hand over stands in a message in the mail."""
    return mail(b"Content-Type: message/rfc822\n", mail(header, body))


def text(body, kind=b"text/plain; charset=utf-8"):
    return mail(b"Content-Type: " + kind + b"\n", body)


def attached(data, name):
    code = base64.b64encode(data)
    code = b"\n".join(code[at:at + 76] for at in range(0, len(code), 76))
    return mail(b"Content-Type: application/octet-stream; name=" + name + b"\nContent-Transfer-Encoding: base64\n", code + b"\n")


def packed(compressor, size=None):
    out = [compressor.compress(ZEROS) for _ in range((size or SIZE) >> 20)]
    return b"".join(out) + compressor.flush()


def deflated(size=None):
    return packed(zlib.compressobj(9, zlib.DEFLATED, -15), size)


def zipped(files, sizes=None):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def entry(name, data, size, offset, method=8):
    """A local and a central header of a ZIP."""
    common = struct.pack("<HHHHHIIIHH", 20, 0, method, 0, 0, 0, len(data), size, len(name), 0)
    return b"PK\x03\x04" + common + name, b"PK\x01\x02\x14\0" + common + bytes(10) + struct.pack("<I", offset) + name


def raw_zip(entries, body=b""):
    """A ZIP of (name, data, size), all data in one place where `body` is given."""
    out, directory = b"", b""
    for name, data, size in entries:
        local, central = entry(name, data, size, 0 if body else len(out))
        directory += central
        if not body:
            out += local + data
    out = body or out
    count = min(len(entries), 0xFFFF)
    return out + directory + b"PK\x05\x06\0\0\0\0" + struct.pack("<HHIIH", count, count, len(directory), len(out), 0)


def overlapping():
    """Every member is the same bytes."""
    data = deflated(16 << 20)
    local, _ = entry(b"a", data, 16 << 20, 0)
    return raw_zip([(b"a", data, 16 << 20)] * (5_000 if LONG else 200), local + data)


def nested_wide(depth, width=10):
    data = zipped([("a", bytes(1 << 20))])
    for _ in range(depth):
        data = zipped([(f"{n}.zip", data) for n in range(width)])
    return data


def zstd():
    """One frame of blocks that say one byte 128 KiB long."""
    block = lambda last: struct.pack("<I", (128 << 10) << 3 | 1 << 1 | last)[:3] + b"\0"
    return b"\x28\xb5\x2f\xfd\x00\x58" + block(0) * (SIZE >> 17) + block(1)


def seven_zip():
    """7z (7zFormat.txt) of one file under LZMA2, with a header in clear."""
    data = packed(lzma.LZMACompressor(lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "preset": 6}]))
    number = lambda value: b"\xff" + struct.pack("<Q", value)
    name = "a.txt\0".encode("utf-16-le")
    streams = (b"\x06" + number(0) + number(1) + b"\x09" + number(len(data)) + b"\0"
               + b"\x07\x0b" + number(1) + b"\0" + number(1) + b"\x21\x21\x01\x16" + b"\x0c" + number(SIZE) + b"\0" + b"\0")
    files = number(1) + b"\x11" + number(len(name) + 1) + b"\0" + name + b"\0"
    header = b"\x01\x04" + streams + b"\x05" + files + b"\0"
    start = struct.pack("<QQI", len(data), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<I", zlib.crc32(start)) + start + data + header


def tar(members):
    def head(name, size):
        block = bytearray(512)
        block[:len(name)] = name
        block[100:108], block[124:136] = b"0000644\0", b"%011o\0" % size
        block[257:265], block[156:157] = b"ustar\x0000", b"0"
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
        return bytes(block)
    return b"".join(head(b"a%d" % at, size) + data + bytes(-len(data) % 512) for at, (size, data) in enumerate(members)) + bytes(1024)


def pdf(content, filters=b"/FlateDecode"):
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
               b"<</Length %d/Filter%s>>stream\n%s\nendstream" % (len(content), filters, content),
               b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    body = b"".join(b"%d 0 obj%s\nendobj\n" % (at + 1, one) for at, one in enumerate(objects))
    return b"%PDF-1.4\n" + body + b"trailer<</Size 6/Root 1 0 R>>\n%%EOF"


def zlibbed(data):
    return zlib.compress(data, 9)


def office(xml, path="word/document.xml"):
    return zipped([("[Content_Types].xml", "<Types/>"), (path, xml)])


def nested(depth, kind):
    body = b"x\n"
    if kind == "rfc822":
        return mail(b"Content-Type: message/rfc822\n", b"From: a\nContent-Type: message/rfc822\n\n" * depth + body)
    head = b"".join(b"--%d\nContent-Type: multipart/mixed; boundary=%d\n\n" % (at, at + 1) for at in range(depth))
    return mail(b"Content-Type: multipart/mixed; boundary=0\n", head + body)


def cheap():
    yield "zip", "told", attached(raw_zip([(b"a", deflated(), SIZE)]), b"a.zip")
    yield "zip-stored-in-deflate", "told", attached(zipped([("b.zip", raw_zip([(b"a", deflated(), SIZE)]))]), b"a.zip")
    yield "zip-overlapping", "told", attached(overlapping(), b"a.zip")
    yield "zip-says-small", "told", attached(raw_zip([(b"a", deflated(), 10)]), b"a.zip")
    yield "zip-many-members", "told", attached(zipped([(f"{n}", "") for n in range(20_000)]), b"a.zip")
    yield "zip-40-deep", "told", attached(functools.reduce(lambda data, _: zipped([("a.zip", data)]), range(40), b"x"), b"a.zip")
    yield "zip-wide", "told", attached(nested_wide(4 if LONG else 3), b"a.zip")
    yield "gzip", "told", attached(packed(zlib.compressobj(9, zlib.DEFLATED, 31)), b"a.gz")
    yield "gzip-40-deep", "told", attached(functools.reduce(lambda data, _: gzip.compress(data), range(40), b"x"), b"a.gz")
    yield "bzip2", "told", attached(packed(bz2.BZ2Compressor()), b"a.bz2")
    yield "xz", "told", attached(packed(lzma.LZMACompressor(preset=6)), b"a.xz")
    yield "zstd", "told", attached(zstd(), b"a.zst")
    yield "7z", "told", attached(seven_zip(), b"a.7z")
    yield "tar-says-large", "told", attached(tar([(8 << 30, b"x")]), b"a.tar")
    yield "tar-many-members", "told", attached(gzip.compress(tar([(0, b"")] * 20_000)), b"a.tgz")
    yield "docx-of-zeros", "told", attached(raw_zip([(b"word/document.xml", deflated(), SIZE)]), b"a.docx")
    yield "docx-deep", "any", attached(office("<w:document>" + "<w:p>" * MANY), b"a.docx")
    yield "docx-entities", "any", attached(office("<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'>" + "".join(f"<!ENTITY a{n} '&a{n - 1 if n else ''};&a{n - 1 if n else ''};'>" for n in range(40)) + "]><w:document><w:p><w:t>&a39;</w:t></w:p></w:document>"), b"a.docx")
    yield "pdf-page", "told", attached(pdf(zlibbed(b" " * SIZE)), b"a.pdf")
    yield "pdf-page-twice-packed", "told", attached(pdf(zlibbed(zlibbed(b" " * SIZE)), b"[/FlateDecode/FlateDecode]"), b"a.pdf")
    yield "pdf-arrays", "any", attached(b"%PDF-1.4\n1 0 obj" + b"[" * MANY, b"a.pdf")
    yield "rtf-groups", "any", attached(b"{\\rtf1 " + b"{\\b " * MANY + b"x", b"a.rtf")
    yield "rtf-binary", "any", attached(b"{\\rtf1 " + b"\\bin2147483647 " * (MANY // 10) + b"x}", b"a.rtf")
    yield "rtf-objects", "any", attached(b"{\\rtf1 " + b"{\\object{\\*\\objdata 0105000002000000}}" * (MANY // 100) + b"}", b"a.rtf")
    yield "mime-deep", "told", nested(MANY // 100, "multipart")
    yield "mime-wide", "told" if LONG else "any", mail(b"Content-Type: multipart/mixed; boundary=b\n", b"--b\n\n" * MANY)
    yield "mime-messages-in-messages", "told", nested(MANY // 100, "rfc822")
    yield "mime-boundaries-alike", "any", mail(b"Content-Type: multipart/mixed; boundary=b\n", b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * (MANY // 20))
    yield "mime-many-boundaries", "told", mail(b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n" % n for n in range(500)), b"".join(b"--b%d\n\nx\n" % n for n in range(500)) * 4)
    yield "header-many", "any" if not LONG else "told", mail(b"".join(b"X-%d: y\n" % n for n in range(MANY)), b"x\n")
    yield "header-long", "any" if not LONG else "told", inner(b"X-A: " + b"y " * (MANY * 4) + b"\n", b"x\n")
    yield "header-words", "any", inner(b"Subject: " + b"=?utf-8?Q?=41?= " * (MANY // 20) + b"\n", b"x\n")
    yield "header-words-without-end", "any", inner(b"Subject: " + b"=?a?B?" * (MANY // 10) + b"\n", b"x\n")
    yield "header-parameters", "any", inner(b"Content-Type: text/plain" + b"".join(b"; a*%d=b" % n for n in range(MANY // 20)) + b"\n", b"x\n")
    yield "header-comments", "any", inner(b"To: " + b"(" * MANY + b"\n", b"x\n")


def quadratic():
    """What a careless reader goes over again for each piece of it."""
    line = lambda piece: piece * (MANY * 4 // len(piece))
    page = b"text/html; charset=utf-8"
    for name, piece in {
        "tags": b"<b>", "tags-unended": b"<a ", "comments": b"<!--", "quotes": b"<a b='", "entities": b"&", "entities-long": b"&#x0000000", "cells": b"<td>",
        "tables": b"<table>", "sheets": b"<style>", "styles": b"<b style='display:none'>1</b>", "spans-in-number": b"1<i>2</i>", "links": b"<a href=data:,x>", "scripts": b"<script>",
        "ends": b"</b></i></p>", "frames": b"<iframe srcdoc='&lt;iframe srcdoc='>", "selectors": b"<style>.a,.b,.c{display:none}", "conditions": b"<!--[if mso]>",
    }.items():
        yield "html-" + name, "any", text(line(piece), page)
    yield "html-attributes", "any", text(b"<p " + b"".join(b"a%d=b " % n for n in range(MANY // 10)) + b">x", page)
    for name, piece in {
        "digits": b"7", "numbers": b"756.9217.", "blanks": b" ", "dots": b".", "digits-apart": b"7 ", "ats": b"@", "addresses": b"a@b.ch ", "names": b"Anna Muster ", "words": b"AHV ",
        "letters": b"a", "hyphens": b"a-", "lines": b"\n", "digits-on-lines": b"7\n", "quotes": b"> ", "percents": b"%37", "escapes": b"\\u0037", "uuencode": b"begin 644 a\n", "yenc": b"=ybegin name=a\n",
        "base64": b"QUJD", "base64-lines": b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3ODk=\n", "equals": b"=", "zero-width": "7\u200b".encode(), "wide": "７".encode(),
        "turned": "\u202e7".encode(), "combining": "a\u0301".encode(), "pgp": b"-----BEGIN PGP MESSAGE-----\n", "from": b"From a\n", "fields": b"Content-Transfer-Encoding:\n", "escape-codes": b"\x1b[", "phones": b"+41 44 123 45 ",
        "ibans": b"CH93 0076 2011 6238 5295 ", "dates": b"1.1.2020 ", "letters-and-digits": b"a1", "invalid": b"\xff", "tilde": b"~{", "addresses-of-streets": b"Bahnhofstrasse 1, 8001 ",
    }.items():
        yield "text-" + name, "any", text(line(piece))
    yield "qp-blanks", "any", mail(b"Content-Transfer-Encoding: quoted-printable\n", line(b"= "))
    yield "card-folds", "any", text(b"BEGIN:VCARD\nNOTE:" + line(b"a\n "), b"text/vcard")
    yield "card-quoted", "any", text(b"BEGIN:VCARD\n" + line(b"N;QUOTED-PRINTABLE:a=\n"), b"text/vcard")
    yield "json-deep", "any", text(line(b'[{"a":'), b"application/json")
    yield "xml-deep", "any", text(b"<?xml version='1.0'?>" + line(b"<a>"), b"application/xml")
    yield "xml-comments", "any", text(b"<?xml version='1.0'?><a>" + line(b"<!--"), b"application/xml")
    yield "mbox", "any", attached(line(b"From a\nFrom: b\n\n"), b"a.mbox")
    yield "csv", "any", text(line(b"7;"), b"text/csv")
    yield "pdf-objects", "any", attached(b"%PDF-1.4\n" + line(b"1 0 obj<<>>endobj\n"), b"a.pdf")
    yield "pdf-operators", "any", attached(pdf(zlibbed(b"BT /F 12 Tf " + line(b"1 0 0 1 7 7 Tm (7) Tj ") + b"ET")), b"a.pdf")
    yield "pdf-states", "any", attached(pdf(zlibbed(line(b"q "))), b"a.pdf")
    yield "png-chunks", "any", attached(b"\x89PNG\r\n\x1a\n" + line(b"\0\0\0\0tEXt\0\0\0\0"), b"a.png")
    yield "gif-comments", "any", attached(b"GIF89a" + line(b"!\xfe"), b"a.gif")
    yield "ole", "any", attached(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + line(b"\0\1\2\3"), b"a.doc")
    yield "tnef", "any", attached(b"\x78\x9f\x3e\x22\0\0" + line(b"\1\0\0\0\0\0\0\0\0\0\0"), b"winmail.dat")


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    with open(FOLDER / "manifest.tsv", "w", encoding="utf-8") as rows:
        for source in (cheap, quadratic):
            for name, must, raw in source():
                (FOLDER / f"{name}.eml").write_bytes(raw)
                rows.write(f"{name}\t{must}\n")
        if LONG:
            for name, raw in (("line-of-100-megabytes", text(b"7" * (100 << 20))), ("line-of-40-megabytes", text(b"756.9217 " * (40 << 20 >> 3)))):
                (FOLDER / f"{name}.eml").write_bytes(raw)
                rows.write(f"{name}\t{'told' if '100' in name else 'any'}\n")


main()
