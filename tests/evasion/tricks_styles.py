# SPDX-License-Identifier: GPL-3.0-or-later
"""F pages: what styles hide and show, where text may stand in HTML, and controls that look alike."""
import base64
import urllib.parse

from mail import html, text
from tricks_pages import data, decoys, hard, tags
from tricks_texts import clean, ids


def decoy(style):
    return hard(lambda v, c: html(decoys(v, c, f'<span style="{style}">§</span>')))


def by_sheet(sheet, tag='<span class="q">§</span>'):
    return hard(lambda v, c: html(decoys(v, c, tag), f"<style>{sheet}</style>"))


def entity(name):
    return lambda v, c: tags(v, name)


def inside(before, behind):
    return lambda v, c: html(f"{before}{v.line}{behind}")


def each(before, behind):
    return lambda v, c: html(f"<div>{v.word}: " + "".join(before + x + behind for x in v.shown) + "</div>")


def attribute(code):
    """The line as an attribute, where § stands."""
    return lambda v, c: html(code.replace("§", v.line))


def escaped(v):
    return urllib.parse.quote(v.line, safe="")


def shown_again(v, c):
    return "".join(f'{c.randrange(10)}<b style="font-size:12px">{x}</b>' if x.isalnum() else f"<b>{x}</b>" for x in v.shown)


SVG = '<svg xmlns="http://www.w3.org/2000/svg"><text y="9">'

F = {
    "decoys-colour-of-ground": decoy("color:#f3f3f3;background-color:#f3f3f3"),
    "decoys-max-height-0": decoy("display:inline-block;max-height:0;overflow:hidden"),
    "decoys-width-0": decoy("display:inline-block;width:0;overflow:hidden"),
    "decoys-font-size-1px": decoy("font-size:1px"),
    "decoys-font-size-tiny": decoy("font-size:0.01pt"),
    "decoys-font-short": decoy("font:0/0 a"),
    "decoys-line-height-0": decoy("line-height:0;font-size:0"),
    "decoys-scale-0": decoy("display:inline-block;transform:scale(0)"),
    "decoys-clip-path": decoy("clip-path:inset(100%)"),
    "decoys-top": decoy("position:absolute;top:-1000px"),
    "decoys-right": decoy("position:absolute;right:-9999px"),
    "decoys-margin": decoy("position:absolute;margin-left:-2000px"),
    "decoys-indent": decoy("display:inline-block;text-indent:-9999px;width:0;overflow:hidden"),
    "decoys-important": decoy("display : none !important"),
    "decoys-upper-case": decoy("DISPLAY:NONE"),
    "decoys-comment-in-style": decoy("display:/* x */none"),
    "decoys-escape-in-style": decoy("d\\69 splay:none"),
    "decoys-mso": decoy("mso-hide:all"),
    "decoys-rgba": decoy("color:rgba(0,0,0,0)"),
    "decoys-hsl": decoy("color:hsl(0,0%,100%)"),
    "decoys-hex-8": decoy("color:#ffffff00"),
    "decoys-opacity-1-percent": decoy("opacity:0.01"),
    "decoys-font-white": hard(lambda v, c: html(decoys(v, c, '<font color="white">§</font>'))),
    "decoys-font-hex": hard(lambda v, c: html(decoys(v, c, '<font color="#ffffff">§</font>'))),
    "decoys-rp": hard(lambda v, c: html(decoys(v, c, "<rp>§</rp>"))),
    "decoys-datalist": hard(lambda v, c: html(decoys(v, c, "<datalist>§</datalist>"))),
    "decoys-by-id": by_sheet("#q{display:none}", '<span id="q">§</span>'),
    "decoys-by-descendant": by_sheet("div .q, p .q{display:none}"),
    "decoys-by-child": by_sheet("p > span{display:none}", "<span>§</span>"),
    "decoys-by-attribute": by_sheet("[x]{display:none}", "<span x>§</span>"),
    "decoys-by-two-classes": by_sheet(".q.r{display:none}", '<span class="q r">§</span>'),
    "decoys-by-star": by_sheet("p *{display:none}", "<i>§</i>"),
    "decoys-by-nth": by_sheet("p i:nth-child(n){display:none}", "<i>§</i>"),
    "decoys-by-not": by_sheet("span:not(.x){display:none}", "<span>§</span>"),
    "decoys-by-escape": by_sheet(".\\71{display:none}"),
    "decoys-by-media": by_sheet("@media screen{.q{display:none}}"),
    "decoys-by-import": by_sheet("@import 'x.css';.q{display:none}"),
    "decoys-in-body-sheet": hard(lambda v, c: html("<style>.q{font-size:0}</style>" + decoys(v, c, '<i class="q">§</i>'))),
    "decoys-in-parent": hard(lambda v, c: html(f'<p>{v.word}: <span style="font-size:0">{shown_again(v, c)}</span></p>')),
    "generated-each": hard(lambda v, c: html(f"<p>{v.word}: " + "".join(f'<i class="n{x}"></i>' if x.isdigit() else x for x in v.shown) + "</p>",
                                            "<style>" + "".join(f'.n{x}::before{{content:"{x}"}}' for x in range(10)) + "</style>")),
    "row-reversed": hard(lambda v, c: html(f'<p>{v.word}:</p><div style="display:flex;flex-direction:row-reverse">' + "".join(f"<i>{x}</i>" for x in v.shown[::-1]) + "</div>")),
    "floats-right": hard(lambda v, c: html(f"<p>{v.word}:</p>" + "".join(f'<span style="float:right">{x}</span>' for x in v.shown[::-1]))),
    "blocks-inline": hard(each('<div style="display:inline">', "</div>")),
    "items-inline": hard(lambda v, c: html(f"<p>{v.word}</p><ul>" + "".join(f'<li style="display:inline">{x}</li>' for x in v.shown) + "</ul>")),
    "floats-left": hard(each('<div style="float:left">', "</div>")),
    "breaks-within": hard(lambda v, c: html(f"<p>{v.word}: {v.shown[:9]}<br>{v.shown[9:]}</p>")),
    "cells-of-groups": lambda v, c: html(f"<p>{v.word}</p><table><tr>" + "".join(f"<td>{x}</td>" for x in v.shown.replace(".", " ").split()) + "</tr></table>"),
    "tables-each": hard(lambda v, c: html(f"<p>{v.word}</p><table><tr><td>" + "</td><td>".join(f"<table><tr><td>{x}</td></tr></table>" for x in v.shown.replace(".", " ").split()) + "</td></tr></table>")),
    "inputs-each": hard(lambda v, c: html(f"<p>{v.word}: " + "".join(f'<input size="1" value="{x}">' for x in v.shown) + "</p>")),
    "alts-each": hard(lambda v, c: html(f"<p>{v.word}: " + "".join(f'<img src="cid:{x}" alt="{x}">' for x in v.shown) + "</p>")),
    "ruby": hard(lambda v, c: html(f"<p>{v.word}: <ruby>" + "".join(f"{x}<rt></rt>" for x in v.shown) + "</ruby></p>")),
    "super-and-sub": lambda v, c: html(f"<p>{v.word}: " + "".join(f"<su{'pb'[at % 2]}>{x}</su{'pb'[at % 2]}>" for at, x in enumerate(v.shown)) + "</p>"),
    "letter-spacing": lambda v, c: html(f'<p style="letter-spacing:4px">{v.line}</p>'),
    "named-marks": entity("&ZeroWidthSpace;"),
    "named-no-break": entity("&NoBreak;"),
    "named-times": entity("&InvisibleTimes;"),
    "named-joiner": entity("&zwj;"),
    "named-left-to-right": entity("&lrm;"),
    "numbered-bom": entity("&#65279;"),
    "thin-spaces": lambda v, c: html(f"<p>{v.word}: {v.shown.replace('.', '&thinsp;').replace(' ', '&thinsp;')}</p>"),
    "figure-spaces": lambda v, c: html(f"<p>{v.word}: {v.shown.replace('.', '&numsp;').replace(' ', '&numsp;')}</p>"),
    "wide-entities": lambda v, c: html(f"<p>{v.word}: " + "".join(f"&#{0xFF10 + int(x)};" if x.isdigit() else x for x in v.shown) + "</p>"),
    "anchors-between": entity('<a name="x"></a>'),
    "bdi-each": each("<bdi>", "</bdi>"),
    "fonts-each": each('<font face="x"><font size="2">', "</font></font>"),
    "nobr-each": each("<nobr>", "</nobr>"),
    "tags-with-slash": entity("<span/>"),
    "tags-broken": entity("</>"),
    "tags-with-quotes": entity('<b title=">"></b>'),
    "tags-upper-case": entity("<B></B>"),
    "tags-with-blank-lines": entity("<b\n\n\n></b\n>"),
    "comments-odd": entity("<!-->"),
    "comments-bang": entity("<!x>"),
    "cdata-in-page": entity("<![CDATA[]]>"),
    "details-closed": inside("<details><summary>x</summary><p>", "</p></details>"),
    "dialog": inside("<dialog open>", "</dialog>"),
    "template-whole": hard(inside("<template>", "</template>")),
    "noframes": hard(inside("<noframes>", "</noframes>")),
    "noembed": hard(inside("<noembed>", "</noembed>")),
    "object-fallback": inside("<object>", "</object>"),
    "video-fallback": hard(inside("<video>", "</video>")),
    "canvas-fallback": hard(inside("<canvas>", "</canvas>")),
    "iframe-fallback": hard(inside("<iframe>", "</iframe>")),
    "marquee": inside("<marquee>", "</marquee>"),
    "legend": inside("<fieldset><legend>", "</legend></fieldset>"),
    "caption": inside("<table><caption>", "</caption></table>"),
    "between-rows": inside("<table><tr>", "<td>x</td></tr></table>"),
    "frameset": hard(inside("<frameset><noframes>", "</noframes></frameset>")),
    "vml": inside("<v:shape><v:textbox>", "</v:textbox></v:shape>"),
    "shown-to-others": inside("<![if !mso]>", "<![endif]>"),
    "head-text": lambda v, c: text(f"<html><head>{v.line}</head><body>x</body></html>", kind="text/html"),
    "behind-the-page": lambda v, c: text(f"<html><body>x</body></html>\n{v.line}", kind="text/html"),
    "before-the-page": lambda v, c: text(f"{v.line}\n<!doctype html><html><body>x</body></html>", kind="text/html"),
    "two-pages": lambda v, c: text(f"<html><body>x</body></html><html><body>{'<b></b>'.join(v.line)}</body></html>", kind="text/html"),
    "title-no-quotes": lambda v, c: html(f"<p title={v.bare} lang=de>{v.word}</p>"),
    "title-single-quotes": attribute("<p title='§'>x</p>"),
    "title-entities": lambda v, c: html("<p title='" + "".join(f"&#{ord(x)};" for x in v.line) + "'>x</p>"),
    "map-alt": attribute('<map><area alt="§"></map>'),
    "quote-cite": hard(attribute('<blockquote cite="§">x</blockquote>')),
    "option-label": attribute('<option label="§">x</option>'),
    "long-description": hard(attribute('<img longdesc="§" src="x">')),
    "table-summary": attribute('<table summary="§"><tr><td>x</td></tr></table>'),
    "element-id": hard(lambda v, c: html(f'<p id="{v.word}: {v.shown}">x</p>')),
    "element-name": hard(lambda v, c: html(f'<a name="{v.word} {v.bare}">x</a>')),
    "picture-source": hard(lambda v, c: html(f'<img src="https://example.ch/p.gif?q={escaped(v)}">')),
    "picture-set": hard(lambda v, c: html(f'<img srcset="https://example.ch/p.gif?q={escaped(v)} 2x">')),
    "ground-picture": hard(lambda v, c: html(f'<p style="background:url(https://example.ch/?q={escaped(v)})">x</p>')),
    "link-of-mail": lambda v, c: html(f'<a href="mailto:b@example.net?subject={escaped(v)}">x</a>'),
    "link-of-script": hard(lambda v, c: html(f"<a href=\"javascript:alert('{v.line}')\">x</a>")),
    "link-fragment": hard(lambda v, c: html(f'<a href="https://example.ch/#{escaped(v)}">x</a>')),
    "link-of-area": hard(lambda v, c: html(f'<area href="https://example.ch/?q={escaped(v)}">')),
    "form-action": hard(lambda v, c: html(f'<form action="https://example.ch/?q={escaped(v)}"></form>')),
    "meta-refresh": hard(lambda v, c: html("x", f'<meta http-equiv="refresh" content="9;url=https://example.ch/?q={escaped(v)}">')),
    "picture-svg": hard(lambda v, c: html('<img src="data:image/svg+xml;base64,' + base64.b64encode((SVG + v.line + "</text></svg>").encode()).decode() + '">')),
    "picture-svg-percent": hard(lambda v, c: html('<img src="data:image/svg+xml,' + urllib.parse.quote(SVG + v.line + "</text></svg>") + '">')),
    "frame-data-percent": hard(lambda v, c: html("<iframe src='data:text/html," + urllib.parse.quote("<p>" + v.line) + "'></iframe>")),
    "frame-page-entities": lambda v, c: html('<iframe srcdoc="' + "".join(f"&#{ord(x)};" for x in f"<p>{v.line}</p>") + '"></iframe>'),
    "sheet-data": hard(lambda v, c: html('<p class="a"></p>', "<link rel='stylesheet' href='" + data(v, "text/css") + "'>")),
    "svg-pieces": lambda v, c: html("<svg><text>" + "".join(f"<tspan>{x}</tspan>" for x in v.line) + "</text></svg>"),
    "svg-title": inside("<svg><title>", "</title></svg>"),
    "svg-foreign": inside("<svg><foreignObject><p>", "</p></foreignObject></svg>"),
    "progress": inside("<progress>", "</progress>"),
    "turned-by-sheet": hard(lambda v, c: html(f'<p>{v.word}: <i class="t">{v.shown[::-1]}</i></p>', "<style>.t{direction:rtl;unicode-bidi:bidi-override}</style>")),
    "xml-prefix": lambda v, c: text("<?xml version='1.0' encoding='utf-8'?>\n<!DOCTYPE html>\n<html><p>" + "<b></b>".join(v.line) + "</p></html>", kind="text/html"),
    "says-rtf": hard(lambda v, c: text(f"<html><p>{'<b></b>'.join(v.line)}</p></html>", kind="text/rtf")),
    "says-octets": lambda v, c: text(f"<html><p>{'<b></b>'.join(v.line)}</p></html>", kind="application/octet-stream"),
}

H = {
    "spans-in-prices": clean(lambda v, c: html("<p>" + " ".join(f"CHF <span>{c.randrange(1, 999)}</span>.<span class='c'>{c.randrange(10, 99)}</span>" for _ in range(40)) + "</p>")),
    "hidden-preview": clean(lambda v, c: html('<div style="display:none;max-height:0">' + "&#847; &zwnj; &nbsp; " * 60 + "</div><p>Neu im Laden: 24 Artikel ab CHF 19.90</p>")),
    "tracking-links": clean(lambda v, c: html("".join(f'<a href="https://example.ch/c/{c.randrange(10**9, 10**10)}/{c.getrandbits(64):x}?u={c.randrange(10**5, 10**6)}">Mehr</a>' for _ in range(30)))),
    "countdown": clean(lambda v, c: html("<table><tr>" + "".join(f"<td>{c.randrange(10)}</td>" for _ in range(6)) + "</tr></table>")),
    "calendar-table": clean(lambda v, c: html("<table>" + "".join("<tr>" + "".join(f"<td>{week * 7 + day}</td>" for day in range(1, 8)) + "</tr>" for week in range(4)) + "</table>")),
    "inline-sheet": clean(lambda v, c: html("<p>Gruss</p>", "<style>" + ids(c, lambda c: f".c{c.randrange(999)}{{width:{c.randrange(999)}px;color:#{c.getrandbits(24):06x}}}") + "</style>")),
    "svg-path": clean(lambda v, c: html('<svg viewBox="0 0 24 24"><path d="M' + " ".join(f"{c.randrange(24)}.{c.randrange(1000)} {c.randrange(24)}.{c.randrange(1000)}" for _ in range(60)) + 'z"/></svg>')),
    "word-page": clean(lambda v, c: html('<p class=MsoNormal><span lang=DE style=\'font-size:11.0pt;mso-fareast-language:DE-CH\'>Guten Tag<o:p></o:p></span></p>',
                                         "<!--[if gte mso 9]><xml><o:shapedefaults v:ext=\"edit\" spidmax=\"1026\" /></xml><![endif]--><style><!-- @font-face{panose-1:2 15 5 2 2 2 4 3 2 4;} --></style>")),
    "ordered-list": clean(lambda v, c: html("<ol>" + "".join(f"<li>{n}</li>" for n in range(1, 40)) + "</ol>")),
}

TRICKS = {"F": F, "H": H}
