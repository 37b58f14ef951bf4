"""Pure: which move an officer may make on an incident, and which state follows. No database, no clock.

Ingest makes an incident ``new`` (or ``cancelled``, when every edge event of it turned out wrong); all else is a move
of ``STEPS``. Counting follows from the state: ``confirmed`` counts, ``new`` and ``claimed`` wait, the rest is nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from server.reason import MEANINGS as MEANINGS  # noqa: PLC0414 (told on)
from server.reason import Reason as Reason  # noqa: PLC0414
from server.role import Role, at_least

CLAIM_LASTS: Final = timedelta(minutes=5)
"""After this a claim holds nobody back: an officer who was called away must not block the queue."""


class State(StrEnum):
    """Where an incident is in its life."""

    NEW = "new"
    CLAIMED = "claimed"
    VERIFYING = "verifying"
    """Somebody went to see; no verdict yet."""
    CONFIRMED = "confirmed"
    """It was so; not handled yet."""
    REMINDED = "reminded"
    PLEDGED = "pledged"
    PENALISED = "penalised"
    TRANSFERRED = "transferred"
    RESOLVED = "resolved"
    CLOSED = "closed"
    DISMISSED = "dismissed"
    CANCELLED = "cancelled"
    """Taken back by the edge itself; nothing to decide."""
    MERGED = "merged"
    """Part of another incident, which counts in its place."""


WAITING: Final = frozenset({State.NEW, State.CLAIMED, State.VERIFYING})
"""States that wait for a verdict."""
OUTCOMES: Final = frozenset({State.REMINDED, State.PLEDGED, State.PENALISED, State.TRANSFERRED, State.RESOLVED})
"""How a confirmed incident was handled."""
OPEN: Final = WAITING | {State.CONFIRMED}
"""States in which something remains to be done: what is past its deadline in one of them is overdue."""
COUNTED: Final = frozenset({State.CONFIRMED, *OUTCOMES, State.CLOSED})
"""States in which an incident counts toward criteria."""


class Source(StrEnum):
    """Where an incident comes from: a camera, or by hand what a citizen told (tin báo, tố giác, kiến nghị khởi tố,
    phản ánh) or the ward's official register says."""

    CAMERA = "camera"
    TIP = "tip"
    DENUNCIATION = "denunciation"
    PETITION = "petition"
    FEEDBACK = "feedback"
    OFFICIAL = "official"


class Category(StrEnum):
    """The ministry's categories, in the order of its reports. Urban order stands apart: never added to social order."""

    SOCIAL_ORDER = "social_order"
    ECONOMIC = "economic"
    ENVIRONMENT = "environment"
    DRUGS = "drugs"
    TRAFFIC = "traffic"
    FIRE = "fire"
    URBAN_ORDER = "urban_order"


class Move(StrEnum):
    """What an officer does."""

    CLAIM = "claim"
    RELEASE = "release"
    CONFIRM = "confirm"
    DISMISS = "dismiss"
    UNDO = "undo"


class Whose(StrEnum):
    """Whose incident it must be for a step."""

    FREE = "free"
    """Nobody's, or mine, or somebody's whose claim has expired."""
    MINE = "mine"
    """I claimed it, or the last verdict was mine."""
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One row of the table of allowed moves."""

    move: Move
    from_state: State
    to_state: State
    role: Role
    whose: Whose


def _step(move: Move, from_state: State, to_state: State, role: Role, whose: Whose) -> Step:
    return Step(move=move, from_state=from_state, to_state=to_state, role=role, whose=whose)


STEPS: Final[tuple[Step, ...]] = (
    #     move           from             to               lowest role   whose
    _step(Move.CLAIM, State.NEW, State.CLAIMED, "officer", Whose.ANY),
    _step(Move.CLAIM, State.CLAIMED, State.CLAIMED, "officer", Whose.FREE),
    _step(Move.RELEASE, State.CLAIMED, State.NEW, "officer", Whose.MINE),
    _step(Move.RELEASE, State.CLAIMED, State.NEW, "supervisor", Whose.ANY),
    _step(Move.CONFIRM, State.NEW, State.CONFIRMED, "officer", Whose.ANY),
    _step(Move.CONFIRM, State.CLAIMED, State.CONFIRMED, "officer", Whose.FREE),
    _step(Move.DISMISS, State.NEW, State.DISMISSED, "officer", Whose.ANY),
    _step(Move.DISMISS, State.CLAIMED, State.DISMISSED, "officer", Whose.FREE),
    _step(Move.UNDO, State.CONFIRMED, State.NEW, "officer", Whose.MINE),
    _step(Move.UNDO, State.DISMISSED, State.NEW, "officer", Whose.MINE),
    _step(Move.UNDO, State.CONFIRMED, State.NEW, "supervisor", Whose.ANY),
    _step(Move.UNDO, State.DISMISSED, State.NEW, "supervisor", Whose.ANY),
)
"""The table of allowed moves: readable, whole, and the only place where they stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an incident stands. ``claimed_by`` and ``decided_by`` are user ids (the last verdict's officer)."""

    state: State
    claimed_by: int | None = None
    claimed_at: datetime | None = None
    decided_by: int | None = None

    def holder(self, now: datetime) -> int | None:
        """Who has it claimed and not let the claim expire."""
        if self.state is not State.CLAIMED or self.claimed_at is None or now - self.claimed_at >= CLAIM_LASTS:
            return None
        return self.claimed_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who moves."""

    id: int
    role: Role


class MoveError(Exception):
    """The move is refused. Its text says why."""


class NotPermittedError(MoveError):
    """This person may never make it: the role is too low, or it is somebody else's to undo."""


class OutOfTurnError(MoveError):
    """Nobody may make it now: the incident's state is another, or somebody else holds it."""


class BadReasonError(MoveError):
    """A dismissal without a reason of the list, or a reason where none belongs."""


def moves(standing: Standing, actor: Actor, now: datetime) -> tuple[Move, ...]:
    """What this actor may do now, in the order of ``Move``."""
    return tuple(move for move in Move if any(_open(step, standing, actor, now) for step in _steps(move, standing)))


def follow(standing: Standing, actor: Actor, move: Move, now: datetime) -> State:
    """The state after the move.

    Raises OutOfTurnError when the state or a colleague's claim stands in its way, NotPermittedError when the actor
    may not.
    """
    steps = _steps(move, standing)
    for step in steps:
        if _open(step, standing, actor, now):
            return step.to_state
    if not any(at_least(actor.role, step.role) for step in STEPS if step.move is move):
        raise NotPermittedError(f"a {actor.role} may not {move}")
    if not steps:
        raise OutOfTurnError(f"an incident that is {standing.state} can't take {move}")
    if move in {Move.CLAIM, Move.CONFIRM, Move.DISMISS}:
        raise OutOfTurnError("a colleague has claimed it")
    raise NotPermittedError(f"it is a colleague's: only they or a supervisor may {move} it")


def reason_of(move: Move, reason: str | None) -> Reason | None:
    """The reason, checked: one of the list with dismiss, none otherwise. Raises BadReasonError."""
    if move is not Move.DISMISS:
        if reason is not None:
            raise BadReasonError(f"a reason belongs to dismiss, not to {move}")
        return None
    if reason not in set(Reason):
        raise BadReasonError(f"dismiss needs a reason, one of: {', '.join(Reason)}")
    return Reason(reason)


def _steps(move: Move, standing: Standing) -> tuple[Step, ...]:
    return tuple(step for step in STEPS if step.move is move and step.from_state is standing.state)


def _open(step: Step, standing: Standing, actor: Actor, now: datetime) -> bool:
    if not at_least(actor.role, step.role):
        return False
    if step.whose is Whose.FREE:
        return standing.holder(now) in {None, actor.id}
    if step.whose is Whose.MINE:
        owner = standing.claimed_by if standing.state is State.CLAIMED else standing.decided_by
        return owner == actor.id
    return True
