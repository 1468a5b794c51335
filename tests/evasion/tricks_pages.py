# SPDX-License-Identifier: GPL-3.0-or-later
"""F HTML."""
import base64

from mail import CTE, HELLO, attached, html, mixed, part, raw, text


def hard(build):
    return "hard", "detect", build


def tags(v, between):
    return html(f"<p>{v.word}: {between.join(v.shown)}</p>")


def decoys(v, c, tag):
    shown = "".join(x + tag.replace("§", str(c.randrange(10))) if x.isalnum() else x for x in v.shown)
    return f"<p>{v.word}: {shown}</p>"


def entity(v, how):
    return html(f"<p>{v.word}: {''.join(how(x) for x in v.shown)}</p>")


def data(v, kind="text/html"):
    return f"data:{kind};base64,{base64.b64encode(v.text.encode()).decode()}"


def backwards(v):
    return v.shown[::-1]


F = {
    "split-tags": lambda v, c: tags(v, "<b></b>"),
    "split-comments": lambda v, c: tags(v, "<!-- x -->"),
    "split-wbr": lambda v, c: tags(v, "<wbr>"),
    "split-shy": lambda v, c: tags(v, "&shy;"),
    "split-zwnj": lambda v, c: tags(v, "&zwnj;"),
    "split-unknown-tags": lambda v, c: tags(v, "<o:p></o:p>"),
    "split-empty-spans": lambda v, c: tags(v, '<span style="letter-spacing:0"></span>'),
    "split-processing": lambda v, c: tags(v, "<?x ?>"),
    "split-bold-each": lambda v, c: html(f"<p>{v.word}: " + "".join(f"<b>{x}</b>" for x in v.shown) + "</p>"),
    "entities": lambda v, c: entity(v, lambda x: f"&#{ord(x)};"),
    "entities-hex": lambda v, c: entity(v, lambda x: f"&#x{ord(x):x};"),
    "entities-without-end": lambda v, c: entity(v, lambda x: f"&#{ord(x)}<b></b>"),
    "entities-zeros": lambda v, c: entity(v, lambda x: f"&#00000{ord(x)};"),
    "entities-named": lambda v, c: html(f"<p>{v.word}&colon; " + v.shown.replace(".", "&period;").replace(" ", "&nbsp;") + "</p>"),
    "decoys-display-none": hard(lambda v, c: html(decoys(v, c, '<span style="display:none">§</span>'))),
    "decoys-font-size-0": hard(lambda v, c: html(decoys(v, c, '<span style="font-size:0">§</span>'))),
    "decoys-hidden": hard(lambda v, c: html(decoys(v, c, "<i hidden>§</i>"))),
    "decoys-opacity": hard(lambda v, c: html(decoys(v, c, '<span style="opacity:0">§</span>'))),
    "decoys-white": hard(lambda v, c: html(decoys(v, c, '<span style="color:#ffffff">§</span>'))),
    "decoys-by-class": hard(lambda v, c: html(decoys(v, c, '<span class="q">§</span>'), "<style>.q{display:none}</style>")),
    "decoys-by-element": hard(lambda v, c: html(decoys(v, c, "<s>§</s>"), "<style>s, u { font-size: 0px }</style>")),
    "decoys-off-screen": hard(lambda v, c: html(decoys(v, c, '<span style="position:absolute;left:-9999px">§</span>'))),
    "decoys-template": hard(lambda v, c: html(decoys(v, c, "<template>§</template>"))),
    "hidden-whole": lambda v, c: html(f'<div style="display:none">{v.line}</div>'),
    "hidden-half": hard(lambda v, c: html(f'<p>{v.word}: {v.shown[:8]}<span style="color:white">{v.shown[8:]}</span></p>')),
    "white-on-dark": lambda v, c: html(f'<table bgcolor="#000000"><tr><td><font style="color:#fff">{v.line}</font></td></tr></table>'),
    "data-attribute": lambda v, c: html(f'<p data-note="{v.line}">x</p>'),
    "attribute-unknown": hard(lambda v, c: html(f'<p kunde="{v.line}">x</p>')),
    "comment": lambda v, c: html(f"<!-- {v.line} -->"),
    "comment-outlook": lambda v, c: html(f"<!--[if mso]><p>{v.line}</p><![endif]-->"),
    "style-comment": hard(lambda v, c: html("x", f"<style>/* {v.line} */</style>")),
    "style-content": hard(lambda v, c: html('<p class="a"></p>', f'<style>.a::after{{content:"{v.line}"}}</style>')),
    "style-content-escaped": hard(lambda v, c: html('<p class="a"></p>', '<style>.a::after{content:"' + "".join(f"\\{ord(x):06x}" for x in v.line) + '"}</style>')),
    "script-json": hard(lambda v, c: html("x", f'<script type="application/ld+json">{{"note":"{v.line}"}}</script>')),
    "alt": lambda v, c: html(f'<img src="cid:x" alt="{v.line}">'),
    "title-attribute": lambda v, c: html(f'<abbr title="{v.line}">x</abbr>'),
    "aria-label": lambda v, c: html(f'<p aria-label="{v.line}">x</p>'),
    "title-element": lambda v, c: html("x", f"<title>{v.line}</title>"),
    "meta-content": hard(lambda v, c: html("x", f'<meta name="description" content="{v.line}">')),
    "link-mailto": lambda v, c: html(f'<a href="mailto:b@example.net?body={v.line.replace(" ", "%20")}">x</a>'),
    "link-query": lambda v, c: html(f'<a href="https://example.net/?q={v.line.replace(" ", "%20")}">x</a>'),
    "input-value": lambda v, c: html(f'<input value="{v.line}">'),
    "input-placeholder": lambda v, c: html(f'<input placeholder="{v.line}">'),
    "textarea": lambda v, c: html(f"<textarea>{v.line}</textarea>"),
    "option": lambda v, c: html(f"<select><option>{v.line}</option></select>"),
    "button": lambda v, c: html(f"<button>{v.line}</button>"),
    "noscript": lambda v, c: html(f"<noscript>{v.line}</noscript>"),
    "details": lambda v, c: html(f"<details><summary>x</summary>{v.line}</details>"),
    "svg-text": lambda v, c: html(f'<svg><text x="1">{v.line}</text></svg>'),
    "mathml": lambda v, c: html(f"<math><mtext>{v.line}</mtext></math>"),
    "cdata": lambda v, c: html(f"<svg><![CDATA[{v.line}]]></svg>"),
    "xmp": lambda v, c: html(f"<xmp>{v.line}</xmp>"),
    "plaintext": lambda v, c: html(f"<plaintext>{v.line}"),
    "iframe-srcdoc": lambda v, c: html(f'<iframe srcdoc="&lt;p&gt;{v.line}&lt;/p&gt;"></iframe>'),
    "iframe-data": hard(lambda v, c: html(f'<iframe src="{data(v)}"></iframe>')),
    "link-data": hard(lambda v, c: html(f'<a href="{data(v, "text/plain")}" download="a.txt">x</a>')),
    "object-data": hard(lambda v, c: html(f'<object data="{data(v)}"></object>')),
    "table-cells": lambda v, c: html(f"<table><tr><td>{v.word}</td><td>{v.shown}</td></tr></table>"),
    "table-cell-each": hard(lambda v, c: html(f"<p>{v.word}</p><table><tr>" + "".join(f"<td>{x}</td>" for x in v.bare) + "</tr></table>")),
    "bdo": hard(lambda v, c: html(f'<p>{v.word}: <bdo dir="rtl">{backwards(v)}</bdo></p>')),
    "bidi-style": hard(lambda v, c: html(f'<p>{v.word}: <span style="unicode-bidi:bidi-override;direction:rtl">{backwards(v)}</span></p>')),
    "bidi-entity": hard(lambda v, c: html(f"<p>{v.word}: &#8238;{backwards(v)}&#8236;</p>")),
    "unended": lambda v, c: text(f"<html><body><p>{v.line}", kind="text/html"),
    "unended-comment": lambda v, c: text(f"<html><body><!-- {v.line}", kind="text/html"),
    "no-html-tag": lambda v, c: text("<b></b>".join(v.line), kind="text/html"),
    "no-html-tag-no-type": lambda v, c: raw("", f"<p>{'<b></b>'.join(v.line)}</p>"),
    "says-plain": lambda v, c: text(f"<!doctype html><p>{'<b></b>'.join(v.line)}</p>"),
    "says-plain-in-source": lambda v, c: text(f"<!doctype html><p class='{v.line}'>x</p>"),
    "as-file": lambda v, c: attached(f"<p>{'<b></b>'.join(v.line)}</p>", "seite.html"),
    "as-file-says-plain": lambda v, c: attached(f"<p>{'<b></b>'.join(v.line)}</p>", "seite.html", "text/plain"),
    "xhtml": lambda v, c: text(f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body>{v.line}</body></html>', kind="application/xhtml+xml"),
    "enriched": hard(lambda v, c: text(f"<bold>{'<italic></italic>'.join(v.line)}</bold>", kind="text/enriched")),
    "nul-within": hard(lambda v, c: tags(v, "\0")),
    "meta-charset": hard(lambda v, c: raw("Content-Type: text/html\n" + CTE + "8bit\n", ('<html><head><meta charset="shift_jis"></head><p>' + v.digits(lambda x: chr(0xFF10 + int(x)))).encode("shift_jis"))),
    "meta-charset-other": hard(lambda v, c: raw("Content-Type: text/html; charset=utf-8\n" + CTE + "8bit\n", ('<html><head><meta charset="shift_jis"></head><p>' + v.digits(lambda x: chr(0xFF10 + int(x)))).encode("shift_jis"))),
    "alternative-only-html": lambda v, c: mixed(part(HELLO), part(f"<p>{'<b></b>'.join(v.line)}</p>", "text/html"), kind="alternative"),
}

TRICKS = {"F": F}
