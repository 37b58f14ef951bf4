"""Which incident an event belongs to, and what its events make of it."""

from datetime import timedelta
from itertools import permutations

import pytest

from contract.event import Severity
from server.incident import Key, Part, Span, Standing, code, place, whole
from server.verdict import State
from tests.support.messages import BEGIN

WINDOW = timedelta(seconds=600)
KEY = Key(camera_id=1, rule_name="kho-sau-dem", place="kho_sau", mode="active", status="actual")


def span(begin_s: float, end_s: float) -> Span:
    """A span in seconds after BEGIN."""
    return Span(begin=BEGIN + timedelta(seconds=begin_s), end=BEGIN + timedelta(seconds=end_s))


def standing(ident: int, begin_s: float, end_s: float, state: State = State.NEW, key: Key = KEY) -> Standing:
    """An incident of KEY."""
    return Standing(id=ident, key=key, span=span(begin_s, end_s), state=state)


@pytest.mark.parametrize(
    ("state", "joins", "why"),
    [
        (State.NEW, True, "nobody has decided yet"),
        (State.CLAIMED, True, "an officer looks at it now"),
        (State.CONFIRMED, True, "it has been counted once, and once is enough"),
        (State.DISMISSED, False, "the officer did not see what came after"),
        (State.CANCELLED, False, "the edge took that one back"),
    ],
)
def test_the_state_says_whether_an_event_still_joins(state: State, joins: bool, why: str) -> None:
    found = place(KEY, span(100, 110), [standing(1, 0, 60, state)], WINDOW)
    assert (found is not None) == joins, why


@pytest.mark.parametrize(
    ("begin_s", "end_s", "joins", "why"),
    [
        (660, 670, True, "ten minutes after it was last seen, to the second"),
        (661, 670, False, "a second too late"),
        (-605, -600, True, "a delayed message of ten minutes before"),
        (-610, -601, False, "a second too early"),
        (30, 40, True, "in the middle of it"),
        (-100, 900, True, "around it"),
    ],
)
def test_the_window_counts_from_where_the_incident_ends_or_begins(
    begin_s: float, end_s: float, joins: bool, why: str
) -> None:
    assert (place(KEY, span(begin_s, end_s), [standing(1, 0, 60)], WINDOW) is not None) == joins, why


@pytest.mark.parametrize(
    "other",
    [
        Key(camera_id=2, rule_name="kho-sau-dem", place="kho_sau", mode="active", status="actual"),
        Key(camera_id=1, rule_name="via-he", place="kho_sau", mode="active", status="actual"),
        Key(camera_id=1, rule_name="kho-sau-dem", place="cong", mode="active", status="actual"),
        Key(camera_id=1, rule_name="kho-sau-dem", place="kho_sau", mode="trial", status="actual"),
        Key(camera_id=1, rule_name="kho-sau-dem", place="kho_sau", mode="active", status="exercise"),
    ],
    ids=["another camera", "another rule", "another place", "a rule on trial", "a drill"],
)
def test_an_event_joins_only_its_own_kind(other: Key) -> None:
    assert place(KEY, span(0, 10), [standing(1, 0, 60, key=other)], WINDOW) is None


def test_the_nearest_incident_is_joined_whatever_the_order() -> None:
    incidents = [standing(1, 0, 60), standing(2, 500, 520), standing(3, 400, 420)]
    for order in permutations(incidents):
        found = place(KEY, span(530, 540), order, WINDOW)
        assert found is not None
        assert found.id == 2


def test_of_two_equally_near_the_older_is_joined() -> None:
    incidents = [standing(5, 0, 60), standing(4, 0, 60)]
    found = place(KEY, span(70, 80), incidents, WINDOW)
    assert found is not None
    assert found.id == 4


def part(begin_s: float, end_s: float, severity: Severity = Severity.MEDIUM, *, cancelled: bool = False) -> Part:
    """Some events of an incident."""
    return Part(span=span(begin_s, end_s), severity=severity, is_cancelled=cancelled)


def test_an_incident_spans_its_events_and_is_as_severe_as_the_worst() -> None:
    told = whole([part(0, 10), part(50, 90, Severity.URGENT), part(20, 30)], State.NEW, is_claimed=False)
    assert told.span == span(0, 90)
    assert told.severity is Severity.URGENT
    assert told.state is State.NEW


def test_what_the_edge_took_back_does_not_shape_an_incident_that_has_more() -> None:
    told = whole([part(0, 10), part(50, 90, Severity.URGENT, cancelled=True)], State.NEW, is_claimed=False)
    assert (told.span, told.severity, told.state) == (span(0, 10), Severity.MEDIUM, State.NEW)


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (State.NEW, State.CANCELLED, "nothing is left to look at"),
        (State.CLAIMED, State.CANCELLED, "nothing is left to look at"),
        (State.CONFIRMED, State.CONFIRMED, "an officer saw it"),
        (State.DISMISSED, State.DISMISSED, "an officer judged it"),
    ],
)
def test_an_incident_whose_events_are_all_taken_back_is_cancelled_unless_judged(
    before: State, after: State, why: str
) -> None:
    assert whole([part(0, 10, cancelled=True)], before, is_claimed=False).state is after, why


def test_a_code_has_the_year_and_six_digits() -> None:
    assert code(2026, 412) == "AN-2026-000412"
