"""The table of moves: who may do what to an incident, and what follows."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.role import ROLES, Role, at_least
from server.verdict import (
    CLAIM_LASTS,
    MEANINGS,
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
    follow,
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


@pytest.mark.parametrize(
    ("standing", "actor", "expected", "why"),
    [
        (Standing(state=State.NEW), GUEST, set(), "a viewer only looks"),
        (Standing(state=State.NEW), ANNA, {Move.CLAIM, Move.CONFIRM, Move.DISMISS}, "a new one is anybody's"),
        (claimed(ANNA), ANNA, {Move.CLAIM, Move.RELEASE, Move.CONFIRM, Move.DISMISS}, "it is mine"),
        (claimed(BINH), ANNA, set(), "a colleague has it"),
        (claimed(BINH, CLAIM_LASTS), ANNA, {Move.CLAIM, Move.CONFIRM, Move.DISMISS}, "their claim has expired"),
        (claimed(BINH), CHIEF, {Move.RELEASE}, "a supervisor may free it, not decide over a colleague's head"),
        (Standing(state=State.CONFIRMED, decided_by=1), ANNA, {Move.UNDO}, "my own verdict"),
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
        after = Standing(state=follow(standing, actor, move, NOW), decided_by=actor.id)
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
