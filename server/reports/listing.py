"""Pure: the criteria as the scoreboard has them, what late verdicts moved, and every case that was counted."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from server.criteria.judge import Result
from server.reports.findings import Case, Findings
from server.reports.report import Cell, Column, Row, Section, Table, plain
from server.reports.style import Style
from server.schemas import CriterionOut
from server.verdict import Source

_RESULTS: tuple[Result, ...] = ("met", "not_met", "at_risk", "unknown", "not_applicable")


def sections(findings: Findings, style: Style, zone: ZoneInfo) -> Iterator[Section]:
    """Criteria, adjustments, and the list as an appendix."""
    yield _criteria(findings, style)
    yield _adjustments(findings, style)
    yield _cases(findings, style, zone)


def _criteria(findings: Findings, style: Style) -> Section:
    speak, criteria = style.speech.gettext, findings.criteria
    found = Counter(criterion.state for criterion in criteria)
    states = [
        f"{style.count(found[state])} {style.speech.word('RESULTS', state)}" for state in _RESULTS if found[state]
    ]
    sentence = speak("Trong %(all)s tiêu chí: %(states)s.") % {
        "all": style.count(len(criteria)),
        "states": ", ".join(states),
    }
    missing = [criterion.code for criterion in criteria if criterion.state == "not_met"]
    more = (speak("Tiêu chí chưa đạt: %(codes)s.") % {"codes": ", ".join(missing)},) if missing else ()
    columns = (
        Column(speak("Mã"), 1.1),
        Column(speak("Tiêu chí"), 3.0),
        Column(speak("Kết quả"), 1.4, "center"),
        Column(speak("Số liệu"), 1.2, "right"),
        Column(speak("Cùng kỳ"), 1.0, "right"),
        Column(speak("Chờ xác minh"), 1.0, "right"),
        Column(speak("Vì sao"), 3.2),
    )
    rows = tuple(Row(cells=_criterion(criterion, style)) for criterion in criteria)
    notes = []
    if any(criterion.basis == "P" for criterion in criteria):
        notes.append(speak("* Số liệu tham khảo: mức đạt do hệ thống đề xuất, phường sửa được."))
    notes.append(speak("Kết quả chỉ dựa trên vụ việc đã xác minh; “chờ xác minh” là nghi vấn máy ghi nhận."))
    return Section(
        title=speak("Kết quả theo bộ tiêu chí"),
        sheet="criteria",
        sentences=(sentence, *more),
        table=Table(key="criteria", caption=speak("Bộ tiêu chí"), columns=columns, rows=rows),
        notes=tuple(notes),
    )


def _criterion(criterion: CriterionOut, style: Style) -> tuple[Cell, ...]:
    name, why = (criterion.name_en, criterion.why_en) if style.is_english else (criterion.name_vi, criterion.why_vi)
    return (
        Cell(criterion.code + ("*" if criterion.basis == "P" else "")),
        Cell(plain(name)),
        Cell(style.speech.word("RESULTS", criterion.state)),
        _figure(criterion.value, criterion.unit, style),
        _figure(criterion.baseline, criterion.unit, style),
        Cell(style.count(criterion.logged), criterion.logged),
        Cell(plain(why)),
    )


def _figure(value: float | None, unit: str, style: Style) -> Cell:
    if value is None:
        return Cell("–")
    shown = round(value, 2)
    if unit == "%":
        return Cell(f"{style.number(shown)}%", shown)
    if shown == int(shown):
        return Cell(style.count(int(shown), unit), int(shown))
    return Cell(f"{style.number(shown)} {unit}".strip(), shown)


def _adjustments(findings: Findings, style: Style) -> Section:
    speak, found = style.speech.gettext, findings.adjustments
    sentences = []
    if found.after_count:
        sentences.append(
            speak("%(cases)s của kỳ này được xác minh sau khi kỳ kết thúc, đã tính vào kỳ này: %(codes)s.")
            % {"cases": style.count(found.after_count, "vụ"), "codes": _codes(found.after, found.after_count)}
        )
    if found.before_count:
        sentences.append(
            speak("%(cases)s xảy ra trước kỳ được xác minh trong kỳ này, tính vào kỳ xảy ra: %(codes)s.")
            % {"cases": style.count(found.before_count, "vụ"), "codes": _codes(found.before, found.before_count)}
        )
    return Section(title=speak("Điều chỉnh số liệu"), sentences=tuple(sentences) or (speak("Không có điều chỉnh."),))


def _codes(codes: tuple[str, ...], count: int) -> str:
    return ", ".join(codes) + (", …" if count > len(codes) else "")


def _cases(findings: Findings, style: Style, zone: ZoneInfo) -> Section:
    speak, cases, all_cases = style.speech.gettext, findings.cases, findings.now.all.cases
    sentence = speak("%(cases)s đã xác minh được tính trong kỳ, xếp theo thời gian.") % {
        "cases": style.count(all_cases, "vụ")
    }
    notes = []
    if all_cases > len(cases):
        notes.append(
            speak("Danh sách chỉ nêu %(listed)s đầu; xem đủ ở trang Vụ việc.")
            % {"listed": style.count(len(cases), "vụ")}
        )
    columns = (
        Column(speak("STT"), 0.65, "right"),
        Column(speak("Mã vụ việc"), 1.7),
        Column(speak("Thời gian"), 1.7),
        Column(speak("Nội dung"), 3.0),
        Column(speak("Địa bàn"), 1.3),
        Column(speak("Lĩnh vực"), 1.4),
        Column(speak("Nguồn"), 1.4),
        Column(speak("Đối tượng"), 0.8, "right"),
        Column(speak("Trạng thái"), 1.4),
    )
    rows = tuple(Row(cells=_case(number, case, style, zone)) for number, case in enumerate(cases, start=1))
    return Section(
        title=speak("Danh sách vụ việc được tính"),
        sheet="cases",
        sentences=(sentence,),
        table=Table(key="cases", caption=speak("Danh sách vụ việc được tính"), columns=columns, rows=rows),
        notes=tuple(notes),
        is_appendix=True,
    )


def _case(number: int, case: Case, style: Style, zone: ZoneInfo) -> tuple[Cell, ...]:
    word = style.speech.word
    local: datetime = case.occurred_at.astimezone(zone)
    source = word("SOURCES", case.source)
    if case.camera_assisted:
        source = style.speech.gettext("%(source)s, camera hỗ trợ") % {"source": source}
    what = plain(case.title) or _kind(case, style)
    if case.place:
        what = f"{what} – {plain(case.place)}"
    if case.official_number:
        what = style.speech.gettext("%(what)s (số %(number)s)") % {"what": what, "number": plain(case.official_number)}
    return (
        Cell(str(number), number),
        Cell(case.code),
        Cell(f"{local:%H:%M %d/%m/%Y}", local),
        Cell(plain(what)),
        Cell(plain(case.unit)),
        Cell(word("CATEGORIES", case.category) if case.category else style.speech.gettext("Chưa phân loại")),
        Cell(source),
        Cell(style.count(case.suspects), case.suspects),
        Cell(word("STATES", case.state)),
    )


def _kind(case: Case, style: Style) -> str:
    """What its rule says; its category where no rule raised it."""
    if case.source != Source.CAMERA and case.category:
        return style.speech.word("CATEGORIES", case.category)
    return style.speech.word("RULE_KINDS", case.rule_kind)
