"""Pure: a period's report as a value: every number with its wording and every sentence, made once.

The page, the Word, Excel and CSV files and the API all render this one value, so that no two of them can differ.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from server.reports.findings import Findings

Sheet = Literal["summary", "criteria", "cameras", "cases"]
"""Which sheet of a workbook a section's table stands on."""
Align = Literal["left", "center", "right"]
Value = int | float | datetime | None

_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028\u2029\ufffe\uffff\ud800-\udfff]")
"""What XML forbids and no reader shows: a name that came over the network may hold it."""


def plain(text: str) -> str:
    """The text on one line, without characters that no document may hold."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split())


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a table: what is read, and the number or local instant it stands for (None: it is words)."""

    text: str
    value: Value = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, its share of the table's width, and how its fields are aligned."""

    title: str
    width: float = 1.0
    align: Align = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row; ``is_total``: set off from the rows it adds up."""

    cells: tuple[Cell, ...]
    is_total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table. ``key``: its name in files, the same in every language."""

    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the report. ``level``: 1 or 2 of its heading. ``is_appendix``: on a page of its own, after the
    signature."""

    title: str
    level: int = 1
    sheet: Sheet = "summary"
    sentences: tuple[str, ...] = ()
    table: Table | None = None
    notes: tuple[str, ...] = ()
    is_appendix: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """The head and foot, in the form of administrative documents (Decree 30/2020/NĐ-CP)."""

    superior: str
    unit: str
    nation: str
    motto: str
    number: str
    place_and_date: str
    signer_title: str
    signer_name: str
    recipients_title: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole report in one language."""

    key: str
    """The period's."""
    language: str
    head: Letterhead
    kind: str
    """"BÁO CÁO"."""
    title: str
    days: str
    opening: tuple[str, ...]
    sections: tuple[Section, ...]
    closing: str
    made_at: datetime
    findings: Findings
    """The bare numbers."""
    file_name: str = field(default="report")
    """Without its ending."""

    @property
    def tables(self) -> Sequence[Table]:
        """Every table, in order."""
        return tuple(section.table for section in self.sections if section.table is not None)

    @property
    def body(self) -> Sequence[Section]:
        """What stands before the signature."""
        return tuple(section for section in self.sections if not section.is_appendix)

    @property
    def appendices(self) -> Sequence[Section]:
        """What follows it."""
        return tuple(section for section in self.sections if section.is_appendix)
