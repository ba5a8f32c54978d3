"""Build the Word template of the portal's papers: run it after a change of layout, commit the file.

    .venv/bin/python script/word_template.py

The template holds the layout of Nghị định 30/2020/NĐ-CP, Phụ lục I (A4, margins, Times New Roman,
page numbers from page 2) and the loops that docxtpl fills in. An office may open it in Word and
change the layout; the words between {{ }} and {% %} must stay.
"""

from pathlib import Path

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt

TARGET = Path(__file__).parent.parent / "evaluation" / "papers" / "docx" / "official.docx"
FACE = "Times New Roman"


def written(paragraph, text, *, bold=False, italic=False, size=None):
    run = paragraph.add_run(text)
    run.bold, run.italic = bold, italic
    if size:
        run.font.size = Pt(size)
    return run


def plain(paragraph, align=ALIGN.CENTER, after=0):
    paragraph.alignment = align
    paragraph.paragraph_format.space_after = Pt(after)
    paragraph.paragraph_format.first_line_indent = Cm(0)
    return paragraph


def field(paragraph, name):
    """A field such as PAGE, which Word works out."""
    run = paragraph.add_run()
    run.font.size = Pt(13)
    for kind, text in (("begin", None), (None, name), ("end", None)):
        if kind:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        else:
            element = OxmlElement("w:instrText")
            element.text = text
        run._r.append(element)


def bottom_rule(paragraph, indent_cm):
    """A rule below a line, as long as the line without these indents."""
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for key, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "auto")):
        line.set(qn(f"w:{key}"), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().append(borders)
    paragraph.paragraph_format.left_indent = Cm(indent_cm)
    paragraph.paragraph_format.right_indent = Cm(indent_cm)


def widths(table, *columns_mm):
    """Set in the grid too: LibreOffice reads the columns there, Word in the cells."""
    table.autofit = False
    for column, width in zip(table.columns, columns_mm, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, columns_mm, strict=True):
            cell.width = Mm(width)


def keep_rows_whole(row, *, head=False):
    properties = row._tr.get_or_add_trPr()
    for name in ("w:cantSplit", *(["w:tblHeader"] if head else [])):
        properties.append(OxmlElement(name))


def page(document):
    section = document.sections[0]
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(20), Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(20)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    field(plain(section.header.paragraphs[0]), "PAGE")
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FACE, Pt(13.5)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FACE)
    normal.paragraph_format.space_after = Pt(6)
    normal.paragraph_format.line_spacing = 1.0


def head(document):
    table = document.add_table(rows=2, cols=2)
    widths(table, 62, 98)
    left, right = table.rows[0].cells
    written(plain(left.paragraphs[0]), "{{ head.above }}", size=12)
    issuer = plain(left.add_paragraph())
    written(issuer, "{{ head.issuer }}", bold=True, size=12)
    bottom_rule(plain(left.add_paragraph()), 2)
    written(plain(right.paragraphs[0]), "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold=True, size=12)
    motto = plain(right.add_paragraph())
    written(motto, "Độc lập - Tự do - Hạnh phúc", bold=True, size=13)
    bottom_rule(motto, 1.5)
    written(plain(table.rows[1].cells[0].paragraphs[0]), "{{ head.number }}", size=13)
    written(plain(table.rows[1].cells[1].paragraphs[0]), "{{ head.place }}", italic=True, size=13)
    loop(document, "{%p if draft %}")
    written(plain(document.add_paragraph(), ALIGN.LEFT), "DỰ THẢO", bold=True, size=12)
    loop(document, "{%p endif %}")
    loop(document, "{%p if is_sample %}")
    written(plain(document.add_paragraph(), ALIGN.RIGHT), "BẢN MẪU", bold=True, size=12)
    loop(document, "{%p endif %}")


def loop(document, text):
    plain(document.add_paragraph(text), ALIGN.LEFT)


def title(document):
    name = plain(document.add_paragraph())
    name.paragraph_format.space_before = Pt(10)
    written(name, "{{ title }}", bold=True)
    written(plain(document.add_paragraph()), "{{ about }}", bold=True)
    rule = plain(document.add_paragraph(), after=8)
    bottom_rule(rule, 6.5)


def body(document):
    loop(document, "{%p for item in blocks %}")
    kinds = {
        "para": (
            ALIGN.JUSTIFY,
            1,
            [("{{ item.lead }}", True, False), ("{{ item.text }}", False, False)],
        ),
        "basis": (ALIGN.JUSTIFY, 1, [("{{ item.text }}", False, True)]),
        "heading": (ALIGN.LEFT, 1, [("{{ item.text }}", True, False)]),
        "centred": (ALIGN.CENTER, 0, [("{{ item.text }}", True, False)]),
        "to": (ALIGN.CENTER, 0, [("{{ item.text }}", False, False)]),
    }
    for kind, (align, indent, runs) in kinds.items():
        loop(document, "{%p if item.kind == '" + kind + "' %}")
        paragraph = document.add_paragraph()
        paragraph.alignment = align
        paragraph.paragraph_format.first_line_indent = Cm(indent)
        paragraph.paragraph_format.keep_with_next = kind in {"heading", "centred"}
        for text, bold, italic in runs:
            written(paragraph, text, bold=bold, italic=italic)
        loop(document, "{%p endif %}")
    loop(document, "{%p if item.kind == 'table' %}")
    products(document)
    loop(document, "{%p endif %}")
    loop(document, "{%p endfor %}")


def products(document):
    names = ("TT", "Sản phẩm", "Chủ thể, địa chỉ", "Điểm", "Hạng", "Kết quả, đề nghị")
    keys = ("number", "product", "producer", "points", "rank", "proposal")
    table = document.add_table(rows=4, cols=6)
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for cell, name in zip(table.rows[0].cells, names, strict=True):
        written(plain(cell.paragraphs[0]), name, bold=True, size=12)
        # A head alone at the end of a page makes LibreOffice lose every row below it.
        cell.paragraphs[0].paragraph_format.keep_with_next = True
    table.rows[1].cells[0].text = "{%tr for row in item.rows %}"
    for cell, key in zip(table.rows[2].cells, keys, strict=True):
        align = ALIGN.CENTER if key in {"number", "points", "rank"} else ALIGN.LEFT
        written(plain(cell.paragraphs[0], align), "{{ row." + key + " }}", size=12)
    table.rows[3].cells[0].text = "{%tr endfor %}"
    keep_rows_whole(table.rows[0], head=True)
    keep_rows_whole(table.rows[2])
    widths(table, 10, 46, 40, 16, 16, 32)
    written(plain(document.add_paragraph()), " ", size=6)  # or the next line sticks to the table


def signatures(document):
    table = document.add_table(rows=1, cols=2)
    widths(table, 80, 80)
    keep_rows_whole(table.rows[0])
    left, right = table.rows[0].cells
    # One signature: recipients on the left. Two: one beside the other, recipients below.
    left.paragraphs[0].text = "{%p if second %}"
    signed(left, "second")
    left.add_paragraph("{%p else %}")
    recipients(left)
    left.add_paragraph("{%p endif %}")
    signed(right, "first", start=right.paragraphs[0])
    loop(document, "{%p if second %}")
    recipients(document)
    loop(document, "{%p endif %}")


def signed(cell, name, start=None):
    written(plain(start or cell.add_paragraph()), "{{ " + name + ".title }}", bold=True, size=13)
    written(plain(cell.add_paragraph(), after=60), "(ký, ghi rõ họ tên)", italic=True, size=12)
    written(plain(cell.add_paragraph()), "{{ " + name + ".name }}", bold=True, size=13)


def recipients(place):
    written(plain(place.add_paragraph(), ALIGN.LEFT), "Nơi nhận:", bold=True, italic=True, size=12)
    plain(place.add_paragraph("{%p for line in recipients %}"), ALIGN.LEFT)
    written(plain(place.add_paragraph(), ALIGN.LEFT), "{{ line }}", size=11)
    plain(place.add_paragraph("{%p endfor %}"), ALIGN.LEFT)


def main():
    document = Document()
    page(document)
    head(document)
    title(document)
    body(document)
    signatures(document)
    TARGET.parent.mkdir(exist_ok=True)
    document.save(TARGET)


if __name__ == "__main__":
    main()
