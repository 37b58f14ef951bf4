"""What may be deleted, and when: a table, a reason a row."""

from datetime import UTC, datetime, timedelta

import pytest

from server.retention import Due, Kept, Policy, Rule, due, first_to_go, last_due, may_go_early, why
from server.verdict import OUTCOMES, State

CAME = datetime(2026, 3, 2, tzinfo=UTC)
JUDGED = CAME + timedelta(days=2)
CLOSED = CAME + timedelta(days=40)
POLICY = Policy()


def kept(state: State | None, **more: object) -> Kept:
    return Kept(stored_at=CAME, state=state, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("what", "rule", "at", "reason"),
    [
        (kept(State.NEW), Rule.UNREVIEWED, CAME + timedelta(days=30), "nobody looked"),
        (kept(State.CLAIMED), Rule.UNREVIEWED, CAME + timedelta(days=30), "a claim is no verdict and runs out"),
        (
            kept(State.NEW, decided_at=CLOSED),
            Rule.UNREVIEWED,
            CLOSED + timedelta(days=30),
            "a verdict was undone",
        ),
        (kept(None), Rule.UNREVIEWED, CAME + timedelta(days=30), "an event without an incident"),
        (kept(State.DISMISSED, decided_at=JUDGED), Rule.DISMISSED, JUDGED + timedelta(days=7), "from the dismissal"),
        (
            kept(State.DISMISSED, decided_at=CAME - timedelta(days=9)),
            Rule.DISMISSED,
            CAME + timedelta(days=7),
            "it arrived after the dismissal",
        ),
        (kept(State.CANCELLED), Rule.DISMISSED, CAME + timedelta(days=7), "the edge took it back"),
        (
            kept(State.CLOSED, decided_at=JUDGED, closed_at=CLOSED),
            Rule.CLOSED,
            CLOSED + timedelta(days=365),
            "a year from the closing, not from the verdict",
        ),
    ],
)
def test_what_goes_and_when(what: Kept, rule: Rule, at: datetime, reason: str) -> None:
    found = due(what, POLICY)
    assert found is not None, reason
    assert (found.rule, found.at) == (rule, at), reason


@pytest.mark.parametrize("state", [State.CONFIRMED, State.VERIFYING, *sorted(OUTCOMES)])
def test_what_an_officer_works_on_stays(state: State) -> None:
    assert due(kept(state, decided_at=JUDGED), POLICY) is None


@pytest.mark.parametrize("state", [*State, None])
def test_a_hold_keeps_everything(state: State | None) -> None:
    assert due(kept(state, decided_at=JUDGED, closed_at=CLOSED, is_held=True), POLICY) is None


def test_a_shared_file_goes_with_the_last_that_needs_it() -> None:
    early, late = due(kept(State.CANCELLED), POLICY), due(kept(State.NEW), POLICY)
    assert last_due([early, late]) == late
    assert last_due([early, None]) is None
    assert last_due([]) is None


def test_only_what_nobody_confirmed_goes_early_and_never_at_once() -> None:
    at_once, later = CAME + timedelta(days=2, hours=23), CAME + timedelta(days=3)
    for state, may in ((State.NEW, True), (State.DISMISSED, True), (State.CLOSED, False)):
        found = due(kept(state, decided_at=JUDGED, closed_at=CLOSED), POLICY)
        assert found is not None
        assert may_go_early(found, CAME, POLICY, later) is may, state
        assert may_go_early(found, CAME, POLICY, at_once) is False, state


def test_what_was_dismissed_makes_room_first_and_the_oldest_of_the_rest() -> None:
    def at(rule: Rule, days: int) -> Due:
        return Due(rule=rule, since=CAME + timedelta(days=days), at=CAME + timedelta(days=99))

    rows = [at(Rule.UNREVIEWED, 1), at(Rule.UNREVIEWED, 0), at(Rule.DISMISSED, 5)]
    assert sorted(rows, key=first_to_go) == [rows[2], rows[1], rows[0]]


@pytest.mark.parametrize("rule", list(Rule))
def test_every_rule_says_why_in_both_languages(rule: Rule) -> None:
    vi, en = why(rule, Policy(unreviewed=timedelta(days=31))).split(" / ")
    assert vi.endswith(".")
    assert en.endswith(".")
    assert rule is not Rule.UNREVIEWED or ("31" in vi and "31" in en)
