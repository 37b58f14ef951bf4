"""Pure: what was done: citizens' tips, what the cameras had a part in, how well they ran."""

from collections.abc import Iterator

from server.reports.findings import Findings, Logged, Service, Tips
from server.reports.order import people
from server.reports.report import Cell, Column, Row, Section, Table, plain
from server.reports.style import Style
from server.wording import floored


def sections(findings: Findings, style: Style) -> Iterator[Section]:
    """Tips, then the cameras in three parts."""
    yield _tips(findings, style)
    yield Section(title=style.speech.gettext("Kết quả mô hình “Camera an ninh”"))
    yield _contribution(findings, style)
    yield _logged(findings, style)
    yield _service(findings, style)


def share(part: int, whole: int, style: Style) -> Cell:
    """Per cent, 0..100; nothing of nothing is no share."""
    if not whole:
        return Cell("–")
    value = round(100 * part / whole, 2)
    return Cell(style.number(value), value)


def _tips(findings: Findings, style: Style) -> Section:
    speak, tips = style.speech.gettext, findings.tips
    told = speak("Tiếp nhận %(received)s báo, tố giác, kiến nghị khởi tố, phản ánh") % {
        "received": style.count(tips.received, "tin")
    }
    sentence = f"{told}."
    if tips.received:
        sentence = speak(
            "%(told)s; đã giải quyết %(handled)s (%(share)s%%), trong đó đúng hạn %(in_time)s; quá hạn chưa giải quyết "
            "%(overdue)s."
        ) % {
            "told": told,
            "handled": style.count(tips.handled, "tin"),
            "share": share(tips.handled, tips.received, style).text,
            "in_time": style.count(tips.in_time, "tin"),
            "overdue": style.count(tips.overdue, "tin"),
        }
    rows = [_tips_row(speak("Kỳ này"), tips, style)]
    if findings.has_before:
        rows.append(_tips_row(speak("Cùng kỳ"), findings.tips_before, style))
    columns = (
        Column(speak("Kỳ"), 1.2),
        Column(speak("Tiếp nhận"), 1.0, "right"),
        Column(speak("Đã giải quyết"), 1.0, "right"),
        Column(speak("Tỷ lệ giải quyết (%)"), 1.1, "right"),
        Column(speak("Đúng hạn"), 1.0, "right"),
        Column(speak("Tỷ lệ đúng hạn (%)"), 1.1, "right"),
        Column(speak("Quá hạn"), 1.0, "right"),
    )
    table = Table(key="tips", caption=speak("Tiếp nhận, giải quyết tin"), columns=columns, rows=tuple(rows))
    title = speak("Tiếp nhận, giải quyết tin báo, tố giác, kiến nghị, phản ánh")
    return Section(title=title, sentences=(sentence,), table=table)


def _tips_row(name: str, tips: Tips, style: Style) -> Row:
    def number(value: int) -> Cell:
        return Cell(style.count(value), value)

    return Row(
        cells=(
            Cell(name),
            number(tips.received),
            number(tips.handled),
            share(tips.handled, tips.received, style),
            number(tips.in_time),
            share(tips.in_time, tips.handled, style),
            number(tips.overdue),
        )
    )


def _contribution(findings: Findings, style: Style) -> Section:
    speak, now, before = style.speech.gettext, findings.contribution, findings.contribution_before
    both = now.all
    compared = speak("chưa có số liệu cùng kỳ")
    if findings.has_before:
        compared = style.against(
            [(both.cases, before.all.cases, "vụ"), (both.suspects, before.all.suspects, "đối tượng")]
        )
    sentence = speak("Qua camera đã phát hiện, xử lý %(people)s; %(compared)s.") % {
        "people": people(both, style),
        "compared": compared,
    }
    rows = []
    for name, tally, earlier, is_total in (
        (speak("Camera phát hiện, cán bộ xác minh"), now.found, before.found, False),
        (speak("Cán bộ nhập, có hỗ trợ của camera"), now.helped, before.helped, False),
        (speak("Tổng cộng"), both, before.all, True),
    ):
        figures = (tally.cases, tally.suspects, tally.handled)
        cells = [Cell(name), *(Cell(style.count(value), value) for value in figures)]
        cells.append(Cell(style.count(earlier.cases), earlier.cases) if findings.has_before else Cell("–"))
        rows.append(Row(cells=tuple(cells), is_total=is_total))
    columns = (
        Column(speak("Nguồn"), 2.8),
        Column(speak("Số vụ"), 1.0, "right"),
        Column(speak("Đối tượng"), 1.0, "right"),
        Column(speak("Đã xử lý"), 1.0, "right"),
        Column(speak("Số vụ cùng kỳ"), 1.1, "right"),
    )
    table = Table(key="contribution", caption=speak("Vụ việc qua camera"), columns=columns, rows=tuple(rows))
    title = speak("Vụ việc phát hiện, xử lý qua camera")
    return Section(title=title, level=2, sentences=(sentence,), table=table)


def _logged(findings: Findings, style: Style) -> Section:
    speak, kinds = style.speech.gettext, findings.logged
    everything = Logged(
        rule_kind="",
        confirmed=sum(kind.confirmed for kind in kinds),
        dismissed=sum(kind.dismissed for kind in kinds),
        waiting=sum(kind.waiting for kind in kinds),
    )
    sentence = speak(
        "Máy ghi nhận %(all)s nghi vấn: đã xác minh %(confirmed)s, loại bỏ %(dismissed)s, chờ xác minh %(waiting)s."
    ) % {
        "all": style.count(everything.all, "vụ"),
        "confirmed": style.count(everything.confirmed, "vụ"),
        "dismissed": style.count(everything.dismissed, "vụ"),
        "waiting": style.count(everything.waiting, "vụ"),
    }
    named = [(plain(style.speech.word("RULE_KINDS", kind.rule_kind)), kind, False) for kind in kinds]
    rows = [
        Row(
            cells=(
                Cell(name),
                *(
                    Cell(style.count(value), value)
                    for value in (kind.all, kind.confirmed, kind.dismissed, kind.waiting)
                ),
            ),
            is_total=is_total,
        )
        for name, kind, is_total in [*named, (speak("Tổng cộng"), everything, True)]
    ]
    columns = (
        Column(speak("Loại nghi vấn"), 2.8),
        Column(speak("Máy ghi nhận"), 1.0, "right"),
        Column(speak("Đã xác minh"), 1.0, "right"),
        Column(speak("Loại bỏ"), 1.0, "right"),
        Column(speak("Chờ xác minh"), 1.0, "right"),
    )
    table = Table(key="logged", caption=speak("Máy ghi nhận và đã xác minh"), columns=columns, rows=tuple(rows))
    note = speak("Máy ghi nhận là nghi vấn; chỉ vụ việc đã được cán bộ xác minh mới tính vào số vụ.")
    return Section(
        title=speak("Máy ghi nhận và cán bộ xác minh"), level=2, sentences=(sentence,), table=table, notes=(note,)
    )


def _service(findings: Findings, style: Style) -> Section:
    speak, cameras = style.speech.gettext, findings.cameras
    hours = round(sum(camera.hours for camera in cameras), 2)
    mean = round(100 * floored(sum(camera.share for camera in cameras) / len(cameras)), 2) if cameras else None
    sentence = speak("Chưa có camera nào đang dùng.")
    if mean is not None:
        sentence = speak("%(cameras)s đang dùng, %(hours)s giờ có hình, trung bình %(share)s%% thời gian của kỳ.") % {
            "cameras": style.count(len(cameras), "camera"),
            "hours": style.number(hours),
            "share": style.number(mean),
        }
    rows = [Row(cells=_camera(camera, style)) for camera in cameras]
    faults, logged = sum(camera.faults for camera in cameras), sum(camera.faults_logged for camera in cameras)
    rows.append(
        Row(
            cells=(
                Cell(speak("Tổng cộng, trung bình")),
                Cell(""),
                Cell(style.number(hours), hours),
                Cell(style.number(mean), mean) if mean is not None else Cell("–"),
                Cell(style.count(faults), faults),
                Cell(style.count(logged), logged),
                Cell(""),
            ),
            is_total=True,
        )
    )
    columns = (
        Column(speak("Camera"), 2.0),
        Column(speak("Địa bàn"), 1.3),
        Column(speak("Giờ có hình"), 1.1, "right"),
        Column(speak("Tỷ lệ hoạt động (%)"), 1.1, "right"),
        Column(speak("Sự cố đã xác minh"), 1.0, "right"),
        Column(speak("Sự cố máy ghi nhận"), 1.1, "right"),
        Column(speak("Ghi chú"), 1.4),
    )
    table = Table(key="cameras", caption=speak("Tình trạng hoạt động của camera"), columns=columns, rows=tuple(rows))
    return Section(
        title=speak("Tình trạng hoạt động của camera"), level=2, sheet="cameras", sentences=(sentence,), table=table
    )


def _camera(camera: Service, style: Style) -> tuple[Cell, ...]:
    hours, percent = round(camera.hours, 2), round(100 * floored(camera.share), 2)
    return (
        Cell(plain(camera.camera)),
        Cell(plain(camera.unit)),
        Cell(style.number(hours), hours),
        Cell(style.number(percent), percent),
        Cell(style.count(camera.faults), camera.faults),
        Cell(style.count(camera.faults_logged), camera.faults_logged),
        Cell(style.speech.gettext("dùng từ giữa kỳ") if camera.began_late else ""),
    )
