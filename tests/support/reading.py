"""A report read back out of each form it is written in: what stands in its tables, by their order."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

from docx import Document
from openpyxl import load_workbook

Rows = list[list[str]]


def of_docx(body: bytes) -> list[Rows]:
    """Every table with lines, without its titles."""
    document = Document(io.BytesIO(body))
    lined = [table for table in document.tables if table.style is not None and table.style.name == "Table Grid"]
    return [[[cell.text for cell in row.cells] for row in table.rows[1:]] for table in lined]


def text_of_docx(body: bytes) -> str:
    """Its paragraphs and the blocks of its head and foot."""
    document = Document(io.BytesIO(body))
    blocks = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *blocks]).replace("\u2011", "-")


def of_csv(body: bytes) -> dict[str, Rows]:
    """By the tables' keys, without their titles."""
    lines = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    found: dict[str, Rows] = {}
    at = lines.index([]) + 1
    while at < len(lines):
        end = next((number for number in range(at, len(lines)) if not lines[number]), len(lines))
        found[lines[at][0]] = lines[at + 2 : end]
        at = end + 1
    return found


def of_xlsx(body: bytes) -> dict[str, list[list[Any]]]:
    """By the sheets' names, all cells that hold something."""
    book = load_workbook(io.BytesIO(body))
    return {
        page.title: [[value for value in row if value is not None] for row in page.iter_rows(values_only=True)]
        for page in book.worksheets
    }


class _Page(HTMLParser):
    """Tables that are named, field by field: (text, value)."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, list[list[tuple[str, str | None]]]] = {}
        self._open: list[list[tuple[str, str | None]]] | None = None
        self._value: str | None = None
        self._text: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "table" and given.get("data-table"):
            self._open = self.tables.setdefault(str(given["data-table"]), [])
        elif tag == "tr" and self._open is not None:
            self._open.append([])
        elif tag == "td":
            self._text, self._value = [], given.get("data-value")

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "td" and self._open is not None and self._text is not None:
            self._open[-1].append(("".join(self._text), self._value))
            self._text = None
        elif tag == "table":
            self._open = None


def of_page(html: str) -> dict[str, list[list[tuple[str, str | None]]]]:
    """By the tables' keys; the row of titles has no fields and is left out."""
    page = _Page()
    page.feed(html)
    return {key: [row for row in rows if row] for key, rows in page.tables.items()}


def tables_of(report: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Those of a report as JSON, in order."""
    return (section["table"] for section in report["sections"] if section["table"] is not None)


def as_sheet(cell: dict[str, Any]) -> Any:
    """What a workbook must hold for a field: the number or local instant, else its words (None: nothing)."""
    value = cell["value"]
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=None)
    return cell["text"] or None if value is None else value
