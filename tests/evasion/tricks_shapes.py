# SPDX-License-Identifier: GPL-3.0-or-later
"""D structure and lines that programs take in more than one way, E signs between and for digits."""
from mail import CTE, HELLO, attached, b64, html, mixed, part, qp, raw, text
from tricks_texts import PLAIN, between, digits, encoded, hard, uu
from tricks_trees import B, body, coded, forwarded, multi


def bounded(boundary, v, written=None):
    """A multipart whose boundary is this, and named so."""
    written = written or f'"{boundary}"'
    return multi(f"; boundary={written}", body(part(HELLO), coded(v), boundary=boundary))


def nested(outer, inner, v):
    members = part(body(part(HELLO), coded(v), boundary=inner), f'multipart/mixed; boundary="{inner}"')
    return multi(f'; boundary="{outer}"', body(part(HELLO), members, boundary=outer))


def typed(line, v):
    """A multipart whose type is written so."""
    return raw(line + "\n", body(part(HELLO), coded(v)))


def in_base64(v, depth):
    inner = forwarded(v)
    for _ in range(depth):
        inner = f"From: a@example.ch\nSubject: x\nMIME-Version: 1.0\nContent-Type: message/rfc822\n{CTE}base64\n\n{b64(inner)}"
    return mixed(part(HELLO), part(inner, "message/rfc822"))


def flowed(v, lines, more=""):
    return raw(f"Content-Type: text/plain; charset=utf-8; format=flowed{more}\n", f"Guten Tag\n{lines}\nGruss\n")


D = {
    "boundary-of-dashes": lambda v, c: bounded("----", v),
    "boundary-begins-with-dashes": lambda v, c: bounded("--=_x", v),
    "boundary-long": lambda v, c: bounded("x" * 200, v),
    "boundary-of-signs": lambda v, c: bounded("'()+_,-./:=?", v),
    "boundary-one-sign": lambda v, c: bounded("x", v),
    "boundary-utf8": hard(lambda v, c: bounded("grenze-ü", v)),
    "boundary-single-quotes": lambda v, c: multi(f"; boundary='{B}'", body(part(HELLO), coded(v))),
    "boundary-no-end-quote": lambda v, c: multi(f'; boundary="{B}', body(part(HELLO), coded(v))),
    "boundary-upper-key": lambda v, c: multi(f'; BOUNDARY = "{B}"', body(part(HELLO), coded(v))),
    "boundary-semicolons": lambda v, c: multi(f';; ; boundary={B};;', body(part(HELLO), coded(v))),
    "boundary-on-own-line": lambda v, c: multi(f';\n\tboundary=\n\t"{B}"', body(part(HELLO), coded(v))),
    "boundary-other-case": hard(lambda v, c: multi("; boundary=ABCdef", body(part(HELLO), coded(v), boundary="abcDEF"))),
    "boundary-comment-inside": hard(lambda v, c: multi(f"; boundary(x)={B}", body(part(HELLO), coded(v)))),
    "boundary-brackets": lambda v, c: bounded("a(b)c", v),
    "boundary-2231-sections": hard(lambda v, c: multi("; boundary*0*=us-ascii''a%5F; boundary*1=b", body(part(HELLO), coded(v), boundary="a_b"))),
    "boundary-inner-begins-alike": lambda v, c: nested("abc", "abcdef", v),
    "boundary-outer-begins-alike": lambda v, c: nested("abcdef", "abc", v),
    "boundary-the-same-twice": hard(lambda v, c: nested("abc", "abc", v)),
    "boundary-quoted-with-blank-ahead": hard(lambda v, c: bounded(" ab", v)),
    "end-comes-first": lambda v, c: multi(f"; boundary={B}", f"--{B}--\n" + body(part(HELLO), coded(v))),
    "end-twice": lambda v, c: multi(f"; boundary={B}", body(part(HELLO)) + body(coded(v))),
    "no-member": lambda v, c: multi(f"; boundary={B}", v.text),
    "one-delimiter": lambda v, c: multi(f"; boundary={B}", f"--{B}\n{coded(v)}"),
    "returns-only": hard(lambda v, c: mixed(part(HELLO), coded(v)).split(b"\n\n", 1)[0] + b"\n\n" + mixed(part(HELLO), coded(v)).split(b"\n\n", 1)[1].replace(b"\n", b"\r")),
    "returns-only-all": hard(lambda v, c: mixed(part(HELLO), coded(v)).replace(b"\n", b"\r")),
    "returns-doubled": lambda v, c: mixed(part(HELLO), coded(v)).replace(b"\n", b"\r\r\n"),
    "line-ends-backwards": hard(lambda v, c: mixed(part(HELLO), coded(v)).replace(b"\n", b"\n\r")),
    "blank-line-before-part-header": hard(lambda v, c: mixed(part(HELLO), "\n" + coded(v))),
    "blanks-in-blank-line-of-part": hard(lambda v, c: mixed(part(HELLO), f"{PLAIN}{CTE}base64\n \t\n{b64(v.text)}")),
    "no-blank-line-before-base64": hard(lambda v, c: mixed(part(HELLO), f"{PLAIN}{CTE}base64\n{b64(v.text)}")),
    "kinds": lambda v, c: mixed(part(HELLO), coded(v), kind=c.choice(["form-data", "parallel", "appledouble", "x-mixed-replace", "report", "related", "byteranges"])),
    "kind-with-blanks": lambda v, c: typed(f"Content-Type:multipart/mixed ;boundary={B}", v),
    "kind-in-upper-case": lambda v, c: typed(f"CONTENT-TYPE: MULTIPART/MIXED; boundary={B}", v),
    "kind-space-before-colon": lambda v, c: typed(f"Content-Type : multipart/mixed; boundary={B}", v),
    "kind-comment-inside": hard(lambda v, c: typed(f"Content-Type: multipart/(x)mixed; boundary={B}", v)),
    "kind-comment-unended": hard(lambda v, c: typed(f"Content-Type: multipart/mixed; boundary={B} (x", v)),
    "kind-comment-nested": hard(lambda v, c: typed(f"Content-Type: (a (b) \\) c) multipart/mixed; boundary={B}", v)),
    "kind-quoted": hard(lambda v, c: typed(f'Content-Type: "multipart/mixed"; boundary={B}', v)),
    "kind-slash-missing": hard(lambda v, c: typed(f"Content-Type: multipart; boundary={B}", v)),
    "kind-nul": hard(lambda v, c: typed(f"Content-Type: multipart/mixed\0; boundary={B}", v)),
    "kind-folded-inside": hard(lambda v, c: typed(f"Content-Type: multi\n part/mixed; boundary={B}", v)),
    "kind-name-misspelt": hard(lambda v, c: typed(f"ContentType: multipart/mixed; boundary={B}", v)),
    "rfc822-base64-3-deep": lambda v, c: in_base64(v, 3),
    "rfc822-blank-lines-ahead": lambda v, c: mixed(part(HELLO), part("\n\n" + forwarded(v), "message/rfc822")),
    "rfc822-of-an-mbox": lambda v, c: mixed(part(HELLO), part("From a@example.ch Thu Jan 15 09:30:00 2026\n" + forwarded(v), "message/rfc822")),
    "rfc822-no-header": lambda v, c: mixed(part(HELLO), part(v.text, "message/rfc822")),
    "rfc822-indented": hard(lambda v, c: text("Weitergeleitet:\n" + "".join("> " + line for line in forwarded(v).splitlines(True)))),
    "rfc822-news": lambda v, c: mixed(part(HELLO), part(forwarded(v), "message/news")),
    "rfc822-uuencode": hard(lambda v, c: mixed(part(HELLO), part(uu(forwarded(v).encode(), "a.eml"), "message/rfc822", CTE + "x-uuencode\n"))),
    "rfc822-qp-digits": lambda v, c: mixed(part(HELLO), part(qp(forwarded(v), str.isdigit), "message/rfc822", CTE + "quoted-printable\n")),
    "rfc822-octets-base64": lambda v, c: attached(in_base64(v, 2), "weiter.bin"),
    "partial-of-one": lambda v, c: raw('Content-Type: message/partial; number=1; total=1; id="x@example.ch"\n', forwarded(v)),
    "external-body-phantom": hard(lambda v, c: raw('Content-Type: message/external-body; access-type=URL; url="https://example.ch/x"\n', f"{PLAIN}\n{v.text}")),
    "preamble-base64": hard(lambda v, c: mixed(part(HELLO), before=b64(v.text))),
    "epilogue-base64": hard(lambda v, c: mixed(part(HELLO), behind=b64(v.text))),
    "epilogue-html": hard(lambda v, c: mixed(part(HELLO), behind=f"<html><p>{'<b></b>'.join(v.line)}</p></html>")),
    "digest-plain": lambda v, c: mixed(part(v.text), kind="digest"),
    "related-start-second": lambda v, c: raw(f'Content-Type: multipart/related; boundary={B}; start="<b>"\n', body(part("x", "text/html", "Content-ID: <a>\n"), part(f"<p>{v.line}</p>", "text/html", "Content-ID: <b>\n"))),
    "alternative-empty-plain": lambda v, c: mixed(part(""), part(f"<p>{'<b></b>'.join(v.line)}</p>", "text/html"), kind="alternative"),
    "alternative-of-alternatives": lambda v, c: mixed(part(HELLO), part(body(part(HELLO), coded(v), boundary="in"), "multipart/alternative; boundary=in"), kind="alternative"),
    "mht": lambda v, c: attached(mixed(part(f"<p>{'<b></b>'.join(v.line)}</p>", "text/html"), kind="related"), "seite.mht"),
    "emlx": hard(lambda v, c: attached(f"{len(forwarded(v))}      \n{forwarded(v)}<?xml version=\"1.0\"?><plist/>", "1.emlx")),
    "flowed-delsp": lambda v, c: flowed(v, f"{v.word}: {v.shown[:9]} \n{v.shown[9:]}", "; delsp=yes"),
    "flowed": hard(lambda v, c: flowed(v, f"{v.word}: {v.shown[:9]} \n{v.shown[9:]}")),
    "flowed-each-digit": hard(lambda v, c: flowed(v, f"{v.word}: " + " \n".join(v.shown), "; delsp=yes")),
    "flowed-quoted": hard(lambda v, c: flowed(v, f"> {v.word}: {v.shown[:9]} \n> {v.shown[9:]}", "; delsp=yes")),
    "flowed-base64": lambda v, c: raw(f"Content-Type: text/plain; format=flowed; delsp=yes\n{CTE}base64\n", b64(f"Guten Tag\n{v.word}: {v.shown[:9]} \n{v.shown[9:]}\n")),
    "quoted-in-two": hard(lambda v, c: text(f"> {v.word}: {v.shown[:9]}\n> {v.shown[9:]}\n")),
    "text-behind-signature": lambda v, c: text(f"{HELLO}\n-- \n{v.line}\n"),
    "text-far-down": lambda v, c: text(HELLO + "\n" * 50_000 + v.text),
    "text-in-one-long-line": lambda v, c: text("Artikel " * 40_000 + v.line + " Artikel" * 1000),
    "text-form-feed": lambda v, c: text(f"{HELLO}\f{v.line}\f"),
    "text-behind-end-of-file": lambda v, c: text(f"{HELLO}\x1a\n{v.text}"),
    "text-dots": lambda v, c: text(f"{HELLO}.\n..\n{v.text}"),
}


def apart(v, sign, every=1):
    return text(v.says(sign.join(v.shown[at:at + every] for at in range(0, len(v.shown), every))))


def signs(v, signs):
    return digits(v, lambda x: signs[int(x)])


E = {
    "nul-between": hard(lambda v, c: apart(v, "\0")),
    "controls-between": hard(lambda v, c: apart(v, "\x01")),
    "delete-between": hard(lambda v, c: apart(v, "\x7f")),
    "terminal-colours": hard(lambda v, c: apart(v, "\x1b[0m")),
    "blank-between-each": hard(lambda v, c: apart(v, " ")),
    "stop-between-each": hard(lambda v, c: text(v.says(".".join(v.bare)))),
    "dash-between-each": hard(lambda v, c: text(v.says("-".join(v.bare)))),
    "two-blanks-in-groups": hard(lambda v, c: text(v.says(v.shown.replace(".", "  ").replace(" ", "  ")))),
    "slashes-in-groups": hard(lambda v, c: text(v.says(v.shown.replace(".", "/").replace(" ", "/")))),
    "underscores-in-groups": hard(lambda v, c: text(v.says(v.shown.replace(".", "_").replace(" ", "_")))),
    "commas-in-groups": hard(lambda v, c: text(v.says(v.shown.replace(".", ",").replace(" ", ",")))),
    "non-breaking-hyphens": lambda v, c: text(v.says(v.shown.replace(".", "\u2011").replace(" ", "\u2011"))),
    "minus-signs": lambda v, c: text(v.says(v.shown.replace(".", "\u2212").replace(" ", "\u2212"))),
    "bullets": hard(lambda v, c: text(v.says(v.shown.replace(".", "\u2022").replace(" ", "\u2022")))),
    "full-stops-wide": lambda v, c: text(v.says(v.shown.replace(".", "\uff0e").replace(" ", "\u3000"))),
    "braille-blank": hard(lambda v, c: apart(v, "\u2800")),
    "hangul-filler": hard(lambda v, c: apart(v, "\u3164")),
    "hair-spaces": hard(lambda v, c: apart(v, "\u200a")),
    "grapheme-joiner": hard(lambda v, c: apart(v, "\u034f")),
    "left-to-right-marks": lambda v, c: between(v, "\u200e", "\u200f"),
    "embeddings": lambda v, c: between(v, "\u202a", "\u202c"),
    "interlinear": hard(lambda v, c: between(v, "\ufff9", "\ufffb")),
    "object-replacement": hard(lambda v, c: between(v, "\ufffc")),
    "variation-supplement": hard(lambda v, c: between(v, "\U000e0100")),
    "underline-marks": lambda v, c: between(v, "\u0332"),
    "bengali": lambda v, c: digits(v, lambda x: chr(0x9E6 + int(x))),
    "tibetan": lambda v, c: digits(v, lambda x: chr(0xF20 + int(x))),
    "khmer": lambda v, c: digits(v, lambda x: chr(0x17E0 + int(x))),
    "double-struck": lambda v, c: digits(v, lambda x: chr(0x1D7D8 + int(x))),
    "sans-bold": lambda v, c: digits(v, lambda x: chr(0x1D7EC + int(x))),
    "adlam": hard(lambda v, c: digits(v, lambda x: chr(0x1E950 + int(x)))),
    "han-digits": hard(lambda v, c: signs(v, "〇一二三四五六七八九")),
    "in-brackets": hard(lambda v, c: signs(v, "0⑴⑵⑶⑷⑸⑹⑺⑻⑼")),
    "with-stops": hard(lambda v, c: signs(v, "🄀⒈⒉⒊⒋⒌⒍⒎⒏⒐")),
    "double-circled": hard(lambda v, c: signs(v, "⓪⓵⓶⓷⓸⓹⓺⓻⓼⓽")),
    "dingbats": hard(lambda v, c: signs(v, "🄋➀➁➂➃➄➅➆➇➈")),
    "letter-o-for-zero": hard(lambda v, c: digits(v, lambda x: "O" if x == "0" else x)),
    "letter-l-for-one": hard(lambda v, c: digits(v, lambda x: "l" if x == "1" else x)),
    "letters-wide": lambda v, c: text(v.says("".join(chr(ord(x) + 0xFEE0) if x.isalnum() else x for x in v.shown))),
    "letters-small": lambda v, c: text(v.says(v.shown.lower())),
    "in-brackets-whole": lambda v, c: text(v.says(f"[{v.shown}]")),
    "in-markdown": lambda v, c: text(v.says(f"**{v.shown}**")),
    "in-underscores": lambda v, c: text(v.says(f"_{v.shown}_")),
    "in-a-link": lambda v, c: text(v.says(f"https://example.ch/x?nr={v.bare}&y=1")),
    "in-a-path": lambda v, c: text(v.says(f"/dossier/{v.bare}/seite")),
    "in-percent": hard(lambda v, c: text(v.says("https://example.ch/?nr=" + "".join(f"%{ord(x):02x}" for x in v.shown)))),
    "in-entities-of-text": hard(lambda v, c: text(v.says("".join(f"&#{ord(x)};" for x in v.shown)))),
    "in-escapes-of-text": hard(lambda v, c: text(v.says("".join(f"\\u{ord(x):04x}" for x in v.shown)))),
    "columns": hard(lambda v, c: text(f"{v.word}\n" + "\n".join(v.bare) + "\n")),
    "word-split-too": lambda v, c: text(v.text.replace(v.line, "\u200b".join(v.line))),
    "html-of-marks": lambda v, c: html(f"<p>{v.word}: {'&#8203;'.join(v.shown)}</p>"),
    "qp-of-marks": lambda v, c: encoded(["quoted-printable"], qp(v.text.replace(v.shown, "\u2060".join(v.shown)))),
}

TRICKS = {"D": D, "E": E}
