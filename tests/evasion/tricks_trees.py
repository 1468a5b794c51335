# SPDX-License-Identifier: GPL-3.0-or-later
"""D structure."""
from mail import CTE, HELLO, attached, b64, mixed, part, qp, raw, text

PLAIN = "Content-Type: text/plain; charset=utf-8\n"
B = "=_bnd_7f3a"


def hard(build):
    return "hard", "detect", build


def unread(build):
    return "base", "uninspectable", build


def body(*parts, boundary=B, end=True):
    return "".join(f"--{boundary}\n{one}" for one in parts) + (f"--{boundary}--\n" if end else "")


def multi(parameter, content, kind="mixed", more=""):
    return raw(f"Content-Type: multipart/{kind}{parameter}\n{more}", content)


def coded(v):
    return part(b64(v.text), more=CTE + "base64\n")


def nested(v, depth):
    inner = part(v.text)
    for level in range(depth):
        inner = part(body(inner, boundary=f"b{level}x"), f'multipart/mixed; boundary="b{level}x"')
    return mixed(part(HELLO), inner)


def forwarded(v, depth=1):
    inner = f"From: a@example.ch\nSubject: x\nMIME-Version: 1.0\n{PLAIN}\n{v.text}"
    for _ in range(depth - 1):
        inner = f"From: a@example.ch\nSubject: x\nContent-Type: message/rfc822\n\n{inner}"
    return inner


D = {
    "no-end": lambda v, c: mixed(part(v.text), end=False),
    "epilogue": lambda v, c: mixed(part(HELLO), behind=v.text),
    "preamble": lambda v, c: mixed(part(HELLO), before=v.text),
    "late-member": lambda v, c: mixed(part(HELLO), behind=body(coded(v))),
    "text-between": lambda v, c: mixed(part(HELLO), behind=v.text + "\n" + body(part(HELLO))),
    "boundary-missing": lambda v, c: multi("", body(part(HELLO), coded(v))),
    "boundary-empty": lambda v, c: multi('; boundary=""', body(part(HELLO), coded(v))),
    "boundary-other": lambda v, c: multi("; boundary=other", body(part(HELLO), coded(v))),
    "boundary-unquoted": lambda v, c: multi(f"; boundary={B}", body(part(HELLO), coded(v))),
    "boundary-with-blank": lambda v, c: multi('; boundary="a b"', body(part(HELLO), coded(v), boundary="a b")),
    "boundary-blank-at-end": lambda v, c: multi('; boundary="ab "', body(part(HELLO), coded(v), boundary="ab")),
    "boundary-escaped": lambda v, c: multi('; boundary="a\\"b"', body(part(HELLO), coded(v), boundary='a"b')),
    "boundary-2231": lambda v, c: multi("; boundary*=us-ascii''a%5Fb", body(part(HELLO), coded(v), boundary="a_b")),
    "boundary-sections": lambda v, c: multi("; boundary*0=ab; boundary*1=cd", body(part(HELLO), coded(v), boundary="abcd")),
    "boundary-twice-first": lambda v, c: multi(f"; boundary={B}; boundary=x", body(coded(v)) + body(part(HELLO), boundary="x")),
    "boundary-twice-second": lambda v, c: multi(f"; boundary=x; boundary={B}", body(coded(v)) + body(part(HELLO), boundary="x")),
    "boundary-within-the-other": lambda v, c: multi(f"; boundary=x; boundary={B}", body(part(HELLO + body(coded(v))), boundary="x")),
    "boundary-no-semicolon": lambda v, c: multi(f" boundary={B}", body(part(HELLO), coded(v))),
    "boundary-comma": lambda v, c: multi(f", boundary={B}", body(part(HELLO), coded(v))),
    "boundary-commented": lambda v, c: multi(f"; (x=y) boundary={B} (z)", body(part(HELLO), coded(v))),
    "delimiter-blanks": lambda v, c: multi(f"; boundary={B}", body(part(HELLO), coded(v)).replace(B, B + " \t")),
    "delimiter-goes-on": hard(lambda v, c: multi(f"; boundary={B}", f"--{B}\n{part(HELLO)}--{B}x\n{coded(v)}--{B}--\n")),
    "crlf": lambda v, c: mixed(part(HELLO), coded(v)).replace(b"\n", b"\r\n"),
    "line-ends-mixed": lambda v, c: mixed(part(HELLO), coded(v)).replace(b"\n", b"\r\n", 14),
    "type-twice-multipart-first": lambda v, c: raw(f"Content-Type: multipart/mixed; boundary={B}\n{PLAIN}", body(part(HELLO), coded(v))),
    "type-twice-multipart-last": lambda v, c: raw(f"{PLAIN}Content-Type: multipart/mixed; boundary={B}\n", body(part(HELLO), coded(v))),
    "type-twice-html": lambda v, c: raw(PLAIN + "Content-Type: text/html\n", f"<p>{'<b></b>'.join(v.line)}</p>"),
    "type-twice-two-boundaries": lambda v, c: raw(f"Content-Type: multipart/mixed; boundary=x\nContent-Type: multipart/mixed; boundary={B}\n", body(part(HELLO), boundary="x") + body(coded(v))),
    "type-missing": lambda v, c: raw("", v.text),
    "type-rubbish": lambda v, c: raw("Content-Type: text\n", v.text),
    "type-unknown": lambda v, c: raw("Content-Type: x-thing/x-other\n", v.text),
    "type-spaced": lambda v, c: raw("Content-Type: TEXT / HTML ; charset=utf-8\n", f"<p>{'<b></b>'.join(v.line)}</p>"),
    "type-spaced-multipart": lambda v, c: raw(f"Content-Type: multipart / mixed; boundary={B}\n", body(part(HELLO), coded(v))),
    "type-with-comment": lambda v, c: raw(f"Content-Type: (x) multipart/mixed (y); boundary={B}\n", body(part(HELLO), coded(v))),
    "type-multipart-unknown": lambda v, c: mixed(part(HELLO), coded(v), kind="x-nobody-knows"),
    "no-mime-version": lambda v, c: raw(f"Content-Type: multipart/mixed; boundary={B}\n", body(coded(v)), mime=""),
    "mime-version-odd": lambda v, c: raw(f"Content-Type: multipart/mixed; boundary={B}\n", body(coded(v)), mime="MIME-Version: (x) 2.0\n"),
    "multipart-in-base64": hard(lambda v, c: multi(f"; boundary={B}", b64(body(part(HELLO), coded(v))), more=CTE + "base64\n")),
    "multipart-says-base64": lambda v, c: multi(f"; boundary={B}", body(part(HELLO), coded(v)), more=CTE + "base64\n"),
    "multipart-says-qp": lambda v, c: multi(f"; boundary={B}", body(part(HELLO), coded(v)), more=CTE + "quoted-printable\n"),
    "part-without-header": lambda v, c: multi(f"; boundary={B}", f"--{B}\n\n{v.text}--{B}--\n"),
    "part-without-blank-line": lambda v, c: multi(f"; boundary={B}", f"--{B}\nGuten Tag\n{v.text}--{B}--\n"),
    "part-all-header": lambda v, c: multi(f"; boundary={B}", f"--{B}\n{v.line}\n--{B}--\n"),
    "nested-10": lambda v, c: nested(v, 10),
    "nested-20": lambda v, c: nested(v, 20),
    "nested-40": ("hard", "any", lambda v, c: nested(v, 40)),
    "rfc822": lambda v, c: mixed(part(HELLO), part(forwarded(v), "message/rfc822")),
    "rfc822-8-deep": lambda v, c: mixed(part(HELLO), part(forwarded(v, 8), "message/rfc822")),
    "rfc822-base64": lambda v, c: mixed(part(HELLO), part(b64(forwarded(v)), "message/rfc822", CTE + "base64\n")),
    "rfc822-qp": lambda v, c: mixed(part(HELLO), part(qp(forwarded(v)), "message/rfc822", CTE + "quoted-printable\n")),
    "rfc822-says-base64": lambda v, c: mixed(part(HELLO), part(forwarded(v), "message/rfc822", CTE + "base64\n")),
    "rfc822-global": lambda v, c: mixed(part(HELLO), part(forwarded(v), "message/global")),
    "rfc822-in-digest": lambda v, c: mixed("\n" + forwarded(v), kind="digest"),
    "rfc822-as-octets": lambda v, c: attached(forwarded(v), "brief.dat"),
    "rfc822-as-eml": lambda v, c: attached(forwarded(v), "brief.eml"),
    "bounce-inline": lambda v, c: text(f"Your mail came back.\n\nFrom: a@example.ch\nSubject: x\n{PLAIN}{CTE}base64\n\n{b64(v.text)}"),
    "multipart-inline": hard(lambda v, c: text("Weitergeleitet:\n\n" + body(part(HELLO), coded(v)))),
    "alternative-decoy": lambda v, c: mixed(part(HELLO), part(f"<p>{v.line}</p>", "text/html; charset=utf-8"), kind="alternative"),
    "alternative-of-three": lambda v, c: mixed(part(HELLO), part(v.text, "text/x-amp-html"), part("<p>x</p>", "text/html"), kind="alternative"),
    "alternative-in-calendar": lambda v, c: mixed(part(HELLO), part(f"BEGIN:VCALENDAR\nDESCRIPTION:{v.line}\nEND:VCALENDAR\n", "text/calendar"), kind="alternative"),
    "related-unused": lambda v, c: mixed(part("<p>Tag</p>", "text/html"), coded(v), kind="related"),
    "signed": lambda v, c: mixed(part(v.text), part("-----BEGIN PGP SIGNATURE-----\n\nabc=\n-----END PGP SIGNATURE-----", "application/pgp-signature"), kind="signed"),
    "delivery-status": lambda v, c: mixed(part(HELLO), part(f"Reporting-MTA: dns; x\n\nDiagnostic-Code: smtp; 550 {v.line}\n", "message/delivery-status"), kind="report"),
    "mbox": lambda v, c: attached(f"From a Thu Jan 15\nFrom: a@example.ch\nSubject: x\n\nText\n\nFrom b Thu Jan 15\n{forwarded(v)}", "archiv.mbox"),
    "partial": unread(lambda v, c: raw('Content-Type: message/partial; number=2; total=3; id="x@example.ch"\n', v.line[6:-4] + "\n")),
    "external-body": unread(lambda v, c: raw('Content-Type: message/external-body; access-type=URL; url="https://example.ch/x"\n', "Content-Type: text/plain\n\n")),
    "pgp-mime": unread(lambda v, c: mixed(part("Version: 1\n", "application/pgp-encrypted"), part("-----BEGIN PGP MESSAGE-----\n\nhQEM\n-----END PGP MESSAGE-----", "application/octet-stream"), kind="encrypted")),
    "pgp-inline": unread(lambda v, c: text(HELLO + "\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n=abcd\n-----END PGP MESSAGE-----\n")),
    "pgp-inline-html": unread(lambda v, c: text("<html><pre>-----BEGIN PGP MESSAGE-----\n\nhQEMA\n=abcd\n-----END PGP MESSAGE-----</pre></html>", kind="text/html")),
    "pgp-clear-signed": lambda v, c: text(f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{v.text}\n-----BEGIN PGP SIGNATURE-----\n\nabc=\n-----END PGP SIGNATURE-----\n"),
    "smime": unread(lambda v, c: raw("Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n" + CTE + "base64\n",
                                     b64(bytes.fromhex("308006092a864886f70d010703a0800000")))),
    "header-broken-then-base64": hard(lambda v, c: raw(PLAIN + "this is no field\n" + CTE + "base64\n", v.text)),
}

TRICKS = {"D": D}
