# SPDX-License-Identifier: GPL-3.0-or-later
"""A transfer encodings, B charsets, E Unicode, H controls."""
import base64
import binascii
import hashlib
import uuid

from mail import CTE, HELLO, b64, html, mixed, part, qp, raw, text, word, attached

PLAIN = "Content-Type: text/plain; charset=utf-8\n"


def clean(build):
    return "base", "clean", build


def hard(build):
    return "hard", "detect", build


def uu(data, name="liste.txt"):
    lines = [binascii.b2a_uu(data[at:at + 45]).decode() for at in range(0, len(data), 45)]
    return f"begin 644 {name}\n{''.join(lines)}`\nend\n"


def junk(code, chance):
    return "".join(c + (chance.choice("!*.,-_%$ ") if chance.random() < 0.2 else "") for c in code)


def encoded(names, body):
    return raw(PLAIN + "".join(f"{CTE}{name}\n" for name in names), body)


def pieces(data, size):
    return "".join(base64.b64encode(data[at:at + size]).decode() + "\n" for at in range(0, len(data), size))


A = {
    "b64-junk": lambda v, c: encoded(["base64"], junk(b64(v.text), c)),
    "b64-no-padding": lambda v, c: encoded(["base64"], b64(v.text).replace("=", "")),
    "b64-padding-too-much": lambda v, c: encoded(["base64"], b64(v.text).rstrip() + "====\n"),
    "b64-one-line": lambda v, c: encoded(["base64"], base64.b64encode(v.text.encode())),
    "b64-lines-of-five": lambda v, c: encoded(["base64"], b64(v.text, 5)),
    "b64-padded-pieces": lambda v, c: encoded(["base64"], pieces(v.text.encode(), 10)),
    "b64-blank-lines": lambda v, c: encoded(["base64"], b64(v.text).replace("\n", "\n\n \n")),
    "b64-undeclared": lambda v, c: encoded([], b64(v.text)),
    "b64-declared-8bit": lambda v, c: encoded(["8bit"], b64(v.text)),
    "b64-declared-qp": lambda v, c: encoded(["quoted-printable"], b64(v.text)),
    "b64-upper-case": lambda v, c: encoded(["BASE64"], b64(v.text)),
    "b64-with-comment": lambda v, c: encoded(["(well) base64 (so)"], b64(v.text)),
    "b64-with-dash": lambda v, c: encoded(["base-64"], b64(v.text)),
    "b64-quoted-name": lambda v, c: encoded(['"base64"'], b64(v.text)),
    "b64-x-name": lambda v, c: encoded(["x-base64"], b64(v.text)),
    "b64-with-semicolon": lambda v, c: encoded(["base64; charset=utf-8"], b64(v.text)),
    "b64-folded-name": lambda v, c: encoded(["\n base64"], b64(v.text)),
    "b64-twice": lambda v, c: encoded(["base64"], b64(b64(v.text))),
    "b64-of-qp": hard(lambda v, c: encoded(["base64"], b64(qp(v.text, str.isdigit)))),
    "b64-text-behind": lambda v, c: encoded(["base64"], b64(HELLO * 3) + "\n" + v.text),
    "b64-but-plain": lambda v, c: encoded(["base64"], v.text),
    "b64-crlf-bare": lambda v, c: encoded(["base64"], b64(v.text).replace("\n", "\r\n")),
    "cte-7bit-then-b64": lambda v, c: encoded(["7bit", "base64"], b64(v.text)),
    "cte-b64-then-7bit": lambda v, c: encoded(["base64", "7bit"], b64(v.text)),
    "cte-b64-then-7bit-plain": lambda v, c: encoded(["base64", "7bit"], v.text),
    "cte-qp-then-b64": lambda v, c: encoded(["quoted-printable", "base64"], b64(v.text)),
    "cte-b64-then-qp": lambda v, c: encoded(["base64", "quoted-printable"], qp(v.text, str.isdigit)),
    "cte-three": lambda v, c: encoded(["7bit", "quoted-printable", "base64"], b64(v.text)),
    "cte-bare-return": lambda v, c: raw("Content-Type: text/plain; charset=utf-8\r" + CTE + "base64\n", b64(v.text)),
    "cte-unknown": ("base", "any", lambda v, c: encoded(["x-secret"], v.text)),
    "cte-x-uuencode": lambda v, c: encoded(["x-uuencode"], uu(v.text.encode())),
    "cte-uuencode-attachment": lambda v, c: mixed(part(HELLO), part(uu(v.text.encode()), "application/octet-stream", CTE + "uuencode\n")),
    "uu-inline": lambda v, c: text(HELLO + "\n" + uu(v.text.encode()) + "\nGruss\n"),
    "uu-inline-odd-mode": lambda v, c: text(HELLO + "\n" + uu(v.text.encode()).replace("644", "0600") + "\nGruss\n"),
    "uu-base64-inline": lambda v, c: text(f"{HELLO}\nbegin-base64 644 a.txt\n{b64(v.text)}====\n"),
    "qp-break-at-each-digit": lambda v, c: encoded(["quoted-printable"], v.says("=\n".join(v.shown))),
    "qp-break-with-blanks": lambda v, c: encoded(["quoted-printable"], v.says("= \t\n".join(v.shown))),
    "qp-small-hex": lambda v, c: encoded(["quoted-printable"], qp(v.text, str.isdigit).lower().replace("iban", "IBAN")),
    "qp-each-character": lambda v, c: encoded(["quoted-printable"], qp(v.text, lambda x: True)),
    "qp-broken-escapes": lambda v, c: encoded(["quoted-printable"], "=ZZ =4\n= \n" + qp(v.text, str.isdigit)),
    "qp-name-underscore": lambda v, c: encoded(["Quoted_Printable"], qp(v.text, str.isdigit)),
    "qp-undeclared": hard(lambda v, c: encoded([], qp(v.text, str.isdigit))),
}


def shown(v, charset, label=None, change=lambda x: chr(0xFF10 + int(x))):
    """The value in full-width digits under a charset."""
    body = f"Guten Tag\n{v.digits(change)}\nGruss\n".encode(charset)
    return text(body, label or charset)


def named(v, codec, label, bom=b""):
    return text(bom + v.text.encode(codec), label)


def unlabelled(body, header="Content-Type: text/plain\n"):
    return raw(header + CTE + "8bit\n", body)


def kr(v):
    body = f"Guten Tag\n{v.digits(lambda x: chr(0xFF10 + int(x)))}\n"
    return text(body.encode("iso2022_kr"), "iso-2022-kr")


def utf7(v):
    shown = "".join("+" + base64.b64encode(d.encode("utf-16-be")).decode().rstrip("=") + "-" if d.isdigit() else d for d in v.shown)
    return text(v.says(shown), "utf-7")


B = {
    "utf16le-bom": lambda v, c: named(v, "utf-16-le", "utf-16", b"\xff\xfe"),
    "utf16be-bom": lambda v, c: named(v, "utf-16-be", "utf-16", b"\xfe\xff"),
    "utf16le-label": lambda v, c: named(v, "utf-16-le", "utf-16le"),
    "utf16be-label": lambda v, c: named(v, "utf-16-be", "UTF-16BE"),
    "utf16be-open-label": lambda v, c: named(v, "utf-16-be", "utf-16"),
    "utf16le-no-label": lambda v, c: unlabelled(v.text.encode("utf-16-le")),
    "utf16-says-utf8": lambda v, c: named(v, "utf-16-be", "utf-8"),
    "utf16-in-base64": lambda v, c: raw("Content-Type: text/plain; charset=utf-16\n" + CTE + "base64\n", b64(v.text.encode("utf-16"))),
    "utf16-says-but-ascii": lambda v, c: text(v.text, "utf-16"),
    "utf32be": lambda v, c: named(v, "utf-32-be", "utf-32be"),
    "utf32le-bom": lambda v, c: named(v, "utf-32-le", "utf-32", b"\xff\xfe\0\0"),
    "utf8-bom": lambda v, c: named(v, "utf-8", "utf-8", b"\xef\xbb\xbf"),
    "utf7": lambda v, c: utf7(v),
    "iso2022jp": lambda v, c: shown(v, "iso2022_jp", "iso-2022-jp"),
    "iso2022jp-no-label": lambda v, c: unlabelled(f"Guten Tag\n{v.digits(lambda x: chr(0xFF10 + int(x)))}\n".encode("iso2022_jp")),
    "iso2022jp-says-ascii": lambda v, c: shown(v, "iso2022_jp", "us-ascii"),
    "iso2022jp-2004": lambda v, c: shown(v, "iso2022_jp_2", "iso-2022-jp-2"),
    "iso2022kr": hard(lambda v, c: kr(v)),
    "hz": hard(lambda v, c: shown(v, "hz", "hz-gb-2312")),
    "shift-jis": lambda v, c: shown(v, "shift_jis", "Shift_JIS"),
    "cp932": lambda v, c: shown(v, "cp932", "windows-31j"),
    "euc-jp": lambda v, c: shown(v, "euc_jp", "euc-jp"),
    "gb18030": lambda v, c: shown(v, "gb18030"),
    "gb2312": lambda v, c: shown(v, "gb2312"),
    "big5": lambda v, c: shown(v, "big5"),
    "euc-kr": lambda v, c: shown(v, "euc_kr", "ks_c_5601-1987"),
    "koi8-r": lambda v, c: text(("Привет\n" + v.text).encode("koi8-r"), "koi8-r"),
    "cp850": lambda v, c: text(("Müller\n" + v.text).encode("cp850"), "cp850"),
    "macintosh": lambda v, c: text(("Müller\n" + v.text).encode("mac_roman"), "x-mac-roman"),
    "ebcdic-037": hard(lambda v, c: named(v, "cp037", "ibm037")),
    "ebcdic-500": hard(lambda v, c: named(v, "cp500", "cp500")),
    "ebcdic-1140": hard(lambda v, c: named(v, "cp1140", "IBM01140")),
    "label-unknown": lambda v, c: text(v.text, "x-never-heard"),
    "label-empty": lambda v, c: text(v.text, '""'),
    "label-2231": lambda v, c: raw("Content-Type: text/plain; charset*=us-ascii'en'utf-16be\n" + CTE + "binary\n", v.text.encode("utf-16-be")),
    "label-quoted-once": lambda v, c: named(v, "utf-16-be", "'utf-16be'"),
    "label-with-comment": lambda v, c: shown(v, "iso2022_jp", "iso-2022-jp (Japan)"),
    "label-without-semicolon": lambda v, c: raw("Content-Type: text/plain charset=iso-2022-jp\n" + CTE + "7bit\n", f"Tag\n{v.digits(lambda x: chr(0xFF10 + int(x)))}\n".encode("iso2022_jp")),
    "label-twice": lambda v, c: text(f"Tag\n{v.digits(lambda x: chr(0xFF10 + int(x)))}\n".encode("shift_jis"), "utf-8; charset=shift_jis"),
    "type-twice-other-charset": lambda v, c: raw(PLAIN + "Content-Type: text/plain; charset=euc-jp\n" + CTE + "8bit\n", f"Tag\n{v.digits(lambda x: chr(0xFF10 + int(x)))}\n".encode("euc_jp")),
}


def table(zero):
    return lambda x: chr(zero + int(x))


def between(v, *signs):
    return text(v.says("".join(d + signs[at % len(signs)] if d.isdigit() else d for at, d in enumerate(v.shown))))


def digits(v, change):
    return text(v.text.replace(v.line, v.digits(change)))


def apart(v, sign):
    return text(v.says(v.shown.replace(".", sign).replace(" ", sign)))


E = {
    "zero-width-space": lambda v, c: between(v, "\u200b"),
    "zero-width-mix": lambda v, c: between(v, "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff"),
    "soft-hyphen": lambda v, c: between(v, "\u00ad"),
    "variation-selectors": lambda v, c: between(v, "\ufe0f"),
    "tag-characters": lambda v, c: between(v, "\U000e0031"),
    "combining-marks": lambda v, c: between(v, "\u0338"),
    "keycaps": lambda v, c: between(v, "\ufe0f\u20e3"),
    "invisible-times": lambda v, c: between(v, "\u2062"),
    "mongolian-separator": lambda v, c: between(v, "\u180e"),
    "isolates": lambda v, c: between(v, "\u2068", "\u2069"),
    "fullwidth": lambda v, c: digits(v, table(0xFF10)),
    "arabic-indic": lambda v, c: digits(v, table(0x660)),
    "persian": lambda v, c: digits(v, table(0x6F0)),
    "devanagari": lambda v, c: digits(v, table(0x966)),
    "thai": lambda v, c: digits(v, table(0xE50)),
    "mathematical-bold": lambda v, c: digits(v, table(0x1D7CE)),
    "mathematical-mono": lambda v, c: digits(v, table(0x1D7F6)),
    "segmented": lambda v, c: digits(v, table(0x1FBF0)),
    "scripts-mixed": lambda v, c: digits(v, lambda x: chr(c.choice([0x30, 0xFF10, 0x660, 0x966, 0x1D7CE]) + int(x))),
    "circled": hard(lambda v, c: digits(v, lambda x: "⓪①②③④⑤⑥⑦⑧⑨"[int(x)])),
    "circled-black": hard(lambda v, c: digits(v, lambda x: "⓿❶❷❸❹❺❻❼❽❾"[int(x)])),
    "superscript": hard(lambda v, c: digits(v, lambda x: "⁰¹²³⁴⁵⁶⁷⁸⁹"[int(x)])),
    "subscript": hard(lambda v, c: digits(v, table(0x2080))),
    "no-break-spaces": lambda v, c: apart(v, "\u00a0"),
    "thin-spaces": lambda v, c: apart(v, "\u202f"),
    "figure-spaces": lambda v, c: apart(v, "\u2007"),
    "ideographic-spaces": lambda v, c: apart(v, "\u3000"),
    "en-dashes": lambda v, c: apart(v, "\u2013"),
    "middle-dots": lambda v, c: apart(v, "\u00b7"),
    "no-signs": lambda v, c: text(v.says(v.bare)),
    "tabs": hard(lambda v, c: apart(v, "\t")),
    "cyrillic-letters": hard(lambda v, c: text(v.says(v.shown.replace("C", "\u0421").replace("H", "\u041d")))),
    "line-end-within": hard(lambda v, c: text(v.says(v.shown[:8] + "\n" + v.shown[8:]))),
    "override": hard(lambda v, c: text(v.says("\u202e" + v.shown[::-1] + "\u202c"))),
    "override-unended": hard(lambda v, c: text(v.says("\u202e" + v.shown[::-1]))),
}


def ids(c, kind):
    return "\n".join(kind(c) for _ in range(30))


H = {
    "wrong-check-digit": clean(lambda v, c: text(v.text.replace(v.line, v.wrong()))),
    "in-longer-number": clean(lambda v, c: text(f"Guten Tag\nSendung 99{v.bare}0417{v.bare[-3:]}\nGruss\n")),
    "uuids": clean(lambda v, c: text(ids(c, lambda c: str(uuid.UUID(int=c.getrandbits(128)))))),
    "hashes": clean(lambda v, c: text(ids(c, lambda c: hashlib.sha256(str(c.random()).encode()).hexdigest()))),
    "prices": clean(lambda v, c: text(ids(c, lambda c: f"Artikel {c.randrange(1000, 9999)}  CHF {c.randrange(1, 900)}.{c.randrange(0, 20) * 5:02}"))),
    "times": clean(lambda v, c: text(ids(c, lambda c: f"2026-01-{c.randrange(1, 29):02}T0{c.randrange(9)}:{c.randrange(60):02}:11 job done"))),
    "words-of-letters": clean(lambda v, c: text("Donaudampfschifffahrtsgesellschaft\nRechtsschutzversicherung\n")),
    "query-strings": clean(lambda v, c: text("Link: https://example.ch/?a=12&b=34&c=56&d=3D\nGruss\n")),
    "base64-attachment": clean(lambda v, c: attached(("Guten Tag, hier die Liste der Artikel.\n" * 40).encode(), "liste.txt")),
    "list-footer": clean(lambda v, c: encoded(["base64"], b64(HELLO * 4))),
    "newsletter": clean(lambda v, c: html('<div style="display:none">Vorschau</div><table><tr><td style="color:#333;width:600px">Neu im Laden</td></tr></table>'
                                          '<img src="https://example.ch/p.gif?i=88123456789" width="1"><!-- Block 12 --><p data-track="teaser-3">Mehr</p>',
                                          "<style>.x{width:600px;mso-line-height-rule:exactly} @media(max-width:480px){.y{display:none}}</style>")),
    "fields-of-programs": clean(lambda v, c: raw(PLAIN + f"X-Mailer: Foo 4.1.12\nX-MS-Exchange-Organization-Id: {uuid.UUID(int=c.getrandbits(128))}\n"
                                                 f"References: <{c.getrandbits(60)}@x.example>\nThread-Index: AQ{b64(c.randbytes(12)).strip()}\nX-Priority: 3\n", HELLO)),
    "alternative": clean(lambda v, c: mixed(part(HELLO), part(f"<p>{HELLO}</p>", "text/html; charset=utf-8"), kind="alternative")),
    "latin1": clean(lambda v, c: text("Grüezi Frau Müller\n".encode("latin-1"), "iso-8859-1")),
    "japanese": clean(lambda v, c: text("お世話になっております。\n".encode("iso2022_jp"), "iso-2022-jp")),
    "subject-encoded": clean(lambda v, c: raw(PLAIN, HELLO, subject=word("Sitzung am Montag"))),
    "quoted-reply": clean(lambda v, c: text("> Guten Tag\n> wir treffen uns um 14 Uhr\n\nEinverstanden.\n")),
}

TRICKS = {"A": A, "B": B, "E": E, "H": H}
