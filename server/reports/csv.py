"""A report as CSV: its tables below each other, in UTF-8 with a mark that Excel knows it by."""

import csv
import io
from datetime import datetime

from server.reports.report import Cell, Report

_MARK = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes text that begins so for a formula, and would run what somebody wrote into a name."""


def write(report: Report) -> bytes:
    """The file: a head of three lines; then each table's key and caption, its titles, its rows, and an empty line."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    for line in (report.head.unit, report.title, report.days, *report.opening):
        writer.writerow([guarded(line)])
    for table in report.tables:
        writer.writerow([])
        writer.writerow([table.key, guarded(table.caption)])
        writer.writerow([guarded(column.title) for column in table.columns])
        writer.writerows([_field(cell) for cell in row.cells] for row in table.rows)
    return (_MARK + file.getvalue()).encode()


def guarded(text: str) -> str:
    """The text; with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _field(cell: Cell) -> str:
    """A number as programs write it, an instant as ISO 8601, else the words."""
    if cell.value is None:
        return guarded(cell.text)
    return cell.value.isoformat() if isinstance(cell.value, datetime) else str(cell.value)
