"""Pure: what happened, in the ministry's order: crime and violations, then traffic and fire, urban order apart."""

from collections.abc import Iterator

from server.reports.findings import CRIMES, Counts, Findings, Tally, total
from server.reports.report import Cell, Column, Row, Section, Table
from server.reports.style import Style
from server.verdict import Category

SPOKEN_APART = (Category.TRAFFIC, Category.FIRE)


def sections(findings: Findings, style: Style) -> Iterator[Section]:
    """The situation: four parts."""
    speak = style.speech.gettext
    yield Section(title=speak("Tình hình an ninh, trật tự"), notes=())
    yield _crimes(findings, style)
    yield _accidents(findings, style)
    yield _urban(findings, style)


def people(tally: Tally, style: Style) -> str:
    """ "05 vụ, 09 đối tượng" """
    return f"{style.count(tally.cases, 'vụ')}, {style.count(tally.suspects, 'đối tượng')}"


def _crimes(findings: Findings, style: Style) -> Section:
    speak = style.speech.gettext
    lines = [
        (style.speech.word("CATEGORIES", category), findings.now.of[category], findings.before.of[category])
        for category in CRIMES
    ]
    sums = total(now for _name, now, _before in lines), total(before for _name, _now, before in lines)
    sentences = [_sentence(name, now, before, findings, style) for name, now, before in lines]
    sentences.append(_sentence(speak("Tổng cộng bốn lĩnh vực trên"), *sums, findings, style))
    rows = [_row(name, now, before, findings, style) for name, now, before in lines]
    rows.append(_row(speak("Tổng cộng"), *sums, findings, style, is_total=True))
    table = Table(
        key="crimes",
        caption=speak("Tội phạm và vi phạm pháp luật, so với cùng kỳ"),
        columns=_columns(style, speak("Lĩnh vực")),
        rows=tuple(rows),
    )
    return Section(title=speak("Tội phạm và vi phạm pháp luật"), level=2, sentences=tuple(sentences), table=table)


def _accidents(findings: Findings, style: Style) -> Section:
    speak = style.speech.gettext
    sentences, rows = [], []
    for category in SPOKEN_APART:
        now, before = findings.now.of[category], findings.before.of[category]
        figures = [
            (now.cases, before.cases, "vụ"),
            (now.deaths, before.deaths, "người chết"),
            (now.injured, before.injured, "người bị thương"),
        ]
        name = style.speech.word("CATEGORIES", category)
        counted = ", ".join(style.count(value, unit) for value, _before, unit in figures)
        sentences.append(f"{name}: {counted}; {_against(figures, findings, style)}.")
        cells = [Cell(name)]
        for value, earlier, _unit in figures:
            cells += [_number(value, style), _before(earlier, findings, style)]
        rows.append(Row(cells=tuple(cells)))
    wide = [Column(speak("Lĩnh vực"), 2.2)]
    for what in (speak("Số vụ"), speak("Người chết"), speak("Bị thương")):
        wide += [Column(what, 1.0, "right"), Column(_earlier(what, style), 1.2, "right")]
    return Section(
        title=speak("Tai nạn giao thông; cháy, nổ"),
        level=2,
        sentences=tuple(sentences),
        table=Table(
            key="accidents",
            caption=speak("Giao thông, cháy, nổ: số vụ, số người chết, bị thương"),
            columns=tuple(wide),
            rows=tuple(rows),
        ),
    )


def _urban(findings: Findings, style: Style) -> Section:
    speak = style.speech.gettext
    now, before = findings.now, findings.before
    urban = now.of[Category.URBAN_ORDER]
    share = (
        speak("; đã xử lý %(handled)s (%(share)s%%)")
        % {
            "handled": style.count(urban.handled, "vụ"),
            "share": style.number(100 * urban.handled / urban.cases),
        }
        if urban.cases
        else ""
    )
    figures = [(urban.cases, before.of[Category.URBAN_ORDER].cases, "vụ")]
    name = style.speech.word("CATEGORIES", Category.URBAN_ORDER)
    sentences = [f"{name}: {style.count(urban.cases, 'vụ')}; {_against(figures, findings, style)}{share}."]
    rows = [_row(name, urban, before.of[Category.URBAN_ORDER], findings, style)]
    for title, tally, earlier, why in _apart(now, before, style):
        if tally.cases or earlier.cases:
            rows.append(_row(title, tally, earlier, findings, style))
            sentences.append(f"{title}: {people(tally, style)}. {why}")
    return Section(
        title=speak("Trật tự đô thị và việc khác (thống kê riêng)"),
        level=2,
        sentences=tuple(sentences),
        table=Table(
            key="apart",
            caption=speak("Thống kê riêng, không cộng vào trật tự xã hội"),
            columns=_columns(style, speak("Loại việc")),
            rows=tuple(rows),
        ),
        notes=(speak("Số vụ trật tự đô thị không cộng vào số vụ về trật tự xã hội."),),
    )


def _apart(now: Counts, before: Counts, style: Style) -> Iterator[tuple[str, Tally, Tally, str]]:
    speak = style.speech.gettext
    yield (
        speak("Camera xác minh, chưa vào sổ chính thức"),
        now.unregistered,
        before.unregistered,
        speak("Số liệu trật tự xã hội lấy từ sổ chính thức; các vụ này chưa có số thụ lý nên không cộng vào."),
    )
    yield (
        speak("Chưa phân loại"),
        now.unclassified,
        before.unclassified,
        speak("Các vụ này cần được cán bộ phân loại."),
    )


def _sentence(name: str, now: Tally, before: Tally, findings: Findings, style: Style) -> str:
    figures = [(now.cases, before.cases, "vụ"), (now.suspects, before.suspects, "đối tượng")]
    return f"{name}: {people(now, style)}; {_against(figures, findings, style)}."


def _against(figures: list[tuple[int, int, str]], findings: Findings, style: Style) -> str:
    if not findings.has_before:
        return style.speech.gettext("chưa có số liệu cùng kỳ")
    return style.against(figures)


def _columns(style: Style, first: str) -> tuple[Column, ...]:
    speak = style.speech.gettext
    cases, suspects = speak("Số vụ"), speak("Đối tượng")
    columns = [Column(first, 2.6)]
    for what in (cases, suspects):
        columns += [
            Column(what, 1.0, "right"),
            Column(_earlier(what, style), 1.1, "right"),
            Column(speak("%(what)s: tăng, giảm") % {"what": what}, 1.1, "right"),
        ]
    return tuple(columns)


def _row(name: str, now: Tally, before: Tally, findings: Findings, style: Style, *, is_total: bool = False) -> Row:
    cells = [Cell(name)]
    for value, earlier in ((now.cases, before.cases), (now.suspects, before.suspects)):
        change = Cell(style.difference(value, earlier), value - earlier) if findings.has_before else Cell("–")
        cells += [_number(value, style), _before(earlier, findings, style), change]
    return Row(cells=tuple(cells), is_total=is_total)


def _number(value: int, style: Style) -> Cell:
    return Cell(style.count(value), value)


def _before(value: int, findings: Findings, style: Style) -> Cell:
    return _number(value, style) if findings.has_before else Cell("–")


def _earlier(what: str, style: Style) -> str:
    return style.speech.gettext("%(what)s cùng kỳ") % {"what": what}
