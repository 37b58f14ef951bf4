"""The kinds of incidents that there are, and what each bears on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.criteria.definition import Bearing
from server.criteria.vocabulary import Kind
from server.store import raw
from server.store.memory import Memory
from server.tables import TallyKind

_KINDS: Final = select(TallyKind.id, *(getattr(TallyKind, column.key) for column in raw.KIND))
_REMEMBERED: Final = Memory["_Kept"](most=64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of kinds. ``key``: another one where anything is answered otherwise."""

    checks_of: Callable[[Kind], Bearing] = lambda _kind: Bearing()
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """Answers for the kinds of the tallies. ``of_id``: by id; ``bearings``: each that there is, by its number;
    ``numbers``: that of each kind's bearing, by id."""

    of_kind: dict[Kind, Bearing]
    bearings: tuple[Bearing, ...]
    numbers: dict[int, int]


class Kinds:
    """The kinds of incidents that there are, and what each bears on.

    A scoreboard asks no more of a kind, so the hundreds of kinds are added up by the few bearings there are.
    """

    def __init__(self, session: Session, asked: Asked, stamp: int | None) -> None:
        """``stamp``: of the kinds of the tallies; None: there are no tallies."""
        self._asked = asked
        kept = _REMEMBERED.get((stamp, asked.key))
        if kept is None:
            kept = _read(session, asked)
            if stamp is not None:
                _REMEMBERED.put((stamp, asked.key), kept)
        self.known: dict[Kind, Bearing] = dict(kept.of_kind)
        """Those of the tallies, and of every row that was read since."""
        self.bearings = kept.bearings
        """What the kinds of the tallies bear on, each by its number."""
        self.numbers = kept.numbers
        """The number of each kind's bearing, by the kind's id, for a query to join."""

    @property
    def key(self) -> str:
        """Of what is asked of them."""
        return self._asked.key

    def bearing(self, kind: Kind) -> Bearing:
        """What incidents of this kind bear on."""
        found = self.known.get(kind)
        if found is None:
            found = self.known[kind] = self._asked.checks_of(kind)
        return found


def _read(session: Session, asked: Asked) -> _Kept:
    kinds = {kind_id: raw.kind_of(kind) for kind_id, *kind in session.connection().execute(_KINDS)}
    of_kind = {kind: asked.checks_of(kind) for kind in kinds.values()}
    number_of = {bearing: number for number, bearing in enumerate(dict.fromkeys(of_kind.values()))}
    return _Kept(
        of_kind=of_kind,
        bearings=tuple(number_of),
        numbers={kind_id: number_of[of_kind[kind]] for kind_id, kind in kinds.items()},
    )
