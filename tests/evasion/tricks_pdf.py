# SPDX-License-Identifier: GPL-3.0-or-later
"""G PDF: what a page draws in odd ways, and where text may stand beside pages; H one that hides nothing."""
import base64
import zlib

from mail import attached
from tricks_files import page, pdf
from tricks_texts import clean, hard


def drawn(build, tier="base"):
    return tier, "detect", lambda v, c: attached(pdf(build(v)), "a.pdf")


def at(x, y, one):
    return b"1 0 0 1 %d %d Tm (%s) Tj\n" % (x, y, one.encode())


def show(v, operator, of=None):
    return b"BT /F 12 Tf 50 700 Td " + (of or (lambda v: b"(" + v.line.encode() + b")"))(v) + b" " + operator + b" ET"


def streamed(v, filters, data):
    """A PDF whose page is packed."""
    whole = pdf(data)
    return whole.replace(b"<</Length %d>>" % len(data), b"<</Length %d/Filter%s>>" % (len(data), filters))


def shown(v):
    return b"BT /F 12 Tf 50 700 Td (" + v.line.encode() + b") Tj ET"


def document(objects, root=1, more=b""):
    out, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, one)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + table + b"trailer<</Size %d/Root %d 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, root, more, len(out))


def with_page(page, *more, trailer=b"", catalog=b""):
    """A PDF with one empty page that says more."""
    return document([b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog, b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
                     b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]%s>>" % page, *more], more=trailer)


def in_pdf(build, tier="base"):
    return tier, "detect", lambda v, c: attached(build(v, v.line.encode()), "a.pdf")


def font_of_its_own(v):
    """A PDF whose bytes mean other characters, which only its table tells."""
    signs = sorted(set(v.line))
    table = "".join(f"<{at + 1:02x}> <{ord(x):04x}>\n" for at, x in enumerate(signs))
    cmap = f"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange\n{len(signs)} beginbfchar\n{table}endbfchar endcmap end".encode()
    shown = b"BT /F 12 Tf 50 700 Td <" + "".join(f"{signs.index(x) + 1:02x}" for x in v.line).encode() + b"> Tj ET"
    return document([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
                     b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
                     b"<</Length %d>>stream\n%s\nendstream" % (len(shown), shown),
                     b"<</Type/Font/Subtype/Type1/BaseFont/ABCDEF+X/ToUnicode 6 0 R>>",
                     b"<</Length %d>>stream\n%s\nendstream" % (len(cmap), cmap)])


def renamed(v):
    """A PDF whose font names other characters for the codes of digits."""
    names = "zero one two three four five six seven eight nine".split()
    shown = b"BT /F 12 Tf 50 700 Td (" + "".join(chr(97 + int(x)) if x.isdigit() else x.upper() for x in v.line).encode() + b") Tj ET"
    plain = pdf(shown)
    return plain.replace(b"/BaseFont/Helvetica", b"/BaseFont/Helvetica/Encoding<</Differences[97 " + b"".join(b"/" + x.encode() for x in names) + b"]>>")


def ascii85(data):
    return base64.a85encode(data) + b"~>"


G = {
    "pdf-move-each": drawn(lambda v: b"BT /F 12 Tf 50 700 Td " + b"".join(b"(%s) Tj 7 0 Td " % x.encode() for x in v.line) + b"ET"),
    "pdf-matrix-each": drawn(lambda v: b"BT /F 12 Tf " + b"".join(at(50 + 7 * n, 700, x) for n, x in enumerate(v.line)) + b"ET"),
    "pdf-backwards": drawn(lambda v: b"BT /F 12 Tf " + b"".join(at(50 + 7 * n, 700, x) for n, x in reversed(list(enumerate(v.line)))) + b"ET"),
    "pdf-kerned": drawn(lambda v: show(v, b"TJ", lambda v: b"[" + b"".join(b"(%s)-3" % x.encode() for x in v.line) + b"]")),
    "pdf-hex": drawn(lambda v: show(v, b"Tj", lambda v: b"<" + v.line.encode().hex().encode() + b">")),
    "pdf-octal": drawn(lambda v: show(v, b"Tj", lambda v: b"(" + b"".join(b"\\%03o" % x for x in v.line.encode()) + b")")),
    "pdf-line-breaks": drawn(lambda v: show(v, b"Tj", lambda v: b"(" + b"\\\n".join(x.encode() for x in v.line) + b")")),
    "pdf-quote-operator": drawn(lambda v: b"BT /F 12 Tf 14 TL 50 700 Td (Text) ' (" + v.line.encode() + b") ' ET"),
    "pdf-unseen": drawn(lambda v: b"BT 3 Tr /F 12 Tf 50 700 Td (" + v.line.encode() + b") Tj ET"),
    "pdf-white": drawn(lambda v: b"BT 1 1 1 rg /F 12 Tf 50 700 Td (" + v.line.encode() + b") Tj ET"),
    "pdf-off-page": drawn(lambda v: b"BT /F 12 Tf -900 -900 Td (" + v.line.encode() + b") Tj ET"),
    "pdf-turned": drawn(lambda v: b"BT /F 12 Tf 0 1 -1 0 300 300 Tm (" + v.line.encode() + b") Tj ET"),
    "pdf-scaled": drawn(lambda v: b"q 10 0 0 10 0 0 cm BT /F 1.2 Tf 5 70 Td " + b"".join(b"(%s) Tj .7 0 Td " % x.encode() for x in v.line) + b"ET Q"),
    "pdf-text-object-each": drawn(lambda v: b"".join(b"BT /F 12 Tf %d 700 Td (%s) Tj ET\n" % (50 + 7 * n, x.encode()) for n, x in enumerate(v.line))),
    "pdf-down": drawn(lambda v: b"BT /F 12 Tf 14 TL 50 700 Td " + b"".join(b"(%s) Tj T* " % x.encode() for x in v.shown) + b"ET", "hard"),
    "pdf-flate": lambda v, c: attached(streamed(v, b"/FlateDecode", zlib.compress(shown(v))), "a.pdf"),
    "pdf-ascii-hex": lambda v, c: attached(streamed(v, b"/ASCIIHexDecode", shown(v).hex().encode() + b">"), "a.pdf"),
    "pdf-ascii-85": lambda v, c: attached(streamed(v, b"/ASCII85Decode", ascii85(shown(v))), "a.pdf"),
    "pdf-two-filters": lambda v, c: attached(streamed(v, b"[/ASCII85Decode/FlateDecode]", ascii85(zlib.compress(shown(v)))), "a.pdf"),
    "pdf-length-wrong": lambda v, c: attached(pdf(shown(v)).replace(b"/Length ", b"/Length 9"), "a.pdf"),
    "pdf-table-wrong": lambda v, c: attached(page(v).replace(b"startxref\n", b"startxref\n9"), "a.pdf"),
    "pdf-no-end": lambda v, c: attached(page(v).split(b"xref\n")[0], "a.pdf"),
    "pdf-table-of-unicode": ("base", "detect", lambda v, c: attached(font_of_its_own(v), "a.pdf")),
    "pdf-font-differs": lambda v, c: attached(renamed(v), "a.pdf"),
    "pdf-title": in_pdf(lambda v, x: with_page(b"", b"<</Title(%s)>>" % x, trailer=b"/Info 4 0 R")),
    "pdf-bookmark": in_pdf(lambda v, x: with_page(b"", b"<</First 5 0 R/Last 5 0 R/Count 1>>", b"<</Title(%s)/Parent 4 0 R/Dest[3 0 R/Fit]>>" % x, catalog=b"/Outlines 4 0 R"), "hard"),
    "pdf-note": in_pdf(lambda v, x: with_page(b"/Annots[4 0 R]", b"<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(%s)>>" % x)),
    "pdf-note-utf16": in_pdf(lambda v, x: with_page(b"/Annots[4 0 R]", b"<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents<feff%s>>>" % v.line.encode("utf-16-be").hex().encode())),
    "pdf-field": in_pdf(lambda v, x: with_page(b"/Annots[4 0 R]", b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/Rect[0 0 99 9]/V(%s)>>" % x, catalog=b"/AcroForm<</Fields[4 0 R]>>")),
    "pdf-field-hint": in_pdf(lambda v, x: with_page(b"/Annots[4 0 R]", b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/TU(%s)/Rect[0 0 99 9]>>" % x, catalog=b"/AcroForm<</Fields[4 0 R]>>"), "hard"),
    "pdf-link": in_pdf(lambda v, x: with_page(b"/Annots[4 0 R]", b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://example.ch/?q=%s)>>>>" % x.replace(b" ", b"%20")), "hard"),
    "pdf-script": in_pdf(lambda v, x: with_page(b"", b"<</S/JavaScript/JS(app.alert\\('%s'\\))>>" % x, catalog=b"/OpenAction 4 0 R"), "hard"),
    "pdf-older-state": hard(lambda v, c: attached(page(v) + b"\n4 0 obj<</Length 0>>stream\n\nendstream endobj\nxref\n4 1\n%010d 00000 n \ntrailer<</Size 6/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF" % (len(page(v)) + 1, page(v).rindex(b"xref\n0 "), len(page(v)) + 52), "a.pdf")),
    "pdf-type-lie": lambda v, c: attached(page(v), "a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}

H = {
    "pdf-articles": clean(lambda v, c: attached(pdf(b"BT /F 12 Tf 14 TL 50 700 Td " + b"".join(b"(Artikel %d) Tj T* " % c.randrange(10**5) for _ in range(30)) + b"ET"), "a.pdf")),
}

TRICKS = {"G": G, "H": H}
