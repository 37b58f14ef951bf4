"""Which cameras the one who asks may see: every read made for their request is narrowed to these.

A request carries a ``Viewpoint`` from its first byte on (``Viewpoints``, the outermost part of the application). Who
finds out who asks sets what they see on it; ``Database`` narrows each session that is opened from then on. So a page
or an endpoint can't forget it: one that asks for what its user may not see finds nothing there.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Concatenate, Final, ParamSpec, TypeVar

from sqlalchemy import event, false, or_, select
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from starlette.types import ASGIApp, Receive, Scope, Send

from server.tables import CameraRow, EventRow, EvidenceRow, IncidentRow

P = ParamSpec("P")
T = TypeVar("T")
_WHOLE: Final = "anninh_whole_ward"
"""A session's mark while it reads figures that are the whole ward's, whoever asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What somebody may see: these cameras, and what was entered by hand in these units."""

    cameras: frozenset[int] = frozenset()
    units: frozenset[str] = frozenset()


@dataclass(slots=True)
class Viewpoint:
    """One request's; set once it is known who asks. ``sight`` None: everything."""

    sight: Sight | None = None


_current: ContextVar[Viewpoint | None] = ContextVar("anninh_viewpoint", default=None)


class Viewpoints:
    """ASGI middleware: gives every request a viewpoint of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = _current.set(Viewpoint())
        try:
            await self._app(scope, receive, send)
        finally:
            _current.reset(token)


def look_as(sight: Sight | None) -> None:
    """From now on this request reads what ``sight`` allows. Outside a request it changes nothing."""
    viewpoint = _current.get()
    if viewpoint is not None:
        # the object and not the variable is changed: a worker thread has a copy of the variables, but the same object
        viewpoint.sight = sight


def current() -> Sight | None:
    """What the request that is being answered may see; None: everything."""
    viewpoint = _current.get()
    return viewpoint.sight if viewpoint is not None else None


def narrow(session: Session, sight: Sight) -> None:
    """Let the session find only incidents, events, evidence and cameras of ``sight``, whatever it is asked for."""
    cameras, units = sorted(sight.cameras), sorted(sight.units)
    of_camera = EventRow.camera_id.in_(cameras)
    by_hand = IncidentRow.camera_id.is_(None) & IncidentRow.unit.in_(units) if units else false()
    of_event = EvidenceRow.event_id.in_(select(EventRow.id).where(of_camera))
    criteria = (
        with_loader_criteria(CameraRow, CameraRow.id.in_(cameras), include_aliases=True),
        with_loader_criteria(EventRow, of_camera, include_aliases=True),
        with_loader_criteria(IncidentRow, or_(IncidentRow.camera_id.in_(cameras), by_hand), include_aliases=True),
        with_loader_criteria(EvidenceRow, of_event, include_aliases=True),
    )

    def only_these(asked: ORMExecuteState) -> None:
        if asked.is_select and not asked.is_column_load and not asked.session.info.get(_WHOLE):
            asked.statement = asked.statement.options(*criteria)

    event.listen(session, "do_orm_execute", only_these)


@contextmanager
def whole_ward(session: Session) -> Iterator[None]:
    """Inside the block the session reads everything."""
    before = session.info.get(_WHOLE, False)
    session.info[_WHOLE] = True
    try:
        yield
    finally:
        session.info[_WHOLE] = before


def of_the_ward(read: Callable[Concatenate[Session, P], T]) -> Callable[Concatenate[Session, P], T]:
    """For a function that reads counts of the whole ward and no incident: they are the same whoever asks."""

    def read_whole(session: Session, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with whole_ward(session):
            return read(session, *args, **kwargs)

    return read_whole
