# SPDX-License-Identifier: GPL-3.0-or-later
"""A encodings, B charsets and C fields that lie, or say what they say in an odd way."""
import base64
import urllib.parse

from mail import CTE, HEAD, HELLO, b64, html, mixed, part, qp, raw, text, word
from tricks_texts import PLAIN, encoded, hard, shown, table, unlabelled, uu

WIDE = table(0xFF10)


def spelt(field, v):
    """A mail in base64 whose field of the encoding is written so."""
    return raw(PLAIN + field + "\n", b64(v.text))


def in_code(v, lines):
    return raw(PLAIN, HELLO + "\n" + lines)


def yenc(data, name="a.txt"):
    def byte(b):
        out = (b + 42) % 256
        return bytes([61, (out + 64) % 256]) if out in (0, 10, 13, 61) else bytes([out])
    body = b"".join(byte(b) for b in data)
    return f"=ybegin line=128 size={len(data)} name={name}\r\n".encode() + body + f"\r\n=yend size={len(data)}\r\n".encode()


A = {
    "cte-upper-and-blanks": lambda v, c: spelt(CTE + "   BASE64 \t ", v),
    "cte-space-before-colon": lambda v, c: spelt("Content-Transfer-Encoding : base64", v),
    "cte-tab-folded": lambda v, c: spelt(CTE + "\n\t\tbase64", v),
    "cte-twice-the-same": lambda v, c: encoded(["base64", "BASE64"], b64(v.text)),
    "cte-with-comma": lambda v, c: spelt(CTE + "base64, 8bit", v),
    "cte-with-stop": lambda v, c: spelt(CTE + "base64.", v),
    "cte-misspelt": hard(lambda v, c: spelt(CTE + "bas64", v)),
    "cte-name-misspelt": hard(lambda v, c: spelt("Content-Transfer_Encoding: base64", v)),
    "cte-comment-within": lambda v, c: spelt(CTE + "base(x)64", v),
    "cte-nul-behind": hard(lambda v, c: spelt(CTE + "base64\0x", v)),
    "cte-behind-bom": hard(lambda v, c: mixed(part(HELLO), f"\ufeff{CTE}base64\n{PLAIN}\n{b64(v.text)}")),
    "cte-of-part-twice": lambda v, c: mixed(part(b64(v.text), more=CTE + "7bit\n" + CTE + "base64\n")),
    "b64-behind-bom": lambda v, c: encoded(["base64"], "\ufeff" + b64(v.text)),
    "b64-quoted-lines": hard(lambda v, c: encoded([], "".join("> " + line for line in b64(v.text).splitlines(True)))),
    "b64-indented": lambda v, c: encoded(["base64"], "".join("   " + line for line in b64(v.text).splitlines(True))),
    "b64-nul-between": lambda v, c: encoded(["base64"], "\0".join(b64(v.text))),
    "b64-return-only": lambda v, c: encoded(["base64"], b64(v.text).replace("\n", "\r")),
    "b64-in-part-undeclared": lambda v, c: mixed(part(HELLO), part(b64(v.text))),
    "b64-then-plain-part": lambda v, c: mixed(part(b64(HELLO), more=CTE + "base64\n"), part(v.text, more=CTE + "base64\n")),
    "b64-html-undeclared": lambda v, c: text(b64(f"<p>{'<b></b>'.join(v.line)}</p>"), kind="text/html"),
    "b64-undeclared-behind-hello": hard(lambda v, c: encoded([], HELLO + "\n" + b64(v.text * 2))),
    "qp-twice": hard(lambda v, c: encoded(["quoted-printable"], qp(qp(v.text, str.isdigit)))),
    "qp-crlf-breaks": lambda v, c: encoded(["quoted-printable"], v.says("=\r\n".join(v.shown))),
    "qp-return-breaks": hard(lambda v, c: encoded(["quoted-printable"], v.says("=\r".join(v.shown)))),
    "qp-breaks-between-bytes": lambda v, c: raw(PLAIN + CTE + "quoted-printable\n", "".join(f"={b:02X}=\n" for b in v.digits(WIDE).encode()) + "\n"),
    "qp-shy": lambda v, c: encoded(["quoted-printable"], v.says("=C2=AD".join(v.shown))),
    "qp-html-break-in-tag": lambda v, c: raw("Content-Type: text/html\n" + CTE + "quoted-printable\n", "<p>" + "<b c=\nlass=3D=22x=22></b>".join(v.line) + "</p>"),
    "qp-says-base64": hard(lambda v, c: encoded(["base64"], qp(v.text, str.isdigit))),
    "qp-upper-name": lambda v, c: encoded(["QUOTED-PRINTABLE "], qp(v.text, str.isdigit)),
    "uu-no-end": lambda v, c: in_code(v, uu(v.text.encode()).replace("`\nend\n", "")),
    "uu-two-files": lambda v, c: in_code(v, uu(b"Artikel") + "\n" + uu(v.text.encode(), "b.txt")),
    "uu-crlf": lambda v, c: in_code(v, uu(v.text.encode())).replace(b"\n", b"\r\n"),
    "uu-name-with-blanks": lambda v, c: in_code(v, uu(v.text.encode(), "a b c.txt")),
    "uu-in-html": hard(lambda v, c: html(f"<pre>\n{uu(v.text.encode()).replace('&', '&amp;').replace('<', '&lt;')}</pre>")),
    "uu-quoted": hard(lambda v, c: in_code(v, "".join("> " + line for line in uu(v.text.encode()).splitlines(True)))),
    "yenc": hard(lambda v, c: raw(PLAIN + CTE + "8bit\n", HELLO.encode() + yenc(v.text.encode()))),
    "binhex": ("hard", "any", lambda v, c: in_code(v, "(This file must be converted with BinHex 4.0)\n\n:#f*dFfaZ,R0d!&0*8&-!N!3d!*!$9%9:!:\n")),
}


def said(v, codec, label):
    return shown(v, codec, label)


B = {
    "utf7-all-of-it": lambda v, c: text(v.text.encode("utf-7").replace(b"7", b"+ADc-"), "utf-7"),
    "utf7-other-label": lambda v, c: text(v.digits(WIDE).encode("utf-7"), "unicode-1-1-utf-7"),
    "utf7-undeclared": hard(lambda v, c: unlabelled(v.digits(WIDE).encode("utf-7"))),
    "utf7-by-meta": hard(lambda v, c: raw("Content-Type: text/html\n", b'<meta charset="utf-7"><p>' + v.digits(WIDE).encode("utf-7"))),
    "hz-lines-joined": hard(lambda v, c: text(f"Tag\n{v.word}: {v.shown[:6]}~\n{v.shown[6:]}\n", "hz-gb-2312")),
    "hz-undeclared": hard(lambda v, c: unlabelled(f"Tag\n{v.digits(WIDE)}\n".encode("hz"))),
    "iso2022kr-undeclared": hard(lambda v, c: unlabelled(f"Tag\n{v.digits(WIDE)}\n".encode("iso2022_kr"))),
    "ebcdic-1047": hard(lambda v, c: text(v.text.encode("cp1140"), "IBM1047")),
    "ebcdic-next-line": hard(lambda v, c: text(v.text.encode("cp037").replace(b"\x25", b"\x15"), "cp037")),
    "ebcdic-undeclared": ("hard", "any", lambda v, c: unlabelled(v.text.encode("cp037"))),
    "utf16le-says-be": lambda v, c: text(v.text.encode("utf-16-le"), "utf-16be"),
    "utf16-wide-digits": lambda v, c: text(v.digits(WIDE).encode("utf-16-be"), "utf-16be"),
    "utf16-pairs": lambda v, c: text(v.digits(table(0x1D7CE)).encode("utf-16-le"), "utf-16le"),
    "utf16-says-latin1": lambda v, c: text(v.text.encode("utf-16-le"), "iso-8859-1"),
    "utf16-in-qp": lambda v, c: raw("Content-Type: text/plain; charset=utf-16be\n" + CTE + "quoted-printable\n", "".join(f"={b:02X}" for b in v.text.encode("utf-16-be"))),
    "utf32-no-label": lambda v, c: unlabelled(v.text.encode("utf-32-le")),
    "utf8-names": lambda v, c: text(v.digits(WIDE), c.choice(["utf8", "UTF_8", "cp65001", "unicode", "utf-8-sig", "unicode-1-1-utf-8"])),
    "utf8-says-ascii": lambda v, c: text(v.digits(WIDE), "us-ascii"),
    "utf8-says-latin1": lambda v, c: text(v.digits(WIDE), "iso-8859-1"),
    "utf8-beside-latin1": lambda v, c: text("Müller\n".encode("latin-1") + v.digits(WIDE).encode() + b"\n"),
    "sjis-names": lambda v, c: said(v, "shift_jis", c.choice(["x-sjis", "ms_kanji", "sjis", "windows-31j", "shift-jis"])),
    "euc-jp-names": lambda v, c: said(v, "euc_jp", c.choice(["x-euc-jp", "euc-jp", "cseucpkdfmtjapanese"])),
    "gbk": lambda v, c: said(v, "gbk", "gbk"),
    "gb-names": lambda v, c: said(v, "gb2312", c.choice(["gb_2312-80", "chinese", "x-gbk", "iso-ir-58", "euc-cn"])),
    "big5-hkscs": lambda v, c: said(v, "big5hkscs", "big5-hkscs"),
    "iso2022jp-1": lambda v, c: said(v, "iso2022_jp_1", "iso-2022-jp-1"),
    "iso2022jp-ext": lambda v, c: said(v, "iso2022_jp_ext", "iso-2022-jp-ext"),
    "iso2022jp-html": lambda v, c: text(f"<p>{v.digits(WIDE)}</p>".encode("iso2022_jp"), "iso-2022-jp", kind="text/html"),
    "iso2022jp-says-utf8": lambda v, c: shown(v, "iso2022_jp", "utf-8"),
    "sjis-undeclared": hard(lambda v, c: unlabelled(f"お世話になっております。\n{v.digits(WIDE)}\n".encode("shift_jis"))),
    "euc-undeclared": hard(lambda v, c: unlabelled(f"お世話になっております。\n{v.digits(WIDE)}\n".encode("euc_jp"))),
    "gb-undeclared": hard(lambda v, c: unlabelled(f"您好\n{v.digits(WIDE)}\n".encode("gb18030"))),
    "cp864-arabic": hard(lambda v, c: said_arabic(v, "cp864", "cp864")),
    "mac-arabic": hard(lambda v, c: said_arabic(v, "mac_arabic", "x-mac-arabic")),
    "mac-farsi": hard(lambda v, c: shown(v, "mac_farsi", "x-mac-farsi", table(0x6F0))),
    "charset-comment": hard(lambda v, c: text(v.digits(WIDE).encode("utf-16-be"), "(x)utf-16be")),
    "charset-in-sections": hard(lambda v, c: raw("Content-Type: text/plain; charset*0=shift; charset*1=_jis\n", f"Tag\n{v.digits(WIDE)}\n".encode("shift_jis"))),
    "charset-upper-key": lambda v, c: raw("Content-Type: text/plain; CHARSET = \"SHIFT_JIS\"\n", f"Tag\n{v.digits(WIDE)}\n".encode("shift_jis")),
    "charset-apart-from-type": lambda v, c: raw("Content-Type: text/plain;;; charset=euc-jp;\n", f"Tag\n{v.digits(WIDE)}\n".encode("euc_jp")),
}


def said_arabic(v, codec, label):
    return shown(v, codec, label, table(0x660))


def subject(value):
    return raw(PLAIN, HELLO, subject=value)


def percent(line):
    return urllib.parse.quote(line, safe="")


def file(parameters):
    return mixed(part(HELLO), part(b64("Artikel\n"), "text/plain", f"{CTE}base64\nContent-Disposition: attachment; {parameters}\n"))


def cut(v, size=5):
    return [v.line[at:at + size] for at in range(0, len(v.line), size)]


def code_cut(v):
    """One base64, cut into words where no group ends."""
    code = base64.b64encode(v.line.encode()).decode()
    return "\n ".join(f"=?utf-8?B?{code[at:at + 11]}?=" for at in range(0, len(code), 11))


C = {
    "subject-iso2022jp-raw": lambda v, c: raw(b"Subject: " + v.digits(WIDE).encode("iso2022_jp") + b"\n" + PLAIN.encode(), HELLO, subject=None),
    "subject-word-in-a-word": hard(lambda v, c: subject(word(word(v.line)))),
    "subject-touches-text": lambda v, c: subject("x" + word(f" {v.line} ") + "y"),
    "subject-blanks-in-b": hard(lambda v, c: subject(word(v.line).replace("?B?", "?B? "))),
    "subject-without-end": hard(lambda v, c: subject(word(v.line)[:-2])),
    "subject-cut-between-groups": hard(lambda v, c: subject(code_cut(v))),
    "subject-utf7": lambda v, c: subject("=?utf-7?Q?" + v.digits(WIDE).encode("utf-7").decode().replace(" ", "_") + "?="),
    "subject-utf16-b": lambda v, c: subject(word(v.line, "utf-16-le").replace("utf-16-le", "utf-16le")),
    "subject-wide": lambda v, c: subject(word(v.digits(WIDE))),
    "subject-zero-width": lambda v, c: subject(word("\u200b".join(v.line))),
    "subject-folded-in-number": hard(lambda v, c: subject(v.line[:-6] + "\n " + v.line[-6:])),
    "subject-tab-before-colon": lambda v, c: raw(f"Subject\t: {v.line}\n{PLAIN}", HELLO, subject=None),
    "subject-return-only": lambda v, c: raw(f"Subject: Sitzung\r {v.line}\n{PLAIN}", HELLO, subject=None),
    "subject-nul": lambda v, c: raw(f"Subject: Sitzung\0 {v.line}\n{PLAIN}", HELLO, subject=None),
    "subject-long": lambda v, c: subject("Sitzung " * 9000 + v.line),
    "subject-at-the-end": lambda v, c: raw(PLAIN + "Subject: " + v.line + "\n", HELLO),
    "subject-of-the-thread": lambda v, c: raw(PLAIN + f"X-Original-Subject: {v.line}\n", HELLO),
    "field-of-programs-with-text": hard(lambda v, c: raw(PLAIN + f"X-MS-Note: {v.line}\n", HELLO)),
    "field-mailer": hard(lambda v, c: raw(PLAIN + f"X-Mailer: {v.line}\n", HELLO)),
    "field-received-comment": hard(lambda v, c: raw(PLAIN + f"Received: by x.example ({v.line}); Thu, 15 Jan 2026 09:30:00 +0100\n", HELLO)),
    "field-list-id": hard(lambda v, c: raw(PLAIN + f"List-Id: {v.line} <x.example>\n", HELLO)),
    "field-in-reply-to": hard(lambda v, c: raw(PLAIN + f"In-Reply-To: Ihr Schreiben, {v.line}\n", HELLO)),
    "field-date-comment": hard(lambda v, c: (HEAD.replace("+0100\nMess", f"+0100 ({v.line})\nMess") + "Subject: x\nMIME-Version: 1.0\n" + PLAIN + "\n" + HELLO).encode()),
    "field-name-itself": hard(lambda v, c: raw(PLAIN + f"X-{v.word}-{v.bare}: x\n", HELLO)),
    "field-description-of-mail": lambda v, c: raw(PLAIN + f"Content-Description: {v.line}\n", HELLO),
    "field-location": hard(lambda v, c: mixed(part(HELLO, more=f"Content-Location: https://example.ch/?q={percent(v.line)}\n"))),
    "from-two-names": lambda v, c: (HEAD.replace("Anna Muster", f"Anna {word(v.line)} Muster") + "Subject: x\n" + PLAIN + "\n" + HELLO).encode(),
    "from-word-in-quotes": lambda v, c: (HEAD.replace("Anna Muster", f'"{word(v.line)}"') + "Subject: x\n" + PLAIN + "\n" + HELLO).encode(),
    "cc-local-part": hard(lambda v, c: raw(PLAIN + f'Cc: "{v.line}"@example.net\n', HELLO)),
    "name-no-charset": lambda v, c: file(f"filename*=''{percent(v.line)}"),
    "name-one-quote": hard(lambda v, c: file(f"filename*=utf-8'{percent(v.line)}")),
    "name-2231-utf16": hard(lambda v, c: file("filename*=utf-16be''" + "".join(f"%{b:02x}" for b in v.line.encode("utf-16-be")))),
    "name-2231-and-2047": hard(lambda v, c: file(f"filename*={word(v.line)}")),
    "name-sections-gap": hard(lambda v, c: file("; ".join(f"filename*{2 * at}=\"{x}\"" for at, x in enumerate(cut(v))))),
    "name-sections-from-one": hard(lambda v, c: file("; ".join(f"filename*{at + 1}=\"{x}\"" for at, x in enumerate(cut(v))))),
    "name-sections-zeros": hard(lambda v, c: file("; ".join(f"filename*{at:03}=\"{x}\"" for at, x in enumerate(cut(v))))),
    "name-sections-and-whole": hard(lambda v, c: file("filename*0=liste; filename*1=.pdf; filename*=utf-8''" + percent(v.line))),
    "name-sections-charset-late": hard(lambda v, c: file("filename*0=\"x \"; filename*1*=utf-8''" + percent(v.line))),
    "name-sections-in-a-byte": lambda v, c: file("; ".join(f"filename*{at}*={'utf-8' + 2 * chr(39) if at == 0 else ''}{x}" for at, x in enumerate([percent(v.digits(WIDE))[n:n + 10] for n in range(0, len(percent(v.digits(WIDE))), 10)]))),
    "name-sections-twice": hard(lambda v, c: file("filename*0=a; filename*0=\"" + v.line + "\"; filename*1=.pdf")),
    "name-number-huge": hard(lambda v, c: file(f"filename*0=a; filename*99999999999=\"{v.line}\"")),
    "name-backslashes": lambda v, c: file('filename="' + "".join("\\" + x for x in v.line) + '"'),
    "name-unquoted-blanks": lambda v, c: file(f"filename={v.line}.pdf"),
    "name-single-quotes": lambda v, c: file(f"filename='{v.line}.pdf'"),
    "name-no-end-quote": lambda v, c: file(f'filename="{v.line}.pdf'),
    "name-of-a-path": lambda v, c: file(f'filename="C:\\Daten\\{v.line}.pdf"'),
    "name-words-on-lines": lambda v, c: file('filename="' + "\n\t".join(word(x) for x in cut(v)) + '"'),
    "name-charset-star": hard(lambda v, c: mixed(part("x", f"text/plain; name*0*=''{percent(v.line)}"))),
    "name-no-semicolon": lambda v, c: mixed(part(HELLO), part("x", more=f'Content-Disposition: attachment filename="{v.line}"\n')),
}

TRICKS = {"A": A, "B": B, "C": C}
