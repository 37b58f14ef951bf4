"""Pure: head, title and foot of a report, as the site's settings and the form of administrative documents have it."""

import re
from datetime import date
from typing import Final

from server.criteria.period import Kind, Period
from server.reports.findings import Findings
from server.reports.report import Letterhead, plain
from server.reports.style import Style
from server.settings import Settings

_LEVEL: Final = re.compile(r"^(phường|xã|thị trấn|đặc khu)\s+", re.IGNORECASE)


def letterhead(settings: Settings, style: Style, made_on: date) -> Letterhead:
    """Who reports, where and when."""
    speak, site, given = style.speech.gettext, settings.site, settings.report
    english = style.is_english
    place = given.place or (site.name_en if english else _LEVEL.sub("", site.name_vi))
    date_line = f"{made_on.day} {made_on:%B %Y}" if english else _date_vi(made_on)
    return Letterhead(
        superior=plain(given.superior_en if english else given.superior_vi).upper(),
        unit=unit(settings, style).upper(),
        nation=speak("CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        motto=speak("Độc lập – Tự do – Hạnh phúc"),
        number=speak("Số: %(number)s") % {"number": f"\u2026\u2026{plain(given.number)}"},
        place_and_date=f"{plain(place)}, {date_line}",
        signer_title=plain(given.signer_title_en if english else given.signer_title_vi).upper(),
        signer_name=plain(given.signer_name),
        recipients_title=speak("Nơi nhận:"),
        recipients=tuple(plain(line) for line in given.recipients),
    )


def unit(settings: Settings, style: Style) -> str:
    """Who reports: "Công an phường Hòa Thuận"."""
    site, given = settings.site, settings.report
    if style.is_english:
        return plain(given.unit_en or f"Police of {site.name_en}")
    level = _LEVEL.match(site.name_vi)
    name = site.name_vi[0].lower() + site.name_vi[1:] if level else site.name_vi
    return plain(given.unit_vi or f"Công an {name}")


def title(period: Period, style: Style) -> tuple[str, str]:
    """What the report is about, and its days in words."""
    speak = style.speech.gettext
    name = period.name_en if style.is_english else period.name_vi[0].lower() + period.name_vi[1:]
    about = speak("Kết quả công tác bảo đảm an ninh, trật tự %(period)s") % {"period": name}
    if period.kind is Kind.DAY:
        return about, speak("(Trực ban: từ 00 giờ 00 đến 24 giờ 00)")
    if period.kind is Kind.SPAN:
        return about, speak("(Báo cáo chuyên đề)")
    first, last = f"{period.first_day:%d/%m/%Y}", f"{date.fromordinal(period.end_day.toordinal() - 1):%d/%m/%Y}"
    return about, speak("(Từ ngày %(first)s đến hết ngày %(last)s)") % {"first": first, "last": last}


def opening(period: Period, style: Style, findings: Findings, *, who: str) -> tuple[str, ...]:
    """The first sentences: who reports on what, as of when, and what breaks the series."""
    speak = style.speech.gettext
    first = speak("%(unit)s báo cáo tình hình, kết quả công tác bảo đảm an ninh, trật tự trong kỳ như sau:")
    sentences = [first % {"unit": who}]
    if not findings.is_over:
        local = findings.read_at.astimezone(period.zone)
        sentences.append(
            speak("Số liệu tính đến %(at)s; kỳ báo cáo chưa kết thúc, số cùng kỳ là của trọn kỳ năm trước.")
            % {"at": f"{local:%H:%M} {local:%d/%m/%Y}"}
        )
    merged = next((criterion.merged_on for criterion in findings.criteria if criterion.merged_on), None)
    if merged is not None:
        sentences.append(
            speak("Địa bàn thay đổi từ ngày %(day)s: số cùng kỳ là của địa bàn cũ, so sánh để tham khảo.")
            % {"day": f"{merged:%d/%m/%Y}"}
        )
    return tuple(sentences)


def file_name(period: Period, style: Style, site: str) -> str:
    """ASCII, without an ending: bao-cao_hoa-thuan_2026-M03."""
    return f"{'report' if style.is_english else 'bao-cao'}_{site}_{period.key}"


def _date_vi(day: date) -> str:
    # a zero before days and the first two months, so that nobody writes another digit there (Decree 30/2020)
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"
