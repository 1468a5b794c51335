# SPDX-License-Identifier: GPL-3.0-or-later
"""Values to hide, and the mails and files they stand in."""
import base64
import io
import textwrap
import zipfile

HEAD = ("Received: from mx.example.net (mx.example.net [192.0.2.10])\n\tby mail.example.org with ESMTPS id 4XyZab;\n"
        "\tThu, 15 Jan 2026 09:30:00 +0100\nFrom: Anna Muster <anna@example.ch>\nTo: Beat Beispiel <beat@example.net>\n"
        "Date: Thu, 15 Jan 2026 09:30:00 +0100\nMessage-ID: <ev-5ea2e23abdbf@example.ch>\n")
HELLO = "Guten Tag\n\nim Anhang finden Sie das Dokument.\n"
CTE = "Content-Transfer-Encoding: "


class Value:
    """An identifier with its check digit, and a sentence that says what it is."""

    def __init__(self, chance):
        self.chance = chance
        self.detector, word, self.bare, self.shown = chance.choice([ahv, iban, card])(chance)
        self.line = f"{word}: {self.shown}"
        self.text = f"Guten Tag\n\nanbei die Angaben aus dem Dossier.\n{self.line}\nFreundliche Gruesse\n"
        self.word = word

    def digits(self, change):
        """The line with each digit of the value changed."""
        return f"{self.word}: " + "".join(change(c) if c.isdigit() else c for c in self.shown)

    def says(self, shown):
        """The text with the value written so."""
        return self.text.replace(self.shown, shown)

    def wrong(self):
        """The line with one digit changed, so that the check digit does not hold."""
        last = self.shown[-1]
        return f"{self.word}: {self.shown[:-1]}{(int(last) + 1) % 10}"


def ahv(chance):
    digits = "756" + "".join(str(chance.randrange(10)) for _ in range(9))
    total = sum(int(d) * (1 + 2 * (at % 2)) for at, d in enumerate(digits))
    digits += str(-total % 10)
    return "ch.ahv", "AHV-Nummer", digits, f"{digits[:3]}.{digits[3:7]}.{digits[7:11]}.{digits[11:]}"


def iban(chance):
    account = f"{chance.randrange(100, 9000):05}" + "".join(str(chance.randrange(10)) for _ in range(12))
    check = 98 - int(account + "121700") % 97
    bare = f"CH{check:02}{account}"
    return "iban", "IBAN", bare, " ".join(textwrap.wrap(bare, 4))


def card(chance):
    digits = "4" + "".join(str(chance.randrange(10)) for _ in range(14))
    doubled = sum(sum(divmod(int(d) * (2 - at % 2), 10)) for at, d in enumerate(digits))
    digits += str(-doubled % 10)
    return "card", "Kreditkarte", digits, " ".join(textwrap.wrap(digits, 4))


def b64(data, width=76):
    data = data.encode() if isinstance(data, str) else data
    return "\n".join(textwrap.wrap(base64.b64encode(data).decode(), width)) + "\n"


def qp(text, which=lambda c: c == "=" or ord(c) > 126):
    return "".join("".join(f"={b:02X}" for b in c.encode()) if which(c) and c != "\n" else c for c in text)


def word(text, charset="utf-8", how="B"):
    data = text.encode(charset)
    if how == "B":
        return f"=?{charset}?B?{base64.b64encode(data).decode()}?="
    return f"=?{charset}?Q?" + "".join(f"={b:02X}" for b in data) + "?="


def raw(header, body, subject="Unterlagen zum Dossier", mime="MIME-Version: 1.0\n"):
    """A mail: `header` stands behind the usual fields."""
    header = header.encode() if isinstance(header, str) else header
    body = body.encode() if isinstance(body, str) else body
    subject = f"Subject: {subject}\n" if subject is not None else ""
    return (HEAD + subject + mime).encode() + header + b"\n" + body


def text(body, charset="utf-8", encoding="8bit", kind="text/plain"):
    return raw(f"Content-Type: {kind}; charset={charset}\n{CTE}{encoding}\n", body)


def html(body, head=""):
    page = f"<!DOCTYPE html><html><head>{head}</head><body><p>Guten Tag</p>\n{body}\n<p>Gruss</p></body></html>\n"
    return text(page, kind="text/html")


def part(body, kind="text/plain; charset=utf-8", more=""):
    return f"Content-Type: {kind}\n{more}\n{body}\n"


def mixed(*parts, kind="mixed", boundary="=_bnd_7f3a", end=True, before="", behind=""):
    lines = [f"--{boundary}\n{one}" for one in parts]
    body = before + "\n" + "\n".join(lines) + (f"\n--{boundary}--\n" if end else "") + behind
    return raw(f'Content-Type: multipart/{kind}; boundary="{boundary}"\n', body)


def attached(data, name, kind="application/octet-stream"):
    named = f'; filename="{name}"' if name else ""
    more = f"{CTE}base64\nContent-Disposition: attachment{named}\n"
    return mixed(part(HELLO), part(b64(data), kind, more))


def packed(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def docx(paragraphs, more=()):
    body = f'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{paragraphs}</w:body></w:document>'
    kinds = ('<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
             '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>')
    links = ('<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
             'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>')
    return packed([("[Content_Types].xml", kinds), ("_rels/.rels", links), ("word/document.xml", body), *more])


def p(content):
    return f"<w:p><w:r><w:t>{content}</w:t></w:r></w:p>"
