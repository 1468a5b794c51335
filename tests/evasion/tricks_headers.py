# SPDX-License-Identifier: GPL-3.0-or-later
"""C header fields and their parameters."""
import urllib.parse

from mail import CTE, HEAD, HELLO, b64, mixed, part, raw, text, word

PLAIN = "Content-Type: text/plain; charset=utf-8\n"


def hard(build):
    return "hard", "detect", build


def subject(value):
    return raw(PLAIN, HELLO, subject=value)


def field(line):
    return raw(PLAIN + line + "\n", HELLO)


def instead(old, new):
    """A mail in whose usual fields one is another."""
    return (HEAD.replace(old, new) + "Subject: Unterlagen\nMIME-Version: 1.0\n" + PLAIN + "\n" + HELLO).encode()


def file(disposition, kind="application/pdf"):
    body = "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    return mixed(part(HELLO), part(b64("Artikel\n"), "text/plain", CTE + f"base64\nContent-Disposition: {disposition}\n"))


def pieces(line, size):
    return [line[at:at + size] for at in range(0, len(line), size)]


def percent(line):
    return urllib.parse.quote(line, safe="")


def sections(line, order=lambda numbers: numbers):
    quoted = [percent(piece) for piece in pieces(line, 6)]
    named = [f"filename*{at}*={'utf-8' + chr(39) * 2 if at == 0 else ''}{piece}" for at, piece in enumerate(quoted)]
    return "attachment;\n " + ";\n ".join(order(named))


C = {
    "subject-plain": lambda v, c: subject(v.line),
    "subject-b": lambda v, c: subject(word(v.line)),
    "subject-q": lambda v, c: subject(word(v.line, how="Q")),
    "subject-word-for-each": lambda v, c: subject("\n ".join(word(x) for x in v.line)),
    "subject-words-touch": lambda v, c: subject("".join(word(x) for x in pieces(v.line, 5))),
    "subject-charsets-mixed": lambda v, c: subject("\n ".join(word(x, ["utf-8", "iso-8859-1", "windows-1252"][at % 3]) for at, x in enumerate(pieces(v.line, 4)))),
    "subject-no-padding": lambda v, c: subject(word(v.line).replace("=?=", "?=").replace("=?=", "?=")),
    "subject-small-letters": lambda v, c: subject(word(v.line).replace("UTF-8", "utf-8").replace("?B?", "?b?")),
    "subject-language": lambda v, c: subject(word(v.line).replace("=?utf-8", "=?utf-8*de")),
    "subject-folded-in-word": lambda v, c: subject(word(v.line)[:24] + "\n " + word(v.line)[24:]),
    "subject-blanks-in-q": lambda v, c: subject(f"=?utf-8?Q?{v.line}?="),
    "subject-question-in-q": hard(lambda v, c: subject(f"=?utf-8?Q?wer?{word(v.line, how='Q').split('?Q?')[1]}")),
    "subject-utf16": lambda v, c: subject(word(v.line, "utf-16-be").replace("utf-16-be", "utf-16be")),
    "subject-iso2022jp": lambda v, c: subject(word(v.digits(lambda x: chr(0xFF10 + int(x))), "iso2022_jp").replace("iso2022_jp", "iso-2022-jp")),
    "subject-no-charset": hard(lambda v, c: subject(word(v.line).replace("=?utf-8", "=?"))),
    "subject-unknown-charset": lambda v, c: subject(word(v.line).replace("=?utf-8", "=?x-none")),
    "subject-in-quotes": lambda v, c: subject(f'"{word(v.line)}"'),
    "subject-twice": lambda v, c: subject("Sitzung\nSubject: " + v.line),
    "subject-folded": lambda v, c: subject("\n " + v.line.replace(": ", ":\n ", 1)),
    "subject-raw-utf8": lambda v, c: subject("Löhne " + v.line),
    "subject-space-before-colon": lambda v, c: raw("Subject : " + v.line + "\n" + PLAIN, HELLO, subject=None),
    "subject-small-name": lambda v, c: raw("sUBJECT: " + v.line + "\n" + PLAIN, HELLO, subject=None),
    "from-name": lambda v, c: instead("From: Anna Muster", f'From: "{v.line}"'),
    "from-name-encoded": lambda v, c: instead("From: Anna Muster", f"From: {word(v.line)}"),
    "to-comment": lambda v, c: instead("To: Beat Beispiel <beat@example.net>", f"To: beat@example.net ({v.line})"),
    "cc-group": lambda v, c: field(f'Cc: "{v.line}": beat@example.net;'),
    "reply-to-encoded": lambda v, c: field(f"Reply-To: {word(v.line, how='Q')} <a@example.ch>"),
    "resent-to-name": lambda v, c: field(f'Resent-To: "{v.line}" <a@example.ch>'),
    "comments": lambda v, c: field("Comments: " + v.line),
    "keywords-encoded": lambda v, c: field("Keywords: " + word(v.line)),
    "x-plain": lambda v, c: field("X-Kundendaten: " + v.line),
    "x-encoded": lambda v, c: field("X-Kundendaten: " + word(v.line)),
    "x-folded": lambda v, c: field("X-Kundendaten: siehe\n\t" + v.line),
    "x-parameter-2231": lambda v, c: field(f"X-Kundendaten: siehe; wert*=utf-8''{percent(v.line)}"),
    "x-parameter-sections": hard(lambda v, c: field(f"X-Kundendaten: siehe; wert*1*={percent(v.line[9:])}; wert*0*=utf-8''{percent(v.line[:9])}")),
    "x-long-name": lambda v, c: field("X-" + "Feld-" * 40 + "Ende: " + v.line),
    "organization": lambda v, c: field("Organization: " + v.line),
    "thread-topic": lambda v, c: field("Thread-Topic: " + v.line),
    "content-description": lambda v, c: mixed(part(HELLO, more=f"Content-Description: {v.line}\n")),
    "content-description-encoded": lambda v, c: mixed(part(HELLO, more=f"Content-Description: {word(v.line)}\n")),
    "part-field": lambda v, c: mixed(part(HELLO, more=f"X-Note: {v.line}\n")),
    "part-subject": lambda v, c: mixed(part(HELLO, more=f"Subject: {v.line}\n")),
    "no-field": lambda v, c: raw(v.line.replace(":", "") + "\n" + PLAIN, HELLO),
    "inner-subject": lambda v, c: mixed(part(HELLO), part(f"From: a@example.ch\nSubject: {word(v.line)}\n\nText\n", "message/rfc822")),
    "inner-x-field": lambda v, c: mixed(part(HELLO), part(f"From: a@example.ch\nX-Note: {v.line}\n\nText\n", "message/rfc822")),
    "headers-of-a-bounce": lambda v, c: mixed(part(HELLO), part(f"From: a@example.ch\nSubject: {word(v.line)}\n", "text/rfc822-headers")),
    "name-plain": lambda v, c: file(f'attachment; filename="{v.line}.pdf"'),
    "name-2047": lambda v, c: file(f'attachment; filename="{word(v.line)}"'),
    "name-2047-unquoted": lambda v, c: file(f"attachment; filename={word(v.line)}"),
    "name-2231": lambda v, c: file(f"attachment; filename*=utf-8''{percent(v.line)}"),
    "name-2231-latin": lambda v, c: file(f"attachment; filename*=iso-8859-1'de'{percent(v.line)}"),
    "name-sections": lambda v, c: file(sections(v.line)),
    "name-sections-backwards": lambda v, c: file(sections(v.line, lambda x: x[::-1])),
    "name-sections-plain": lambda v, c: file("attachment; " + "; ".join(f'filename*{at}="{x}"' for at, x in enumerate(pieces(v.line, 5)))),
    "name-sections-2047": hard(lambda v, c: file("attachment; " + "; ".join(f'filename*{at}="{x}"' for at, x in enumerate(pieces(word(v.line), 9))))),
    "name-2231-quoted": lambda v, c: file(f"attachment; filename*=\"utf-8''{percent(v.line)}\""),
    "name-percent-only": hard(lambda v, c: file(f'attachment; filename="{percent(v.line)}"')),
    "name-twice": lambda v, c: file(f'attachment; filename="liste.pdf"; filename="{v.line}"'),
    "name-both-ways": lambda v, c: file(f"attachment; filename*=utf-8''liste.pdf; filename=\"{v.line}\""),
    "name-of-type": lambda v, c: mixed(part(HELLO, f'text/plain; name="{v.line}"')),
    "name-of-type-not-disposition": lambda v, c: mixed(part(HELLO, f'text/plain; name="{v.line}"', 'Content-Disposition: inline; filename="a.txt"\n')),
    "disposition-twice": lambda v, c: mixed(part(HELLO, more=f'Content-Disposition: inline; filename=a.txt\nContent-Disposition: inline; filename="{v.line}"\n')),
    "parameter-unknown": hard(lambda v, c: mixed(part(HELLO, f'text/plain; note="{v.line}"'))),
    "name-in-folds": lambda v, c: file(f'attachment;\n filename\n =\n "{v.line}"'),
    "name-in-archive-of-type": lambda v, c: mixed(part(HELLO), part(b64("x"), f"application/x-thing; name={word(v.line)}", CTE + "base64\n")),
    "blank-line-of-blanks": hard(lambda v, c: raw(PLAIN + "X-A: b\n \nReceived: " + v.line + "\n", HELLO)),
}

TRICKS = {"C": C}
