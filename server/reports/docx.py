"""A report as a Word document, in the form of administrative documents (Decree 30/2020/NĐ-CP): A4, Times New Roman,
margins, the head in two columns, the signature, appendices on pages that lie on their side."""

import io

from docx import Document
from docx.document import Document as Doc
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from server.reports import docxparts as parts
from server.reports.report import Report, Section

_TEXT_MM = 165
"""Between the margins of an upright page, 30 mm and 15 mm."""
_WIDE_MM = 257
"""Between those of one on its side, 20 mm each."""


def write(report: Report) -> bytes:
    """The file."""
    document = Document()
    parts.set_styles(document, report.language)
    _set_page(document)
    properties = document.core_properties
    properties.title, properties.author, properties.language = report.title, report.head.unit, report.language
    properties.created = properties.modified = report.made_at
    properties.comments = ""
    _head(document, report)
    for sentence in report.opening:
        document.add_paragraph(sentence)
    for section in report.body:
        _section(document, section, _TEXT_MM)
    document.add_paragraph(report.closing)
    _signature(document, report)
    for section in report.appendices:
        _turn(document)
        _section(document, section, _WIDE_MM)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _set_page(document: Doc) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(20), Mm(20), Mm(30), Mm(15)
    page.header_distance = page.footer_distance = Mm(10)
    page.different_first_page_header_footer = True  # the first page has no number
    parts.add_page_number(page.header.paragraphs[0])


def _turn(document: Doc) -> None:
    """The pages from here on lie on their side."""
    page = document.add_section(WD_SECTION.NEW_PAGE)
    page.orientation, page.page_width, page.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    page.left_margin = page.right_margin = Mm(20)
    page.different_first_page_header_footer = False


def _head(document: Doc, report: Report) -> None:
    head = report.head
    names, numbers = parts.add_frame(document, (75, 100), rows=2).rows
    left, right = names.cells
    if head.superior:
        parts.put(left.paragraphs[0], head.superior, size=12)
    parts.put(left.add_paragraph() if head.superior else left.paragraphs[0], head.unit, size=12, bold=True)
    parts.add_rule(left.add_paragraph(), side_mm=25)
    parts.put(right.paragraphs[0], head.nation, size=12, bold=True)
    parts.put(right.add_paragraph(), head.motto, size=13, bold=True)
    parts.add_rule(right.add_paragraph(), side_mm=23)
    parts.put(numbers.cells[0].paragraphs[0], head.number)
    parts.put(numbers.cells[1].paragraphs[0], head.place_and_date, italic=True)
    for text, size in ((report.kind, 14), (report.title, 14)):
        paragraph = document.add_paragraph()
        parts.put(paragraph, text, size=size, bold=True)
        paragraph.paragraph_format.keep_with_next = True
        if text == report.kind:
            paragraph.paragraph_format.space_before = Pt(18)
    parts.put(document.add_paragraph(), report.days, italic=True)
    rule = document.add_paragraph()
    parts.add_rule(rule, side_mm=62)
    rule.paragraph_format.space_after = Pt(10)


def _section(document: Doc, section: Section, width_mm: int) -> None:
    if section.is_appendix:
        heading = document.add_heading(section.title, level=1)
        heading.paragraph_format.first_line_indent = Mm(0)
        heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    else:
        document.add_heading(section.title, level=section.level)
    for sentence in section.sentences:
        document.add_paragraph(parts.unbroken(sentence))
    if section.table is not None and section.table.rows:
        caption = document.add_paragraph()
        parts.put(caption, section.table.caption, size=12, italic=True)
        caption.paragraph_format.keep_with_next = True
        parts.add_table(document, section.table, width_mm)
        _gap(document.add_paragraph())
    for note in section.notes:
        paragraph = document.add_paragraph()
        parts.put(paragraph, note, size=11, italic=True)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT


def _signature(document: Doc, report: Report) -> None:
    head = report.head
    table = parts.add_frame(document, (80, 85))
    left, right = table.rows[0].cells
    parts.keep_whole(table.rows[0])
    first = left.paragraphs[0]
    parts.put(first, head.recipients_title, size=12, bold=True, italic=True)
    first.alignment = WD_ALIGN_PARAGRAPH.LEFT
    for number, line in enumerate(head.recipients, start=1):
        end = "." if number == len(head.recipients) else ";"
        paragraph = left.add_paragraph()
        parts.put(paragraph, f"- {line}{end}", size=11)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
    parts.put(right.paragraphs[0], head.signer_title, size=13, bold=True)
    room = right.add_paragraph()
    room.paragraph_format.space_after = Pt(64)
    parts.put(right.add_paragraph(), head.signer_name, size=13, bold=True)


def _gap(paragraph: Paragraph) -> None:
    """A table touches what follows it otherwise."""
    parts.put(paragraph, "")
    paragraph.paragraph_format.line_spacing = Pt(6)
