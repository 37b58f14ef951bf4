"""The table of moves: who may do what to an incident, and what follows."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.role import ROLES, Role, at_least
from server.verdict import (
    CLAIM_LASTS,
    COUNTED,
    MEANINGS,
    OUTCOME_OF,
    OUTCOMES,
    STEPS,
    WAITING,
    Actor,
    BadReasonError,
    Move,
    MoveError,
    NotPermittedError,
    OutOfTurnError,
    Reason,
    Standing,
    State,
    Told,
    follow,
    last,
    moves,
    reason_of,
)

NOW = datetime(2026, 3, 2, 19, 14, tzinfo=UTC)
ANNA = Actor(id=1, role="officer")
BINH = Actor(id=2, role="officer")
CHIEF = Actor(id=3, role="supervisor")
GUEST = Actor(id=4, role="viewer")


def claimed(by: Actor, ago: timedelta = timedelta(seconds=10)) -> Standing:
    return Standing(state=State.CLAIMED, claimed_by=by.id, claimed_at=NOW - ago)


def decided(at: datetime) -> Standing:
    return Standing(state=State.CONFIRMED, decided_by=1, decided_at=at)


JUDGE = {Move.CLAIM, Move.VERIFY, Move.CONFIRM, Move.DISMISS}
HANDLE = set(OUTCOME_OF)
ANNA_SINCE_NOON = Actor(id=1, role="officer", since=NOW - timedelta(hours=8))

_OUTCOME = "officer: nothing | own: undo | supervisor: close undo"
TABLE = {
    # what each may do to one that is nobody's own, or whose verdict or claim is the officer's own ("own")
    State.NEW: "officer: claim verify confirm dismiss | own: claim verify confirm dismiss"
    " | supervisor: claim verify confirm dismiss",
    State.CLAIMED: "officer: nothing | own: claim release verify confirm dismiss | supervisor: release",
    State.VERIFYING: "officer: confirm dismiss remind pledge penalise transfer resolve"
    " | own: release confirm dismiss remind pledge penalise transfer resolve"
    " | supervisor: release confirm dismiss remind pledge penalise transfer resolve",
    State.CONFIRMED: "officer: remind pledge penalise transfer resolve"
    " | own: remind pledge penalise transfer resolve undo"
    " | supervisor: remind pledge penalise transfer resolve undo",
    State.REMINDED: _OUTCOME,
    State.PLEDGED: _OUTCOME,
    State.PENALISED: _OUTCOME,
    State.TRANSFERRED: _OUTCOME,
    State.RESOLVED: _OUTCOME,
    State.CLOSED: "officer: nothing | own: nothing | supervisor: reopen",
    State.DISMISSED: "officer: nothing | own: undo | supervisor: undo",
    State.CANCELLED: "officer: nothing | own: nothing | supervisor: nothing",
    State.MERGED: "officer: nothing | own: nothing | supervisor: nothing",
}
"""The life of an incident, written out a second time by hand. A viewer does nothing, an admin as a supervisor."""


def _row(state: State) -> dict[str, set[str]]:
    told = dict(part.split(": ") for part in TABLE[state].split(" | "))
    return {who.strip(): set(what.split()) - {"nothing"} for who, what in told.items()}


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("who", ["viewer", "officer", "own", "supervisor", "admin"])
@pytest.mark.parametrize("state", State)
def test_every_state_role_and_move_is_allowed_or_refused_as_the_table_says(state: State, who: str, move: Move) -> None:
    owner = ANNA.id if who == "own" else BINH.id
    before = State.VERIFYING if state in OUTCOMES else State.NEW
    standing = Standing(
        state=state,
        claimed_by=owner,
        claimed_at=NOW,
        verified_by=owner,
        decided_by=owner,
        decided_at=NOW,
        before=before,
    )
    roles: dict[str, Role] = {"own": "officer", "viewer": "viewer", "supervisor": "supervisor", "admin": "admin"}
    actor = Actor(id=ANNA.id, role=roles.get(who, "officer"), since=NOW)
    allowed = _row(state).get("supervisor" if who == "admin" else who, set())
    assert (move in moves(standing, actor, NOW)) == (move in allowed)
    if move in allowed:
        assert follow(standing, actor, move, NOW) is expected_state(move, state)
        return
    with pytest.raises(MoveError) as refused:
        follow(standing, actor, move, NOW)
    assert " / " in str(refused.value), "the sentence is in both languages"
    never = who == "viewer" or (move in {Move.CLOSE, Move.REOPEN} and who in {"officer", "own"})
    if never:
        assert refused.type is NotPermittedError
    elif not any(move in may for may in _row(state).values()):
        assert refused.type is OutOfTurnError, "nobody may do it now"


def expected_state(move: Move, state: State) -> State:
    """Where a move leads in the table test: verdicts were given on a new one, outcomes after going to see."""
    if move is Move.UNDO:
        return State.VERIFYING if state in OUTCOMES else State.NEW
    plain = {Move.CLAIM: "claimed", Move.RELEASE: "new", Move.VERIFY: "verifying", Move.CONFIRM: "confirmed"}
    ends = {Move.DISMISS: "dismissed", Move.CLOSE: "closed", Move.REOPEN: "confirmed"}
    return OUTCOME_OF.get(move) or State((plain | ends)[move])


def told(*moves_made: tuple[str, State]) -> list[Told]:
    return [
        Told(move=move, officer_id=number, at=NOW, from_state=state)
        for number, (move, state) in enumerate(moves_made, start=1)
    ]


@pytest.mark.parametrize(
    ("made", "by", "before", "why"),
    [
        ([("claim", State.NEW)], None, None, "a claim judges nothing"),
        ([("confirm", State.NEW), ("remind", State.CONFIRMED)], 2, State.CONFIRMED, "the last one holds"),
        (
            [("confirm", State.NEW), ("remind", State.CONFIRMED), ("undo", State.REMINDED)],
            1,
            State.NEW,
            "the one before holds again",
        ),
        ([("confirm", State.NEW), ("undo", State.CONFIRMED)], None, None, "none is left"),
        (
            [("confirm", State.NEW), ("pledge", State.CONFIRMED), ("close", State.PLEDGED), ("reopen", State.CLOSED)],
            4,
            State.VERIFYING,
            "a reopening is the supervisor's own word",
        ),
    ],
)
def test_the_verdict_that_holds_is_the_last_that_no_undo_took_back(
    made: list[tuple[str, State]], by: int | None, before: State | None, why: str
) -> None:
    holds = last(told(*made))
    assert (holds and holds.officer_id, holds and holds.from_state) == (by, before), why


def test_a_reopening_says_why() -> None:
    with pytest.raises(BadReasonError):
        reason_of(Move.REOPEN, None, " ")
    assert reason_of(Move.REOPEN, None, "có thêm chứng cứ") is None


def test_what_was_dismissed_is_never_closed_as_closed_counts() -> None:
    assert State.CLOSED in COUNTED
    assert {step.from_state for step in STEPS if step.to_state is State.CLOSED} == OUTCOMES


@pytest.mark.parametrize(
    ("standing", "actor", "expected", "why"),
    [
        (Standing(state=State.NEW), GUEST, set(), "a viewer only looks"),
        (Standing(state=State.NEW), ANNA, JUDGE, "a new one is anybody's"),
        (claimed(ANNA), ANNA, JUDGE | {Move.RELEASE}, "it is mine"),
        (claimed(BINH), ANNA, set(), "a colleague has it"),
        (claimed(BINH, CLAIM_LASTS), ANNA, JUDGE, "their claim has expired"),
        (claimed(BINH), CHIEF, {Move.RELEASE}, "a supervisor may free it, not decide over a colleague's head"),
        (Standing(state=State.CONFIRMED, decided_by=1), ANNA, HANDLE | {Move.UNDO}, "my own verdict"),
        (decided(NOW - timedelta(hours=1)), ANNA_SINCE_NOON, HANDLE | {Move.UNDO}, "given since I signed in"),
        (decided(NOW - timedelta(hours=9)), ANNA_SINCE_NOON, HANDLE, "given in an earlier session"),
        (Standing(state=State.DISMISSED, decided_by=2), ANNA, set(), "a colleague's verdict"),
        (Standing(state=State.DISMISSED, decided_by=2), CHIEF, {Move.UNDO}, "a supervisor corrects anybody"),
        (Standing(state=State.CANCELLED), CHIEF, set(), "the edge took it back; nothing to decide"),
    ],
)
def test_moves_depend_on_state_role_and_whose_it_is(
    standing: Standing, actor: Actor, expected: set[Move], why: str
) -> None:
    assert set(moves(standing, actor, NOW)) == expected, why


standings = st.builds(
    Standing,
    state=st.sampled_from(State),
    claimed_by=st.none() | st.integers(1, 3),
    claimed_at=st.none() | st.sampled_from([NOW, NOW - CLAIM_LASTS, NOW - timedelta(seconds=299)]),
    decided_by=st.none() | st.integers(1, 3),
)
actors = st.builds(Actor, id=st.integers(1, 3), role=st.sampled_from(ROLES))


@given(standings, actors, st.sampled_from(Move))
def test_follow_allows_exactly_the_moves_that_are_offered(standing: Standing, actor: Actor, move: Move) -> None:
    if move in moves(standing, actor, NOW):
        assert follow(standing, actor, move, NOW) in State
    else:
        with pytest.raises(MoveError):
            follow(standing, actor, move, NOW)


@given(standings, st.integers(1, 3), st.sampled_from(ROLES), st.sampled_from(ROLES))
def test_a_higher_role_may_do_all_that_a_lower_one_may(standing: Standing, who: int, one: Role, other: Role) -> None:
    low, high = sorted((one, other), key=ROLES.index)
    assert at_least(high, low)
    assert set(moves(standing, Actor(id=who, role=low), NOW)) <= set(moves(standing, Actor(id=who, role=high), NOW))


@given(standings, actors)
def test_every_verdict_can_be_taken_back_to_waiting_by_whoever_gave_it(standing: Standing, actor: Actor) -> None:
    for move in set(moves(standing, actor, NOW)) & {Move.CONFIRM, Move.DISMISS}:
        after = Standing(
            state=follow(standing, actor, move, NOW), decided_by=actor.id, decided_at=NOW, before=standing.state
        )
        assert follow(after, actor, Move.UNDO, NOW) in WAITING


def test_the_refusal_says_whether_it_is_the_person_or_the_moment() -> None:
    with pytest.raises(NotPermittedError):
        follow(Standing(state=State.NEW), GUEST, Move.CONFIRM, NOW)
    with pytest.raises(NotPermittedError):
        follow(Standing(state=State.CONFIRMED, decided_by=BINH.id), ANNA, Move.UNDO, NOW)
    with pytest.raises(OutOfTurnError):
        follow(claimed(BINH), ANNA, Move.CONFIRM, NOW)
    with pytest.raises(OutOfTurnError):
        follow(Standing(state=State.CONFIRMED, decided_by=1), ANNA, Move.CONFIRM, NOW)


def test_only_a_dismissal_has_a_reason_and_it_is_one_of_the_list() -> None:
    assert reason_of(Move.DISMISS, "animal") is Reason.ANIMAL
    assert reason_of(Move.CONFIRM, None) is None
    for move, reason in ((Move.DISMISS, None), (Move.DISMISS, "boredom"), (Move.CONFIRM, "animal")):
        with pytest.raises(BadReasonError):
            reason_of(move, reason)


def test_every_reason_has_its_written_meaning_in_both_languages() -> None:
    assert list(MEANINGS) == list(Reason)
    for meaning in MEANINGS.values():
        assert all((meaning.vi, meaning.en, meaning.covers_vi, meaning.covers_en))


def test_no_move_leads_to_or_from_cancelled() -> None:
    assert all(State.CANCELLED not in {step.from_state, step.to_state} for step in STEPS)
