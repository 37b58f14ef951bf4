"""Pure: which move an officer may make on an incident, and which state follows. No database, no clock.

    new ⇄ claimed ─▶ verifying ─▶ confirmed ─▶ reminded | pledged | penalised | transferred | resolved ─▶ closed
      └──────────┴───────┴─────▶ dismissed

Ingest makes an incident ``new`` (or ``cancelled``, when every edge event of it turned out wrong); an officer enters one
as ``new`` or, from the official register, ``confirmed``; ``merged`` is server.deed's. All else is a move of ``STEPS``.
An officer who knows says so at once: ``confirmed`` from ``new``, an outcome from ``verifying``. What was dismissed is
never closed: it is at its end, and ``closed`` counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
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
HANDLED: Final = frozenset({*OUTCOMES, State.CLOSED, State.DISMISSED})
"""States in which nothing remains to be done but, perhaps, to close the file."""
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
    VERIFY = "verify"
    CONFIRM = "confirm"
    DISMISS = "dismiss"
    REMIND = "remind"
    PLEDGE = "pledge"
    PENALISE = "penalise"
    TRANSFER = "transfer"
    RESOLVE = "resolve"
    CLOSE = "close"
    REOPEN = "reopen"
    UNDO = "undo"


OUTCOME_OF: Final[Mapping[Move, State]] = {
    Move.REMIND: State.REMINDED,
    Move.PLEDGE: State.PLEDGED,
    Move.PENALISE: State.PENALISED,
    Move.TRANSFER: State.TRANSFERRED,
    Move.RESOLVE: State.RESOLVED,
}
"""How it was handled."""
VERDICTS: Final = frozenset({Move.CONFIRM, Move.DISMISS, *OUTCOME_OF})
"""Moves that judge; an undo takes the last of them back."""


class Whose(StrEnum):
    """Whose incident it must be for a step."""

    FREE = "free"
    """Nobody's, or mine, or somebody's whose claim has expired."""
    MINE = "mine"
    """I claimed it, or it is I who went to see."""
    SESSION = "session"
    """The last verdict was mine, and I have not signed in anew since."""
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


def _undo(from_state: State, *to_states: State) -> tuple[Step, ...]:
    """To where it stood before: by whoever gave the verdict, while their session lasts, or by a supervisor."""
    whose: tuple[tuple[Role, Whose], ...] = (("officer", Whose.SESSION), ("supervisor", Whose.ANY))
    return tuple(_step(Move.UNDO, from_state, to_state, role, whom) for to_state in to_states for role, whom in whose)


STEPS: Final[tuple[Step, ...]] = (
    #     move           from             to               lowest role   whose
    _step(Move.CLAIM, State.NEW, State.CLAIMED, "officer", Whose.ANY),
    _step(Move.CLAIM, State.CLAIMED, State.CLAIMED, "officer", Whose.FREE),
    _step(Move.RELEASE, State.CLAIMED, State.NEW, "officer", Whose.MINE),
    _step(Move.RELEASE, State.CLAIMED, State.NEW, "supervisor", Whose.ANY),
    _step(Move.RELEASE, State.VERIFYING, State.NEW, "officer", Whose.MINE),
    _step(Move.RELEASE, State.VERIFYING, State.NEW, "supervisor", Whose.ANY),
    _step(Move.VERIFY, State.NEW, State.VERIFYING, "officer", Whose.ANY),
    _step(Move.VERIFY, State.CLAIMED, State.VERIFYING, "officer", Whose.FREE),
    _step(Move.CONFIRM, State.NEW, State.CONFIRMED, "officer", Whose.ANY),
    _step(Move.CONFIRM, State.CLAIMED, State.CONFIRMED, "officer", Whose.FREE),
    _step(Move.CONFIRM, State.VERIFYING, State.CONFIRMED, "officer", Whose.ANY),
    _step(Move.DISMISS, State.NEW, State.DISMISSED, "officer", Whose.ANY),
    _step(Move.DISMISS, State.CLAIMED, State.DISMISSED, "officer", Whose.FREE),
    _step(Move.DISMISS, State.VERIFYING, State.DISMISSED, "officer", Whose.ANY),
    *(
        _step(move, from_state, outcome, "officer", Whose.ANY)
        for move, outcome in OUTCOME_OF.items()
        for from_state in (State.VERIFYING, State.CONFIRMED)
    ),
    *(_step(Move.CLOSE, outcome, State.CLOSED, "supervisor", Whose.ANY) for outcome in OUTCOME_OF.values()),
    _step(Move.REOPEN, State.CLOSED, State.CONFIRMED, "supervisor", Whose.ANY),
    *_undo(State.CONFIRMED, State.NEW, State.VERIFYING),
    *_undo(State.DISMISSED, State.NEW, State.VERIFYING),
    *(step for outcome in OUTCOME_OF.values() for step in _undo(outcome, State.VERIFYING, State.CONFIRMED)),
)
"""The table of allowed moves: readable, whole, and the only place where they stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A verdict as it was written down."""

    move: str
    officer_id: int
    at: datetime
    from_state: State


def last(told: Iterable[Told]) -> Told | None:
    """The verdict that holds now: the last one that no undo took back. ``told``: oldest first.

    A reopening stands for a confirmation after going to see: the outcome it took away can't be had back by an undo.
    """
    holding: list[Told] = []
    for each in told:
        if each.move == Move.UNDO:
            del holding[-1:]
        elif each.move == Move.REOPEN:
            holding = [replace(each, from_state=State.VERIFYING)]
        elif each.move in VERDICTS:
            holding.append(each)
    return holding[-1] if holding else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an incident stands. ``claimed_by``, ``verified_by``, ``decided_by``: user ids, the last of whoever went to
    see and of whose verdict holds; ``before``: the state that verdict found."""

    state: State
    claimed_by: int | None = None
    claimed_at: datetime | None = None
    verified_by: int | None = None
    decided_by: int | None = None
    decided_at: datetime | None = None
    before: State | None = None

    def holder(self, now: datetime) -> int | None:
        """Who has it claimed and not let the claim expire."""
        if self.state is not State.CLAIMED or self.claimed_at is None or now - self.claimed_at >= CLAIM_LASTS:
            return None
        return self.claimed_by

    @property
    def undone(self) -> State:
        """Where an undo leads. A claim is not given back: it has expired or somebody else waits for it."""
        return State.NEW if self.before in {None, State.CLAIMED} else State(self.before or State.NEW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who moves. ``since``: when they signed in; None: it does not matter."""

    id: int
    role: Role
    since: datetime | None = None


class MoveError(Exception):
    """The move is refused. Its text says why, Vietnamese / English."""


class NotPermittedError(MoveError):
    """This person may never make it: the role is too low, or it is somebody else's to undo."""


class OutOfTurnError(MoveError):
    """Nobody may make it now: the incident's state is another, or somebody else holds it."""


class BadReasonError(MoveError):
    """A dismissal without a reason of the list, a reason where none belongs, a reopening that nobody explains."""


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
        raise NotPermittedError(f"Quyền {actor.role} không làm được bước này. / A {actor.role} may not {move}.")
    if not steps:
        raise OutOfTurnError(
            f"Trạng thái hiện nay không cho làm bước này. / An incident that is {standing.state} can't take {move}."
        )
    if move in {Move.CLAIM, Move.VERIFY, Move.CONFIRM, Move.DISMISS}:
        raise OutOfTurnError("Đồng nghiệp đang xem vụ này. / A colleague has claimed it.")
    raise NotPermittedError(
        "Chỉ người đã quyết định trong phiên làm việc này, hoặc chỉ huy, được làm bước này. / "
        f"It is a colleague's, or of an earlier session: only a supervisor may {move} it."
    )


def reason_of(move: Move, reason: str | None, note: str = "") -> Reason | None:
    """The reason, checked: one of the list with dismiss, none otherwise; a reopening says why in its note.

    Raises BadReasonError.
    """
    if move is Move.REOPEN and not note.strip():
        raise BadReasonError("Mở lại thì phải ghi lý do vào ghi chú. / Say in the note why it is reopened.")
    if move is not Move.DISMISS:
        if reason is not None:
            raise BadReasonError(f"a reason belongs to dismiss, not to {move}")
        return None
    if reason not in set(Reason):
        raise BadReasonError(f"dismiss needs a reason, one of: {', '.join(Reason)}")
    return Reason(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamps:
    """When it became what it is."""

    confirmed_at: datetime | None = None
    handled_at: datetime | None = None
    closed_at: datetime | None = None


def stamps(before: Stamps, to_state: State, now: datetime) -> Stamps:
    """After a move to this state: what still holds keeps its time, what is taken back loses it."""
    return Stamps(
        confirmed_at=before.confirmed_at or now if to_state in COUNTED else None,
        handled_at=before.handled_at or now if to_state in HANDLED else None,
        closed_at=now if to_state is State.CLOSED else None,
    )


def _steps(move: Move, standing: Standing) -> tuple[Step, ...]:
    return tuple(
        step
        for step in STEPS
        if step.move is move
        and step.from_state is standing.state
        and (move is not Move.UNDO or step.to_state is standing.undone)
    )


def _open(step: Step, standing: Standing, actor: Actor, now: datetime) -> bool:
    if not at_least(actor.role, step.role):
        return False
    if step.whose is Whose.FREE:
        return standing.holder(now) in {None, actor.id}
    if step.whose is Whose.MINE:
        return (standing.claimed_by if standing.state is State.CLAIMED else standing.verified_by) == actor.id
    if step.whose is Whose.SESSION:
        is_since = actor.since is None or (standing.decided_at is not None and standing.decided_at >= actor.since)
        return standing.decided_by == actor.id and is_since
    return True
