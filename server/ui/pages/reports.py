"""Báo cáo: a period's report on screen as it will be printed, and the files to take away."""

from datetime import date, timedelta

from fastapi import APIRouter, Request, Response

from server.api.reports import report_of
from server.criteria.period import Calendar, Period
from server.role import at_least
from server.ui.desk import Desk, sit_down
from server.ui.i18n import N_

router = APIRouter(include_in_schema=False)


@router.get("/reports")
def report(request: Request, period: str = "", first: str = "", last: str = "") -> Response:
    """The report of a period; of the days from ``first`` to ``last`` when they are given; of this month otherwise."""
    with sit_down(request) as desk:
        chosen = _chosen(desk, period, first, last)
        if chosen is None:
            return desk.nothing_here(
                N_("Không có kỳ báo cáo này"),
                N_("Hãy chọn một kỳ, hoặc từ ngày nào đến ngày nào, trong trang Báo cáo."),
            )
        offered = _offered(desk, chosen)
        return desk.page(
            "reports.html",
            place="reports",
            script="reports",
            report=report_of(desk.services, desk.session, chosen, desk.texts.language),
            chosen=chosen,
            last_day=chosen.end_day - timedelta(days=1),
            offered=offered,
            can_export=at_least(desk.signed.user.role, "officer"),
        )


def _chosen(desk: Desk, key: str, first: str, last: str) -> Period | None:
    """The period asked for; None when there is no such period."""
    calendar = desk.services.calendar
    try:
        if first or last:
            asked = sorted(date.fromisoformat(day) for day in (first or last, last or first))
            return calendar.period(calendar.span(asked[0], asked[-1]).key)
        return calendar.period(key) if key else calendar.month_of(desk.now)
    except ValueError:  # PeriodError is one
        return None


def _offered(desk: Desk, chosen: Period) -> list[tuple[str, str, bool]]:
    """Key, name, and whether it is the chosen one: what is likely asked for."""
    names = [(N_("Hôm nay"), _days_ago(desk, 0)), (N_("Hôm qua"), _days_ago(desk, 1))]
    names += [(N_("Tuần này"), _weeks_ago(desk, 0)), (N_("Tuần trước"), _weeks_ago(desk, 1))]
    names += _ministry_s(desk.services.calendar, desk)
    speak = desk.texts.gettext
    return [(period.key, speak(name), period == chosen) for name, period in names if period.start_at <= desk.now]


def _ministry_s(calendar: Calendar, desk: Desk) -> list[tuple[str, Period]]:
    month = calendar.month_of(desk.now)
    year = month.year
    quarter = calendar.period(f"{year}-Q{(month.number + 2) // 3}")
    return [
        (N_("Tháng này"), month),
        (N_("Tháng trước"), calendar.month_of(month.start_at - timedelta(days=1))),
        (N_("Quý này"), quarter),
        (N_("6 tháng"), calendar.period(f"{year}-H1")),
        (N_("9 tháng"), calendar.period(f"{year}-9M")),
        (N_("Năm nay"), calendar.period(f"{year}-Y")),
        (N_("Năm trước"), calendar.period(f"{year - 1}-Y")),
    ]


def _days_ago(desk: Desk, days: int) -> Period:
    return desk.services.calendar.day_of(desk.now - timedelta(days=days))


def _weeks_ago(desk: Desk, weeks: int) -> Period:
    return desk.services.calendar.week_of(desk.now - timedelta(weeks=weeks))
