#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes documents whose words are known, since we put them there: FOLDER/manifest.jsonl, for `make eval-documents`.

Each word names the thing that it stands in (`xfootnote`, `xhiddenrow`), so that what is missed tells what is not
read. Needs python-docx, openpyxl, python-pptx, xlwt, odfpy, fpdf2 and reportlab from PyPI; LibreOffice, where it
is there, writes each document in its other formats too.
"""

import collections
import datetime
import io
import json
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

import docx
import fpdf
import odf.draw
import odf.opendocument
import odf.office
import odf.style
import odf.table
import odf.text
import openpyxl
import openpyxl.chart
import openpyxl.comments
import pptx
import pptx.chart.data
import pptx.enum.chart
import pptx.util
import reportlab.pdfgen.canvas
import xlwt

FOLDER = pathlib.Path(sys.argv[1])
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
manifest = []


def words(texts):
    return collections.Counter(re.findall(r"[^\W_]{3,}", " ".join(texts).lower()))


def keep(name, texts, kind=None):
    kind = kind or name.rsplit(".", 1)[-1]
    manifest.append({"file": name, "format": kind, "encrypted": False, "source": "made", "words": words(texts)})


def add_parts(path, parts, replace=()):
    """Adds parts to a package, and replaces pieces of those that are there."""
    with zipfile.ZipFile(path) as archive:
        files = {info.filename: archive.read(info) for info in archive.infolist()}
    for name, old, new in replace:
        assert old.encode() in files[name], (name, old)
        files[name] = files[name].replace(old.encode(), new.encode(), 1)
    for name, text in parts.items():
        files[name] = text.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)


def letter():
    document = docx.Document()
    document.core_properties.title, document.core_properties.author = "xtitle", "xauthor"
    document.add_heading("xheading", 1)
    document.add_paragraph("xbody Müller wrote xbodyend")
    document.add_paragraph("xlist", style="List Bullet")
    section = document.sections[0]
    section.header.paragraphs[0].text, section.footer.paragraphs[0].text = "xheader", "xfooter"
    section.different_first_page_header_footer = True
    section.first_page_header.paragraphs[0].text = "xfirstheader"
    table = document.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "xmerged"
    table.cell(1, 0).text = "xcell"
    table.cell(1, 1).add_table(1, 1).cell(0, 0).text = "xinner"
    run = document.add_paragraph().add_run("xremarked")
    document.add_comment(run, text="xcomment", author="xcommenter")
    path = FOLDER / "letter.docx"
    document.save(path)
    field = ('<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK "mailto:xfieldlink@example.ch" '
             '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>xfield</w:t></w:r>'
             '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>')
    changed = ('<w:p><w:ins w:id="1" w:author="xreviser" w:date="2026-01-01T00:00:00Z"><w:r><w:t>xinserted </w:t></w:r></w:ins>'
               '<w:del w:id="2" w:author="xreviser" w:date="2026-01-01T00:00:00Z"><w:r><w:delText>xdeleted</w:delText></w:r></w:del></w:p>')
    hidden = '<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>xvanished</w:t></w:r></w:p>'
    control = '<w:sdt><w:sdtPr><w:alias w:val="xalias"/></w:sdtPr><w:sdtContent><w:p><w:r><w:t>xcontrol</w:t></w:r></w:p></w:sdtContent></w:sdt>'
    choices = ('<w:sdt><w:sdtPr><w:dropDownList><w:listItem w:displayText="xchoice" w:value="1"/></w:dropDownList></w:sdtPr>'
               '<w:sdtContent><w:p><w:r><w:t>xchosen</w:t></w:r></w:p></w:sdtContent></w:sdt>')
    box = ('<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml" style="width:90;height:30"><v:textbox>'
           '<w:txbxContent><w:p><w:r><w:t>xtextbox</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>')
    art = ('<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml" style="width:90;height:30">'
           '<v:textpath string="xwordart"/></v:shape></w:pict></w:r></w:p>')
    note = '<w:p><w:r><w:t>xnoted</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    numbers = ('<w:p><w:r><w:t>756.</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>9217</w:t></w:r><w:r><w:t>.0769.85</w:t></w:r>'
               '<w:r><w:sym w:font="Wingdings" w:char="F0E0"/></w:r></w:p>')
    math = ('<w:p><m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:r><m:t>xmath</m:t></m:r></m:oMath></w:p>')
    ruby = ('<w:p><w:r><w:ruby><w:rt><w:r><w:t>xruby</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>xbase</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p>')
    link = f'<Relationship Id="rNote" Type="{R}/footnotes" Target="footnotes.xml"/>'
    footnotes = (f'<w:footnotes {W}><w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
                 '<w:footnote w:id="2"><w:p><w:r><w:t>xfootnote</w:t></w:r></w:p></w:footnote></w:footnotes>')
    kind = ('<Override PartName="/word/footnotes.xml" ContentType='
            '"application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"/>')
    body = field + changed + hidden + control + choices + box + art + note + numbers + math + ruby
    add_parts(path, {"word/footnotes.xml": footnotes}, [
        ("word/document.xml", "<w:sectPr", body + "<w:sectPr"),
        ("word/_rels/document.xml.rels", "</Relationships>", link + "</Relationships>"),
        ("[Content_Types].xml", "</Types>", kind + "</Types>")])
    texts = ["xtitle xauthor xheading xbody Müller wrote xbodyend xlist xheader xfooter xfirstheader xmerged xcell xinner",
             "xremarked xcomment xcommenter xfieldlink xfield xinserted xdeleted xreviser xvanished xcontrol xchosen",
             "xtextbox xwordart xnoted xfootnote 756 9217 0769 xmath xruby xbase xchoice"]
    keep(path.name, texts)
    # LibreOffice drops, of these, what other formats cannot say.
    common = " ".join(texts)
    for word in "xfirstheader xchoice xwordart xreviser xmath xruby xbase xdeleted xtextbox xchosen xcommenter".split():
        common = re.sub(rf"\b{word}\b", "", common)
    return path, [common]


def table():
    book = openpyxl.Workbook()
    book.properties.title = "xtitle"
    sheet = book.active
    sheet.title = "xsheet"
    sheet.append(["Name", "AHV-Nummer", "Geburt", "PLZ", "Lohn", "Zeit", "Konto"])
    sheet.append(["Anna xname", 7569217076985, datetime.date(1980, 3, 7), 1234, 85000.5, datetime.time(13, 45), 12345678901234])
    for cell, shape in (("B2", "0.00E+00"), ("C2", "dd.mm.yyyy"), ("D2", "00000"), ("E2", "#,##0.00"), ("G2", "General")):
        sheet[cell].number_format = shape
    sheet["A4"] = datetime.datetime(1999, 12, 31, 23, 59)
    sheet["A4"].number_format = "yyyy-mm-dd hh:mm"
    sheet["B4"], sheet["C4"] = True, '=CONCATENATE("a","b")'
    sheet["D4"] = 7569217076985
    sheet["D4"].number_format = '000"."0000"."0000"."00'
    sheet["A5"] = "xhiddenrow"
    sheet.row_dimensions[5].hidden = True
    sheet["H1"] = "xhiddencolumn"
    sheet.column_dimensions["H"].hidden = True
    sheet.merge_cells("A7:C8")
    sheet["A7"] = "xmerged"
    sheet["A9"] = "xremarked"
    sheet["A9"].comment = openpyxl.comments.Comment("xcomment", "xcommenter")
    sheet["A10"], sheet["A10"].hyperlink = "xlink", "mailto:xlinktarget@example.ch"
    sheet["A11"] = "first xline\nsecond xline"
    sheet.oddHeader.center.text, sheet.oddFooter.left.text = "xheader", "xfooter"
    hidden = book.create_sheet("xhiddensheet")
    hidden.append(["xinhidden"])
    hidden.sheet_state = "hidden"
    chart = openpyxl.chart.BarChart()
    chart.title = "xchart"
    chart.add_data(openpyxl.chart.Reference(sheet, min_col=5, min_row=1, max_row=2), titles_from_data=True)
    sheet.add_chart(chart, "J1")
    path = FOLDER / "table.xlsx"
    book.save(path)
    texts = ["xsheet Name AHV Nummer Geburt PLZ Lohn Anna xname 7569217076985 1980 01234 85000 12345678901234 1999",
             "756 9217 0769 xhiddenrow xhiddencolumn xmerged xremarked xcomment xlink xlinktarget first xline second xline",
             "xheader xfooter xhiddensheet xinhidden xchart xtitle"]
    keep(path.name, texts + ["xcommenter"])
    return path, [" ".join(texts).replace("xtitle", "")]


def slides():
    deck = pptx.Presentation()
    deck.core_properties.author = "xauthor"
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "xtitle"
    inch = pptx.util.Inches
    slide.shapes.add_textbox(inch(1), inch(1), inch(2), inch(1)).text_frame.text = "xtextbox"
    cells = slide.shapes.add_table(2, 2, inch(1), inch(2), inch(3), inch(1)).table
    cells.cell(0, 0).text, cells.cell(1, 1).text = "xhead", "xcell"
    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(inch(1), inch(5), inch(2), inch(1)).text_frame.text = "xgrouped"
    data = pptx.chart.data.CategoryChartData()
    data.categories = ["xcategory", "other"]
    data.add_series("xseries", (19.2, 21.4))
    chart = slide.shapes.add_chart(pptx.enum.chart.XL_CHART_TYPE.COLUMN_CLUSTERED, inch(5), inch(2), inch(3), inch(3), data)
    chart.chart.has_title = True
    chart.chart.chart_title.text_frame.text = "xchart"
    slide.notes_slide.notes_text_frame.text = "xnotes"
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "xhiddenslide"
    second._element.set("show", "0")
    path = FOLDER / "slides.pptx"
    deck.save(path)
    art = (f'<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" {A}><dgm:ptLst><dgm:pt modelId="1">'
           '<dgm:t><a:bodyPr/><a:p><a:r><a:t>xsmartart</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>')
    said = ('<p:cmLst xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"><p:cm authorId="0" idx="1">'
            '<p:pos x="1" y="1"/><p:text>xcomment</p:text></p:cm></p:cmLst>')
    links = (f'<Relationship Id="rArt" Type="{R}/diagramData" Target="../diagrams/data1.xml"/>'
             f'<Relationship Id="rSaid" Type="{R}/comments" Target="../comments/comment1.xml"/>')
    kinds = ('<Override PartName="/ppt/diagrams/data1.xml" ContentType="application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml"/>'
             '<Override PartName="/ppt/comments/comment1.xml" ContentType="application/vnd.openxmlformats-officedocument.presentationml.comments+xml"/>')
    add_parts(path, {"ppt/diagrams/data1.xml": art, "ppt/comments/comment1.xml": said}, [
        ("ppt/slides/_rels/slide1.xml.rels", "</Relationships>", links + "</Relationships>"),
        ("[Content_Types].xml", "</Types>", kinds + "</Types>")])
    common = "xtitle xtextbox xhead xcell xgrouped xnotes xhiddenslide"
    keep(path.name, [common, "xauthor xcategory other xseries xchart xsmartart xcomment"])
    return path, [common]


def open_documents():
    text = odf.opendocument.OpenDocumentText()
    master = odf.style.MasterPage(name="Standard", pagelayoutname="p")
    layout = odf.style.PageLayout(name="p")
    text.automaticstyles.addElement(layout)
    head, foot = odf.style.Header(), odf.style.Footer()
    head.addElement(odf.text.P(text="xheader"))
    foot.addElement(odf.text.P(text="xfooter"))
    master.addElement(head)
    master.addElement(foot)
    text.masterstyles.addElement(master)
    text.text.addElement(odf.text.H(outlinelevel=1, text="xheading"))
    paragraph = odf.text.P(text="xbody")
    note = odf.text.Note(noteclass="footnote")
    note.addElement(odf.text.NoteCitation(text="1"))
    inside = odf.text.NoteBody()
    inside.addElement(odf.text.P(text="xfootnote"))
    note.addElement(inside)
    paragraph.addElement(note)
    remark = odf.office.Annotation()
    remark.addElement(odf.text.P(text="xcomment"))
    paragraph.addElement(remark)
    frame, box = odf.draw.Frame(width="5cm", height="1cm", anchortype="as-char"), odf.draw.TextBox()
    box.addElement(odf.text.P(text="xtextbox"))
    frame.addElement(box)
    paragraph.addElement(frame)
    paragraph.addElement(odf.text.A(href="mailto:xlink@example.ch", text="xlinked"))
    hidden = odf.text.HiddenText(condition="ooow:true", stringvalue="xhidden", ishidden="true")
    paragraph.addElement(hidden)
    text.text.addElement(paragraph)
    cells = odf.table.Table()
    row = odf.table.TableRow()
    for word in ("xcell", "xsecond"):
        cell = odf.table.TableCell()
        cell.addElement(odf.text.P(text=word))
        row.addElement(cell)
    cells.addElement(odf.table.TableColumn(numbercolumnsrepeated=2))
    cells.addElement(row)
    text.text.addElement(cells)
    text.save(FOLDER / "own.odt")
    keep("own.odt", ["xheader xfooter xheading xfootnote xcomment xtextbox xlink xlinked xhidden xcell xsecond"])
    book = odf.opendocument.OpenDocumentSpreadsheet()
    sheet = odf.table.Table(name="xsheet")
    row = odf.table.TableRow(visibility="collapse")
    for kind, value, shown in (("string", None, "xhiddenrow"), ("float", "7569217076985", "7.57E+12"), ("date", "1980-03-07", "07.03.1980")):
        named = {"datevalue" if kind == "date" else "value": value} if value else {}
        cell = odf.table.TableCell(valuetype=kind, **named)
        cell.addElement(odf.text.P(text=shown))
        row.addElement(cell)
    sheet.addElement(row)
    book.spreadsheet.addElement(sheet)
    book.save(FOLDER / "own.ods")
    keep("own.ods", ["xsheet xhiddenrow 7569217076985 1980"])


def old_table():
    book = xlwt.Workbook()
    sheet = book.add_sheet("xsheet")
    for column, (value, shape) in enumerate(
            [("Anna xname", "General"), (7569217076985, "0.00E+00"), (datetime.date(1980, 3, 7), "DD.MM.YYYY"),
             (1234, "00000"), (85000.5, "#,##0.00"), (7569217076985, '000"."0000"."0000"."00'), (0.125, "0.0%"),
             (4111111111111111, "General"), (True, "General"), (42, "General")]):
        sheet.write(1, column, value, xlwt.easyxf(num_format_str=shape))
    sheet.write_merge(3, 4, 0, 2, "xmerged")
    sheet.write(5, 0, "xhiddenrow Ж中文字")
    sheet.row(5).hidden = True
    sheet.write(6, 0, xlwt.Formula('"xform"&"ula"'))
    sheet.header_str, sheet.footer_str = b"xheader", b"xfooter"
    # More strings than one record holds, of both widths.
    long = book.add_sheet("xlong")
    for row in range(3000):
        long.write(row, 0, f"xrow{row:04d} " + ("Ж" if row % 7 == 0 else "a") * (row % 40))
    hidden = book.add_sheet("xhiddensheet")
    hidden.write(0, 300 % 256, "xinhidden")
    hidden.visibility = 1
    book.save(str(FOLDER / "old.xls"))
    keep("old.xls", ["xsheet Anna xname 7569217076985 1980 01234 85000 756 9217 0769 4111111111111111 xmerged xhiddenrow Ж中文字 xheader",
                     "xfooter xlong xhiddensheet xinhidden " + " ".join(f"xrow{row:04d}" for row in range(3000))])


def drawn():
    page = fpdf.FPDF()
    page.set_title("xtitle")
    page.add_page()
    page.set_font("Helvetica", size=11)
    page.cell(0, 8, "xbody AHV 756.9217.0769.85", new_x="LMARGIN", new_y="NEXT")
    page.set_font("Times", "B", 14)
    page.cell(0, 8, "xbold Müller", new_x="LMARGIN", new_y="NEXT", link="https://example.ch/xlink")
    fonts = [path for path in pathlib.Path("/usr/share/fonts").rglob("*.ttf") if "Sans" in path.name]
    if fonts:
        page.add_font("own", "", str(fonts[0]))
        page.set_font("own", size=11)
        page.cell(0, 8, "xunicode Ćirić œuvre", new_x="LMARGIN", new_y="NEXT")
    page.set_font("Helvetica", size=9)
    with page.table() as rows:
        for line in (("xhead", "xsecond"), ("xcell", "xlast")):
            cells = rows.row()
            for cell in line:
                cells.cell(cell)
    with page.rotation(90, 100, 150):
        page.text(100, 150, "xrotated")
    page.text_annotation(20, 20, "xannotation")
    page.output(FOLDER / "fpdf.pdf")
    keep("fpdf.pdf", ["xbody AHV 756 9217 0769 xbold Müller xlink xhead xsecond xcell xlast xrotated xannotation xtitle"
                      + (" xunicode Ćirić œuvre" if fonts else "")])
    canvas = reportlab.pdfgen.canvas.Canvas(str(FOLDER / "form.pdf"))
    canvas.setAuthor("xauthor")
    canvas.drawString(72, 700, "xbody")
    # Two columns, drawn line by line across both.
    for row in range(8):
        canvas.drawString(72, 600 - 14 * row, f"xleft{row}")
        canvas.drawString(320, 600 - 14 * row, f"xright{row}")
    canvas.acroForm.textfield(name="xfield", value="xvalue", x=72, y=400, width=200, height=20)
    canvas.showPage()
    canvas.drawString(72, 700, "xsecondpage")
    shape = canvas.beginForm("stamp")
    canvas.drawString(0, 0, "xstamp")
    canvas.endForm()
    canvas.doForm("stamp")
    canvas.showPage()
    canvas.save()
    keep("form.pdf", ["xauthor xbody xfield xvalue xsecondpage xstamp",
                      " ".join(f"xleft{row} xright{row}" for row in range(8))])


def seen(path, texts):
    """Of these words, those that pdftotext finds in a PDF too: it does not hold what is not printed."""
    if not shutil.which("pdftotext"):
        return []
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True).stdout.decode(errors="replace")
    return [" ".join((words([text]) & words(texts)).elements())]


def convert(path, texts, kinds):
    if not shutil.which("soffice"):
        print("make-documents: LibreOffice is not there: its formats are left out")
        return
    for kind in kinds:
        out = FOLDER / "office"
        subprocess.run(["soffice", "--headless", "--convert-to", kind, "--outdir", out, path], check=True, capture_output=True)
        made = next(out.glob(f"{path.stem}.*"))
        name = f"office-{path.stem}.{made.suffix[1:]}"
        made.rename(FOLDER / name)
        keep(name, seen(FOLDER / name, texts) if name.endswith(".pdf") else texts)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    convert(*letter(), ["odt", "rtf", "doc", "pdf", "docx:MS Word 2007 XML"])
    convert(*table(), ["ods", "xls", "xlsx:Calc MS Excel 2007 XML", "pdf"])
    convert(*slides(), ["odp", "ppt", "pptx:Impress MS PowerPoint 2007 XML", "pdf"])
    open_documents()
    old_table()
    drawn()
    with (FOLDER / "manifest.jsonl").open("w") as lines:
        for line in manifest:
            lines.write(json.dumps(line, ensure_ascii=False) + "\n")
    print(f"make-documents: {len(manifest)} documents in {FOLDER}")
