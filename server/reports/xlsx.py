"""A report as an Excel workbook: four sheets, numbers as numbers, ready to be printed on A4."""

import io
from datetime import datetime
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from server.reports.report import Cell, Column, Report, Section, Sheet, Table
from server.reports.style import Speech

_FONT: Final = "Times New Roman"
_THIN: Final = Side(style="thin", color="FF808080")
_BOX: Final = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEAD: Final = PatternFill("solid", fgColor="FFE7EEED")
_WIDTH: Final = 13.0
"""Characters of a column whose share of the table is 1."""
_A4: Final = 9
_MOST_TITLE: Final = 31
"""Characters of a sheet's name that Excel takes."""


def write(report: Report, speech: Speech) -> bytes:
    """The file."""
    speak = speech.gettext
    names: dict[Sheet, str] = {
        "summary": speak("Tổng hợp"),
        "criteria": speak("Tiêu chí"),
        "cameras": speak("Camera"),
        "cases": speak("Vụ việc"),
    }
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.title, book.properties.creator = report.title, report.head.unit
    for sheet, name in names.items():
        page = book.create_sheet(name[:_MOST_TITLE])
        sections = [section for section in report.sections if section.sheet == sheet]
        if sheet == "summary":
            _summary(page, report, sections)
        else:
            _list(page, next(section.table for section in sections if section.table is not None))
        _for_print(page, report, is_wide=sheet == "cases", has_head=sheet != "summary")
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _summary(page: Worksheet, report: Report, sections: list[Section]) -> None:
    """Title and days stay in sight; below them sentences and tables as the report has them."""
    _line(page, 1, report.title, bold=True, size=14)
    _line(page, 2, report.days)
    page.freeze_panes = "A3"
    at = 3
    for sentence in report.opening:
        at = _line(page, at, sentence)
    for section in sections:
        at = _line(page, at + 1, section.title, bold=True)
        for sentence in section.sentences:
            at = _line(page, at, sentence)
        if section.table is not None:
            at = _table(page, at, section.table)
        for note in section.notes:
            at = _line(page, at, note, italic=True)
    widths = [2.6, 1.1, 1.2, 1.2, 1.1, 1.2, 1.2]
    for number, width in enumerate(widths, start=1):
        page.column_dimensions[get_column_letter(number)].width = width * _WIDTH


def _list(page: Worksheet, table: Table) -> None:
    """One table from the first row on, its titles frozen, its columns to be filtered."""
    end = _table(page, 1, table)
    page.freeze_panes = "A2"
    page.print_title_rows = "1:1"
    last = end - 1 - sum(row.is_total for row in table.rows)
    page.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{max(last, 1)}"
    for number, column in enumerate(table.columns, start=1):
        page.column_dimensions[get_column_letter(number)].width = max(7.0, column.width * _WIDTH)


def _table(page: Worksheet, at: int, table: Table) -> int:
    """The table from row ``at`` on; returns the row after it."""
    for number, column in enumerate(table.columns, start=1):
        cell = page.cell(at, number, column.title)
        cell.font = Font(name=_FONT, size=11, bold=True)
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.fill, cell.border = _HEAD, _BOX
    for row in table.rows:
        at += 1
        for number, (field, column) in enumerate(zip(row.cells, table.columns, strict=True), start=1):
            _field(page, at, number, field, column, bold=row.is_total)
    return at + 1


def _field(page: Worksheet, at: int, number: int, field: Cell, column: Column, *, bold: bool) -> None:
    cell = page.cell(at, number)
    if isinstance(field.value, datetime):
        cell.value = field.value.replace(tzinfo=None)  # local: a sheet knows no zones
        cell.number_format = "hh:mm dd/mm/yyyy"
    elif field.value is not None:
        cell.value = field.value
        cell.number_format = "#,##0.00" if isinstance(field.value, float) else "#,##0"
    else:
        _text(page, at, number, field.text)
    cell.font = Font(name=_FONT, size=11, bold=bold)
    cell.alignment = Alignment(horizontal=column.align, vertical="top", wrap_text=True)
    cell.border = _BOX


def _text(page: Worksheet, at: int, number: int, text: str) -> None:
    """Text is text, whatever it begins with: never a formula, now or when somebody edits it."""
    cell = page.cell(at, number)
    cell.value = text
    if text.startswith(("=", "+", "-", "@")):
        cell.data_type = "s"
        cell.quotePrefix = True


def _line(page: Worksheet, at: int, text: str, *, bold: bool = False, italic: bool = False, size: int = 12) -> int:
    """One line over the sheet's width; returns the row after it."""
    _text(page, at, 1, text)
    page.cell(at, 1).font = Font(name=_FONT, size=size, bold=bold, italic=italic)
    page.cell(at, 1).alignment = Alignment(vertical="top")
    return at + 1


def _for_print(page: Worksheet, report: Report, *, is_wide: bool, has_head: bool) -> None:
    setup = page.page_setup
    setup.paperSize, setup.orientation = _A4, "landscape" if is_wide else "portrait"
    setup.fitToWidth, setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins = page.page_margins
    margins.left, margins.right, margins.top, margins.bottom = 0.8, 0.6, 0.8, 0.8  # inches
    footer = page.oddFooter or HeaderFooterItem()
    footer.right.text = "&P/&N"
    page.oddFooter = footer
    if has_head:
        header = page.oddHeader or HeaderFooterItem()
        header.center.text = report.title.replace("&", "&&")
        page.oddHeader = header
