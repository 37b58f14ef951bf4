"""Vụ việc: what a search finds, as a list, as a month of days, or on the ward's plan."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from server.role import at_least
from server.search import Key, Search, parse
from server.search.query import EXAMPLES
from server.search.words import ALIASES
from server.store import filters, plan
from server.store.errors import InvalidError
from server.store.listing import Lists
from server.ui import places
from server.ui.desk import Desk, sit_down

router = APIRouter(include_in_schema=False)

PAGE: Final = 30
"""Incidents on a page of the list."""
VIEWS: Final = ("list", "calendar", "map")
ADDRESS: Final = "/incidents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address asks for."""

    search: Search
    view: str
    month: str
    cursor: str | None

    def url(self, **other: str | None) -> str:
        """The same with something else; None leaves it out."""
        said = {"q": self.search.text(), "view": self.view if self.view != "list" else ""} | other
        query = urlencode({key: value for key, value in said.items() if value})
        return f"{ADDRESS}?{query}" if query else ADDRESS


@router.get("/incidents")
def incident_list(
    request: Request,
    q: str = "",
    view: str = "list",
    month: str = "",
    cursor: str | None = None,
    state: str = "",
    camera: str = "",
    rule: str = "",
) -> Response:
    """What the search finds. ``state``, ``camera`` (an id) and ``rule`` are what old links say instead of tokens."""
    tokens = (("state", state), ("camera", f"#{camera}" if camera.isdigit() else ""), ("rule", rule))
    old = [f'{key}:"{value}"' for key, value in tokens if value and not set(value) & set('"\\')]
    asked = Asked(search=parse(" ".join([q, *old])), view=view if view in VIEWS else "list", month=month, cursor=cursor)
    with sit_down(request) as desk:
        typed = q if asked.search.faults else asked.search.text()
        fault = _said(desk, asked)
        try:
            shown = SHOWN[asked.view](desk, asked) if fault is None else {}
        except InvalidError as error:
            fault, shown = _spoken(desk, str(error)), {}
        return desk.page(
            "incidents.html",
            place="incidents",
            script="incidents",
            asked=asked,
            typed=typed,
            fault=fault,
            saved=filters.listing(desk.session, desk.signed.user),
            may_write=at_least(desk.signed.user.role, "officer"),
            may_share=at_least(desk.signed.user.role, "supervisor"),
            may_upload=at_least(desk.signed.user.role, "admin"),
            tokens=[(key, ALIASES[key][0], EXAMPLES[key]) for key in Key],
            **shown,
        )


def _said(desk: Desk, asked: Asked) -> str | None:
    """The search's first fault in the officer's language."""
    fault = next(iter(asked.search.faults), None)
    return None if fault is None else fault.en if desk.texts.language == "en" else fault.vi


def _spoken(desk: Desk, sentence: str) -> str:
    """The half of "vi / en" that the officer reads."""
    vi, _, en = sentence.partition(" / ")
    return en if desk.texts.language == "en" and en else vi


def _lists(desk: Desk) -> Lists:
    has = desk.services
    return Lists(session=desk.session, definitions=has.definitions, now=desk.now, zone=has.settings.zone)


def _as_list(desk: Desk, asked: Asked) -> dict[str, Any]:
    page = _lists(desk).page(asked.search, asked.cursor, PAGE)
    return {"page": page, "next_url": asked.url(cursor=page.next_cursor) if page.next_cursor else None}


def _as_calendar(desk: Desk, asked: Asked) -> dict[str, Any]:
    today = desk.now.astimezone(desk.services.settings.zone).date()
    first = _month(asked.month) or _month_asked_for(asked.search, today) or today.replace(day=1)
    days = _lists(desk).days(asked.search.without(Key.ON), first)
    before, after = first - timedelta(days=1), first + timedelta(days=32)
    return {
        "first": first,
        "today": today,
        "lead": first.weekday(),
        "days": [(day, asked_on(asked, day.day)) for day in days],
        "chosen_day": next(iter(asked.search.values(Key.ON)), ""),
        "sums": (sum(day.confirmed for day in days), sum(day.waiting for day in days)),
        "before_url": asked.url(month=f"{before:%Y-%m}"),
        "after_url": asked.url(month=f"{after:%Y-%m}"),
        "now_url": asked.url(month=f"{today:%Y-%m}"),
    }


def asked_on(asked: Asked, day: date) -> str:
    """The list of one day of the same search."""
    return f"{ADDRESS}?{urlencode({'q': asked.search.only(Key.ON, day.isoformat()).text()})}"


def _as_map(desk: Desk, asked: Asked) -> dict[str, Any]:
    found = places.on_plan(
        plan.read(desk.session), desk.cameras(), _lists(desk).tallies(asked.search), asked.search, ADDRESS
    )
    is_dated = any(asked.search.values(key) for key in (Key.ON, Key.AFTER, Key.BEFORE))
    return {"plan": found, "is_dated": is_dated}


SHOWN: Final[dict[str, Callable[[Desk, Asked], dict[str, Any]]]] = {
    "list": _as_list,
    "calendar": _as_calendar,
    "map": _as_map,
}


def _month(text: str) -> date | None:
    try:
        found = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        return None
    return found if 1970 < found.year < 2999 else None


def _month_asked_for(search: Search, today: date) -> date | None:
    """The month of the first day that the search names."""
    for key in (Key.ON, Key.AFTER):
        for value in search.values(key):
            if value in {"today", "yesterday"} or value.endswith("d"):
                return today.replace(day=1)
            if found := _month(value[:7]):
                return found
    return None
