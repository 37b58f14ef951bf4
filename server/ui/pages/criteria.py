"""Tiêu chí: the scoreboard, and what each figure rests on."""

from collections import Counter
from datetime import timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from server.criteria.period import Period, PeriodError
from server.role import at_least
from server.schemas import CriterionDetail
from server.store import criteria, names
from server.store.drilling import Drill, Part
from server.store.errors import InvalidError, NotFoundError
from server.ui import charts, criterionwords, words
from server.ui.desk import Desk, sit_down
from server.ui.i18n import N_

router = APIRouter(include_in_schema=False)


@router.get("/criteria")
def scoreboard(
    request: Request, period: str | None = None, first: str | None = None, last: str | None = None
) -> Response:
    """The criteria in one period: a key, or from one day to another."""
    with sit_down(request) as desk:
        chosen = _period(desk, f"{first}--{last}" if first and last and not period else period)
        if chosen is None:
            return _no_such_period(desk)
        board = criteria.scoreboard(desk.session, desk.services.definitions, chosen, desk.now)
        found = Counter(criterion.state for criterion in board.criteria)
        return desk.page(
            "criteria.html",
            place="criteria",
            script="criteria",
            board=board,
            last_day=board.period.end_day - timedelta(days=1),
            periods=_periods(desk, chosen),
            sums=[(state, found[state]) for state in words.RESULTS if found[state]],
            missing=[each.code for each in board.criteria if each.state not in {"met", "not_applicable"}],
            bars=charts.bars,
            may_freeze=_supervises(desk) and board.period.frozen_at is None and chosen.end_at <= desk.now,
        )


@router.get("/criteria/{code}")
def criterion(
    request: Request,
    code: str,
    period: str | None = None,
    part: str = "",
    cursor: str | None = None,
) -> Response:
    """One criterion and exactly the incidents that were counted, a page a list; of ``part`` the page of ``cursor``."""
    with sit_down(request) as desk:
        chosen = _period(desk, period)
        if chosen is None:
            return _no_such_period(desk)
        definitions = desk.services.definitions
        try:
            drilled = criteria.drilled(desk.session, definitions, code, chosen, desk.now)
        except NotFoundError:
            return desk.nothing_here(N_("Không có tiêu chí này"), N_("Hãy chọn một tiêu chí trong trang Tiêu chí."))
        turned = Part(part) if cursor and part in set(Part) else None
        try:
            found = criteria.detail(drilled, definitions, turned or Part.COUNTED, cursor if turned else None)
        except InvalidError:  # an old address: what it showed is on the pages that begin with the newest
            found, turned = criteria.detail(drilled, definitions), None
        codes = [each.code for each in definitions.criteria]
        at = codes.index(code)
        return desk.page(
            "criterion.html",
            place="criteria",
            script="criteria",
            criterion=found,
            periods=_periods(desk, chosen),
            told={each.key: each for each in criterionwords.told(drilled.definition, desk.texts, desk.form)},
            bars=charts.bars,
            pages=_pages(found, turned),
            **_charts(desk, drilled),
            earlier=codes[at - 1] if at else None,
            later=codes[at + 1] if at + 1 < len(codes) else None,
            may_enter=bool(found.entry_keys) and at_least(desk.signed.user.role, "officer"),
            may_approve=_supervises(desk),
            me=desk.signed.user.display_name,
        )


def _pages(found: CriterionDetail, turned: Part | None) -> dict[str, tuple[str | None, str | None]]:
    """By list, the addresses of its first page, where another one is shown, and of the page that follows."""
    lists = {Part.COUNTED: found.counted, Part.OTHERS: found.others, Part.WAITING: found.waiting}
    here = f"/criteria/{found.code}"

    def older(part: Part, cursor: str) -> str:
        return f"{here}?{urlencode({'period': found.period.key, 'part': part, 'cursor': cursor})}#{part}"

    return {
        part: (
            f"{here}?{urlencode({'period': found.period.key})}#{part}" if part is turned else None,
            older(part, page.next_cursor) if page.next_cursor else None,
        )
        for part, page in lists.items()
    }


def _charts(desk: Desk, drilled: Drill) -> dict[str, object]:
    """Every counted incident by hour and weekday, and by unit."""
    rows = drilled.places_and_times()
    unit_of = dict(names.units_of_cameras(desk.session))
    return {
        "hours": charts.hours([at for at, _, _ in rows], desk.services.settings.zone),
        "by_unit": charts.units([unit or unit_of.get(camera_id or 0, "") for _, unit, camera_id in rows]),
    }


def _supervises(desk: Desk) -> bool:
    return at_least(desk.signed.user.role, "supervisor")


def _period(desk: Desk, key: str | None) -> Period | None:
    """The period of a key, this month without one; None when the key names none."""
    calendar = desk.services.calendar
    if not key:
        return calendar.month_of(desk.now)
    try:
        return calendar.period(key)
    except PeriodError:
        return None


def _periods(desk: Desk, chosen: Period) -> list[tuple[str, str]]:
    """Key and name of the periods to choose from: today, this week, this year's and last year's, and the chosen one."""
    calendar = desk.services.calendar
    known = (calendar.day_of(desk.now), calendar.week_of(desk.now), *calendar.recent(desk.now))
    offered = known if chosen in known else (chosen, *known)
    return [(each.key, each.label_en if desk.texts.language == "en" else each.label_vi) for each in offered]


def _no_such_period(desk: Desk) -> Response:
    return desk.nothing_here(N_("Không có kỳ báo cáo này"), N_("Hãy chọn một kỳ trong trang Tiêu chí."))
