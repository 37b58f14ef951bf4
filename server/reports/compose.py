"""Pure: from findings to a report: the parts in their order, with their numbers."""

from dataclasses import replace
from itertools import count
from typing import Final

from server.criteria.period import Period
from server.reports import letterhead, listing, order, work
from server.reports.findings import Findings
from server.reports.report import Report, Section
from server.reports.style import Speech, Style
from server.settings import Settings

_ROMAN: Final = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")


def compose(findings: Findings, period: Period, settings: Settings, speech: Speech) -> Report:
    """The report of a period in one language, as of the instant the findings were read."""
    style = Style(speech=speech)
    made_at = findings.read_at.astimezone(period.zone)
    head = letterhead.letterhead(settings, style, made_at.date())
    title, days = letterhead.title(period, style)
    unit = letterhead.unit(settings, style)
    parts = (
        *order.sections(findings, style),
        *work.sections(findings, style),
        *listing.sections(findings, style, period.zone),
    )
    return Report(
        key=period.key,
        language=speech.language,
        head=head,
        kind=speech.gettext("BÁO CÁO"),
        title=title,
        days=days,
        opening=letterhead.opening(period, style, findings, who=unit),
        sections=_numbered(parts, speech),
        closing=speech.gettext("Trên đây là báo cáo của %(unit)s.") % {"unit": unit},
        made_at=made_at,
        findings=findings,
        file_name=letterhead.file_name(period, style, settings.site.slug),
    )


def _numbered(parts: tuple[Section, ...], speech: Speech) -> tuple[Section, ...]:
    """With "I.", "1." before the titles; an appendix is called one."""
    tops, subs, found = iter(_ROMAN), count(1), []
    for part in parts:
        if part.is_appendix:
            title = speech.gettext("Phụ lục: %(title)s") % {"title": part.title}
        elif part.level == 1:
            title, subs = f"{next(tops)}. {part.title}", count(1)
        else:
            title = f"{next(subs)}. {part.title}"
        found.append(replace(part, title=title))
    return tuple(found)
