"""Whatever the order, repetition and batching of the messages, the same is known in the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.event import Event, Phase
from server.database import Database
from server.tables import EventRevision, EventRow, EvidenceRow, IncidentRow, SequenceGap
from tests.support.intake import Intake
from tests.support.messages import BEGIN, Story, evidence_of

STORIES = [
    Story(number=1, at_s=0, evidence=(evidence_of(b"a", "picture"), evidence_of(b"b"))),
    Story(number=2, at_s=60),
    Story(number=3, at_s=5000),
    Story(number=4, at_s=0, place="cong"),
]
CANCELLED = Story(number=5, at_s=9000)
MESSAGES: list[Event] = [event for index, story in enumerate(STORIES) for event in story.life(1 + 3 * index)] + [
    CANCELLED.tell(sequence=13),
    CANCELLED.tell(Phase.CANCELLED, revision=2, sequence=14),
]
"""Two events that belong together, two that stand alone, one that is taken back."""


@st.composite
def batches(draw: st.DrawFn) -> list[list[Event]]:
    """Every message at least once, some again, in any order, cut into batches anywhere."""
    again = draw(st.lists(st.sampled_from(MESSAGES), max_size=8))
    order = draw(st.permutations([*MESSAGES, *again]))
    cuts = sorted(draw(st.sets(st.integers(1, len(order) - 1), max_size=5)))
    return [list(order[begin:end]) for begin, end in zip([0, *cuts], [*cuts, len(order)], strict=True)]


def state_of(intake: Intake) -> object:
    """What is known, without row numbers and times of arrival."""
    incidents = {row.id: row for row in intake.rows(IncidentRow)}
    events = intake.rows(EventRow)
    groups = {
        frozenset(event.id for event in events if event.incident_id == ident): (
            row.state,
            row.severity,
            row.occurred_at,
            row.last_seen_at,
        )
        for ident, row in incidents.items()
    }
    return (
        groups,
        sorted((row.id, row.revision, row.phase, str(row.ended_at), str(row.data)) for row in events),
        sorted(row.message_id for row in intake.rows(EventRevision)),
        sorted((row.event_id, row.sha256) for row in intake.rows(EvidenceRow)),
        [row.number for row in intake.rows(SequenceGap)],
    )


@pytest.fixture(scope="module")
def in_order() -> object:
    """What is known when every message comes once, in order, each in a batch of its own."""
    with a_new_intake() as intake:
        for message in MESSAGES:
            intake.take(message)
        return state_of(intake)


@contextmanager
def a_new_intake() -> Iterator[Intake]:
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'anninh.db'}", pool_size=1)
        database.migrate()
        yield Intake(database).know()
        database.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=batches())
def test_any_order_and_repetition_gives_the_same_state(in_order: object, order: list[list[Event]]) -> None:
    with a_new_intake() as intake:
        accepted: set[str] = set()
        for batch in order:
            accepted |= set(intake.take(*batch).accepted)
        assert accepted == {message.id for message in MESSAGES}
        assert state_of(intake) == in_order


def test_the_stories_are_three_incidents_and_a_cancelled_one(in_order: object) -> None:
    groups = in_order[0]  # type: ignore[index]
    assert sorted((len(events), state) for events, (state, *_) in groups.items()) == [
        (1, "cancelled"),
        (1, "new"),
        (1, "new"),
        (2, "new"),
    ]
    assert min(occurred for _, _, occurred, _ in groups.values()) == BEGIN


def test_events_hours_apart_in_one_batch_find_their_own_incidents(intake: Intake) -> None:
    hours = (0, 1, 5, 30)
    for number, hour in enumerate(hours):
        intake.take(*Story(number=number, at_s=3600.0 * hour).life(1 + 3 * number))
    before = [incident.id for incident in intake.rows(IncidentRow)]
    again = [Story(number=10 + number, at_s=3600.0 * hour + 300) for number, hour in enumerate(hours)]
    intake.take(*(event for number, story in enumerate(again) for event in story.life(13 + 3 * number)))
    assert [incident.id for incident in intake.rows(IncidentRow)] == before
    joined = {event.id: event.incident_id for event in intake.rows(EventRow)}
    assert [joined[story.event_id] for story in again] == before
