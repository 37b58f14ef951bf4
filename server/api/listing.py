"""Lists of incidents: a search's pages, days, cameras and units, and what to type next."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query
from sqlalchemy.orm import Session

from server.api.deps import Has, Viewer, refused
from server.api.responses import problems
from server.schemas import DayOut, IncidentPage, SuggestionOut, TallyOut
from server.search import Key, Search, Term, completions, named_key, parse
from server.services import Services
from server.store import names
from server.store.errors import StoreError
from server.store.listing import MOST, Lists
from server.verdict import State

router = APIRouter(prefix="/api/v1", tags=["incidents"])

Asked = Annotated[
    str,
    Query(
        max_length=1000,
        description="A search: tokens like camera:kho-sau, -rule:fire, state:waiting, before:2026-03-01, and words.",
        examples=['state:waiting unit:"Khóm 4"'],
    ),
]


@router.get("/incidents", summary="Incidents, newest first", responses=problems(401, 422))
def read_incidents(
    _user: Viewer,
    has: Has,
    q: Asked = "",
    state: Annotated[State | None, Query(description="Only those in this state; like state: in q.")] = None,
    camera: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Only of the camera with this id.")] = None,
    rule_kind: Annotated[str | None, Query(max_length=64, examples=["intrusion"])] = None,
    cursor: Annotated[str | None, Query(max_length=200, description="next_cursor of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
) -> IncidentPage:
    """One page; ask again with ``cursor`` until ``next_cursor`` is null. New arrivals do not shift the pages."""
    search = parse(q)
    for key, value in ((Key.STATE, state), (Key.CAMERA, camera and f"#{camera}"), (Key.RULE, rule_kind)):
        if value:
            search = Search(
                terms=(*search.terms, Term(key=key, values=(value,))), words=search.words, faults=search.faults
            )
    with lists(has) as found:
        return found.page(search, cursor, limit)


@router.get("/incidents/suggest", summary="Ways to go on typing a search", responses=problems(401, 422))
def read_suggestions(
    _user: Viewer, has: Has, q: Asked = "", lang: Annotated[Literal["vi", "en"], Query()] = "vi"
) -> tuple[SuggestionOut, ...]:
    """Keys, then the values of the key that the last token names."""
    with has.database.read() as session:
        named = _names(session, has, q, in_vietnamese=lang == "vi")
    return tuple(
        SuggestionOut(text=each.text, token=each.token, about=each.about)
        for each in completions(q, named, in_vietnamese=lang == "vi")
    )


@router.get("/incidents/days", summary="A month's days with how many incidents", responses=problems(401, 422))
def read_days(
    _user: Viewer, has: Has, month: Annotated[str, Query(pattern=r"^[0-9]{4}-[0-9]{2}$")], q: Asked = ""
) -> tuple[DayOut, ...]:
    """Of the incidents that a search finds."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError as error:
        raise HTTPException(422, "Không có tháng này. / There is no such month.") from error
    if not 1970 <= first.year <= 2999:
        raise HTTPException(422, "Năm từ 1970 đến 2999. / A year from 1970 to 2999.")
    with lists(has) as found:
        return found.days(parse(q), first)


@router.get("/incidents/tallies", summary="How many incidents each camera and unit has", responses=problems(401, 422))
def read_tallies(_user: Viewer, has: Has, q: Asked = "") -> tuple[TallyOut, ...]:
    """Of the incidents that a search finds; of the last 30 days where it names no day."""
    with lists(has) as found:
        return found.tallies(parse(q))


@contextmanager
def lists(has: Services) -> Iterator[Lists]:
    """The lists of one request; what the store refuses becomes an HTTP error."""
    try:
        with has.database.read() as session:
            yield Lists(session=session, definitions=has.definitions, now=has.clock.now(), zone=has.settings.zone)
    except StoreError as error:
        raise refused(error) from error


def _names(session: Session, has: Services, q: str, *, in_vietnamese: bool) -> dict[Key, list[tuple[str, str]]]:
    """The names of the one key that is being typed: nothing else is read."""
    key = named_key(q)
    if key is None:
        return {}
    found = names.suggested(session, has.definitions, key, in_vietnamese=in_vietnamese)
    return {key: found} if found else {}
