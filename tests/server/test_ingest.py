"""The ingest walk on both databases: accepted once, refused with a reason, placed, receipted."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from contract.event import Mode, Phase, Severity, Status
from contract.receipt import Refusal
from server.store import cameraunits
from server.tables import CameraRow, DeadLetter, EventRevision, EventRow, EvidenceRow, IncidentRow
from server.verdict import State
from tests.support.intake import Intake, heard, raw
from tests.support.messages import BEGIN, CAMERA, Story, camera_health, evidence_of, heartbeat


def set_state(intake: Intake, state: State) -> None:
    """What an officer's verdict does to every incident."""
    with intake.database.transaction() as session:
        session.execute(update(IncidentRow).values(state=str(state)))


def belong(intake: Intake, unit: str) -> None:
    """From now on every camera belongs to this khóm."""
    with intake.database.transaction() as session:
        for camera in session.scalars(select(CameraRow)):
            cameraunits.put(session, camera, unit, intake.clock.now())


def test_a_life_becomes_one_event_and_one_incident(intake: Intake) -> None:
    life = Story().life()
    reply = intake.take(*life)
    assert reply.accepted == [event.id for event in life]
    assert (reply.refused, reply.resend) == ([], [])
    (event,) = intake.rows(EventRow)
    assert (event.id, event.revision, event.phase) == (Story().event_id, 3, "closed")
    assert event.ended_at == life[-1].data.ended_at
    (incident,) = intake.rows(IncidentRow)
    assert (incident.code, incident.state, incident.version) == ("AN-2026-000001", "new", 1)
    assert incident.occurred_at == life[0].data.started_at
    assert incident.last_seen_at == life[-1].data.last_seen_at
    assert event.incident_id == incident.id
    assert len(intake.rows(EventRevision)) == 3


def test_an_incident_has_its_camera_s_unit_and_its_rule_s_category(intake: Intake) -> None:
    belong(intake, "Khóm 4")
    intake.take(*Story().life())
    (incident,) = intake.rows(IncidentRow)
    assert (incident.unit, incident.category, incident.source) == ("Khóm 4", "social_order", "camera")
    belong(intake, "Khóm 9")
    intake.take(*Story(number=2).life())
    assert intake.rows(IncidentRow)[0].unit == "Khóm 4", "as it was called when it happened"


def test_a_repeat_is_receipted_again_and_changes_nothing(intake: Intake) -> None:
    life = Story().life()
    intake.take(*life)
    incident = intake.rows(IncidentRow)[0]
    again = intake.take(*life, *life)
    assert set(again.accepted) == {event.id for event in life}
    assert len(intake.rows(EventRevision)) == 3
    assert intake.rows(IncidentRow)[0].version == incident.version


def test_a_late_revision_is_kept_and_changes_nothing(intake: Intake) -> None:
    opened, updated, closed = Story().life()
    intake.take(closed)
    intake.take(updated)
    reply = intake.take(opened)
    assert reply.accepted == [opened.id]
    (event,) = intake.rows(EventRow)
    assert (event.revision, event.phase) == (3, "closed")
    assert len(intake.rows(EventRevision)) == 3
    assert len(intake.rows(IncidentRow)) == 1


def test_evidence_of_every_revision_may_come_also_of_a_late_one(intake: Intake) -> None:
    first, best, clip = evidence_of(b"first", "picture"), evidence_of(b"best", "picture"), evidence_of(b"clip")
    opened = Story(evidence=(first,)).tell(sequence=1)
    closed = Story(evidence=(best, clip)).tell(Phase.CLOSED, revision=2, sequence=2)
    intake.take(closed)
    intake.take(opened)
    rows = intake.rows(EvidenceRow)
    assert {(row.kind, row.sha256) for row in rows} == {(part.kind, part.sha256) for part in (first, best, clip)}
    assert all(row.stored_at is None for row in rows)


def test_events_of_one_place_within_the_window_are_one_incident(intake: Intake) -> None:
    intake.take(*Story(number=1, at_s=0).life(1))
    intake.take(*Story(number=2, at_s=300, severity=Severity.URGENT).life(4))
    (incident,) = intake.rows(IncidentRow)
    assert {event.incident_id for event in intake.rows(EventRow)} == {incident.id}
    assert incident.severity == "urgent"
    assert incident.version == 2, "an officer who looked at one event must look again"


def test_a_growing_event_does_not_make_an_officer_look_again(intake: Intake) -> None:
    opened, updated, closed = Story().life()
    for revision in (opened, updated, closed):
        intake.take(revision)
    assert intake.rows(IncidentRow)[0].version == 1


def test_events_far_apart_or_of_another_place_are_incidents_of_their_own(intake: Intake) -> None:
    intake.take(
        *Story(number=1, at_s=0).life(1),
        *Story(number=2, at_s=700).life(4),
        *Story(number=3, at_s=0, place="cong").life(7),
        *Story(number=4, at_s=0, rule="via-he", kind="static_object").life(10),
    )
    incidents = intake.rows(IncidentRow)
    assert [incident.code for incident in incidents] == [f"AN-2026-00000{number}" for number in (1, 2, 3, 4)]
    assert len({event.incident_id for event in intake.rows(EventRow)}) == 4


@pytest.mark.parametrize(("state", "incidents"), [(State.CONFIRMED, 1), (State.CLAIMED, 1), (State.DISMISSED, 2)])
def test_what_goes_on_after_a_verdict_is_counted_once_and_never_hidden(
    intake: Intake, state: State, incidents: int
) -> None:
    intake.take(*Story(number=1, at_s=0).life(1))
    set_state(intake, state)
    intake.take(*Story(number=2, at_s=60).life(4))
    rows = intake.rows(IncidentRow)
    assert len(rows) == incidents
    assert rows[0].state == str(state)


def test_a_verdict_stands_while_its_event_goes_on(intake: Intake) -> None:
    opened, updated, closed = Story().life()
    intake.take(opened)
    set_state(intake, State.DISMISSED)
    intake.take(updated, closed)
    (incident,) = intake.rows(IncidentRow)
    assert (incident.state, incident.last_seen_at) == ("dismissed", closed.data.last_seen_at)


def test_drills_and_trials_are_incidents_marked_as_such(intake: Intake) -> None:
    intake.take(
        *Story(number=1).life(1),
        *Story(number=2, mode=Mode.TRIAL).life(4),
        *Story(number=3, status=Status.EXERCISE).life(7),
    )
    assert {(row.mode, row.status) for row in intake.rows(IncidentRow)} == {
        ("active", "actual"),
        ("trial", "actual"),
        ("active", "exercise"),
    }


def test_what_the_edge_takes_back_is_cancelled_in_whatever_order_it_comes(intake: Intake) -> None:
    for number, order in enumerate(([1, 2], [2, 1]), start=1):
        story = Story(number=number, at_s=10_000.0 * number)
        told = {
            1: story.tell(sequence=10 * number),
            2: story.tell(Phase.CANCELLED, revision=2, sequence=10 * number + 1),
        }
        for revision in order:
            intake.take(told[revision])
    assert [row.state for row in intake.rows(IncidentRow)] == ["cancelled", "cancelled"]


def test_an_event_of_a_cancelled_incident_opens_a_new_one(intake: Intake) -> None:
    intake.take(Story(number=1).tell(), Story(number=1).tell(Phase.CANCELLED, revision=2))
    intake.take(*Story(number=2, at_s=30).life(20))
    assert [row.state for row in intake.rows(IncidentRow)] == ["cancelled", "new"]


def test_an_unknown_edge_is_refused_and_told(intake: Intake) -> None:
    story = Story(edge="khom9")
    (reply,) = intake.take_all(story.tell())
    assert (reply.edge, [refused.reason for refused in reply.refused]) == ("khom9", [Refusal.UNKNOWN_EDGE])
    (letter,) = intake.rows(DeadLetter)
    assert (letter.reason, letter.times) == ("unknown_edge", 1)
    assert intake.rows(EventRow) == []


def test_a_message_of_an_unknown_camera_is_taken_in_when_the_camera_is_known(intake: Intake) -> None:
    story = Story(camera="cong-truong")
    life = story.life()
    refused = intake.take(*life)
    assert [each.reason for each in refused.refused] == [Refusal.UNKNOWN_CAMERA] * 3
    assert len(intake.rows(DeadLetter)) == 3
    reply = intake.take(heartbeat(camera_health(), camera_health("cong-truong")))
    assert set(reply.accepted) == {event.id for event in life}
    assert intake.rows(EventRow)[0].revision == 3
    assert len(intake.rows(IncidentRow)) == 1
    assert all(letter.accepted_at == intake.clock.now() for letter in intake.rows(DeadLetter))


def test_another_new_camera_leaves_the_letters_of_unknown_ones_alone(intake: Intake) -> None:
    intake.take(Story(camera="cong-truong").tell())
    intake.take(heartbeat(camera_health("san-sau")))
    assert intake.rows(DeadLetter)[0].accepted_at is None
    assert intake.rows(EventRow) == []


def test_the_same_bad_message_is_kept_once_and_counted(intake: Intake) -> None:
    for _ in range(3):
        intake.take(raw(b"no json"), raw(b"no json"))
    (letter,) = intake.rows(DeadLetter)
    assert (letter.reason, letter.times, letter.payload) == ("not_json", 6, b"no json")


def test_heartbeats_of_an_unknown_edge_fill_one_row(intake: Intake) -> None:
    for up_s in (1.0, 2.0, 3.0):
        intake.take_all(heartbeat(camera_health(up_s=up_s), edge="khom9"))
    (letter,) = intake.rows(DeadLetter)
    assert (letter.reason, letter.times) == ("unknown_edge", 3)


def test_a_huge_message_is_kept_by_its_beginning_and_its_size(intake: Intake) -> None:
    intake.take(raw(b"x" * 200_000))
    (letter,) = intake.rows(DeadLetter)
    assert (letter.reason, letter.payload_bytes, len(letter.payload)) == ("too_large", 200_000, 65_536)


def test_one_poisonous_message_does_not_sink_its_batch(intake: Intake) -> None:
    """An event in the year 1 is well formed by contract, but no ten minutes lie before it: it alone is refused."""
    good = [Story(number=number, at_s=1000.0 * number).tell(sequence=number) for number in range(1, 8)]
    first_day = (datetime(1, 1, 1, 0, 0, 1, tzinfo=UTC) - BEGIN).total_seconds()
    poison = Story(number=9, at_s=first_day).tell(sequence=8)
    batch = [*good[:4], poison, *good[4:]]
    reply = intake.take(*batch, raw(b"{}"))
    assert set(reply.accepted) == {event.id for event in good}
    assert [(refused.id, refused.reason) for refused in reply.refused] == [(poison.id, Refusal.INVALID)]
    assert len(intake.rows(EventRow)) == 7
    assert sorted(letter.reason for letter in intake.rows(DeadLetter)) == ["invalid", "unknown_version"]
    assert [row.code for row in intake.rows(IncidentRow)] == [f"AN-2026-00000{number}" for number in range(1, 8)]


def test_text_that_postgresql_has_no_room_for_is_stored_without_it(intake: Intake) -> None:
    intake.take(heartbeat(camera_health(error="no route\x00 to host")))
    assert intake.rows(DeadLetter) == []


def test_two_cameras_cannot_tell_the_same_event(intake: Intake) -> None:
    intake.take(heartbeat(camera_health(), camera_health("cong")))
    mine = Story().tell()
    stolen = mine.model_copy(update={"source": mine.source.replace(CAMERA, "cong")})
    intake.take(mine)
    reply = intake.take(stolen)
    assert [refused.reason for refused in reply.refused] == [Refusal.INVALID]
    assert len(intake.rows(EventRevision)) == 1


def test_open_pages_hear_of_what_was_committed_and_of_nothing_else(intake: Intake) -> None:
    before = intake.live.latest_id
    intake.take(*Story().life())
    assert [message.kind for message in heard(intake.live, before)] == ["incident", "criteria"]
    before = intake.live.latest_id
    intake.take(*Story().life())
    assert heard(intake.live, before) == []


def test_codes_carry_the_sites_year_not_the_utc_one(intake: Intake) -> None:
    intake.clock.at = datetime(2026, 12, 31, 18, tzinfo=UTC)  # one o'clock on New Year's morning in the ward
    intake.take(*Story().life())
    assert intake.rows(IncidentRow)[0].code == "AN-2027-000001"
