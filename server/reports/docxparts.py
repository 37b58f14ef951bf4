"""What a Word document is made of and python-docx has no word for: styles, rules, page numbers, quick tables."""

import re
from copy import deepcopy
from typing import Final, cast

from docx.document import Document as Doc
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table as DocTable
from docx.table import _Row
from docx.text.paragraph import Paragraph

from server.reports.report import Column, Row, Table

FONT: Final = "Times New Roman"
SIZE: Final = 13
"""Points, of the text; the decree allows 13 to 14."""
_IN_TABLE: Final = 11
_IN_WIDE_TABLE: Final = 10
_WORDY: Final = 2.9
"""Of a column's width: a table with such a one holds sentences, in smaller letters."""
_MINUS: Final = re.compile(r"(?<=\()-(?=\d)")
_ALIGN: Final = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
_HEAD_FILL: Final = "E7EEED"


def unbroken(text: str) -> str:
    """The text; no line ends between a minus and its figure."""
    return _MINUS.sub("\u2011", text)


def set_styles(document: Doc, language: str) -> None:
    """Text and headings, black, in one font whatever the letters."""
    for name in ("Normal", "Heading 1", "Heading 2"):
        style = cast(ParagraphStyle, document.styles[name])
        font = style.font
        font.name, font.size, font.color.rgb = FONT, Pt(SIZE), RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for old in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{old}"), None)
        for each in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{each}"), FONT)
        layout = style.paragraph_format
        layout.first_line_indent, layout.line_spacing = Mm(10), 1.1
        layout.space_before, layout.space_after = Pt(0), Pt(6)
        layout.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        if name != "Normal":
            font.bold, layout.space_before = True, Pt(8)
            layout.alignment, layout.keep_with_next = WD_ALIGN_PARAGRAPH.LEFT, True
    spoken = OxmlElement("w:lang")
    spoken.set(qn("w:val"), {"vi": "vi-VN", "en": "en-GB"}.get(language, language))
    document.styles["Normal"].element.get_or_add_rPr().append(spoken)


def put(paragraph: Paragraph, text: str, *, size: int = SIZE, bold: bool = False, italic: bool = False) -> None:
    """The text as the paragraph's, centred and close."""
    run = paragraph.add_run(text)
    run.font.size, run.bold, run.italic = Pt(size), bold, italic
    layout = paragraph.paragraph_format
    layout.first_line_indent, layout.line_spacing, layout.space_after = Mm(0), 1.0, Pt(0)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def add_rule(paragraph: Paragraph, *, side_mm: float) -> None:
    """A line, ``side_mm`` away from both sides."""
    layout = paragraph.paragraph_format
    put(paragraph, "", size=2)
    layout.left_indent = layout.right_indent = Mm(side_mm)
    layout.space_after = Pt(6)
    paragraph.add_run(" ").font.size = Pt(2)
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for key, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "auto")):
        line.set(qn(f"w:{key}"), value)
    borders.append(line)
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr", "w:pPrChange"
    )


def add_page_number(paragraph: Paragraph) -> None:
    """The number of the page, in the middle."""
    put(paragraph, "")
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        run.font.size = Pt(SIZE)
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)


def add_frame(document: Doc, widths_mm: tuple[int, ...], *, rows: int = 1) -> DocTable:
    """Rows without lines, to set blocks side by side."""
    table: DocTable = document.add_table(rows=rows, cols=len(widths_mm))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, widths_mm, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    return table


def keep_whole(row: _Row) -> None:
    """The row goes to the next page rather than be broken."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def add_table(document: Doc, table: Table, width_mm: int) -> None:
    """The table, its titles again on every page. A row is copied from a pattern: quick for thousands."""
    shares = sum(column.width for column in table.columns)
    found = document.add_table(rows=2, cols=len(table.columns))
    found.style, found.autofit, found.alignment = "Table Grid", False, WD_TABLE_ALIGNMENT.CENTER
    for at, column in enumerate(table.columns):
        width = Mm(width_mm * column.width / shares)
        found.columns[at].width = width
        for row in found.rows:
            row.cells[at].width = width
    size = _IN_WIDE_TABLE if any(column.width > _WORDY for column in table.columns) else _IN_TABLE
    _titles(found.rows[0], table.columns, size)
    pattern = found.rows[1]
    for cell, column in zip(pattern.cells, table.columns, strict=True):
        put(cell.paragraphs[0], " ", size=size)
        cell.paragraphs[0].alignment = _ALIGN[column.align]
    keep_whole(pattern)
    mould, body = pattern._tr, found._tbl
    body.remove(mould)
    for line in table.rows:
        body.append(_cast(mould, line))


def _titles(row: _Row, columns: tuple[Column, ...], size: int) -> None:
    for cell, column in zip(row.cells, columns, strict=True):
        put(cell.paragraphs[0], column.title, size=size, bold=True)
        shade = OxmlElement("w:shd")
        for key, value in (("val", "clear"), ("color", "auto"), ("fill", _HEAD_FILL)):
            shade.set(qn(f"w:{key}"), value)
        cell._tc.get_or_add_tcPr().append(shade)
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    properties.append(OxmlElement("w:tblHeader"))


def _cast(mould: BaseOxmlElement, line: Row) -> BaseOxmlElement:
    """A copy of the pattern that holds the row's words."""
    found = deepcopy(mould)
    for text, cell in zip(found.iter(qn("w:t")), line.cells, strict=True):
        text.text = cell.text
        if line.is_total:
            properties = text.getparent().find(qn("w:rPr"))
            for bold in properties.findall(qn("w:b")):
                bold.set(qn("w:val"), "1")
    return found
