"""Messages of an edge that is broken or hostile: kept with their reason where they can be, bounded, never fatal."""

from datetime import UTC, datetime, timedelta

import pytest

from contract.event import Event, Evidence
from contract.health import CameraState
from contract.receipt import Refusal
from server.store import cameras, deadletters
from server.tables import CameraHour, CameraRow, DeadLetter, EdgeRow, EventRow, IncidentRow
from tests.support.intake import Intake, raw
from tests.support.messages import BEGIN, Story, camera_health, heartbeat

LAST_DAY = datetime(9999, 12, 31, 23, 0, tzinfo=UTC)
FIRST_DAY = datetime(1, 1, 1, 12, 0, tzinfo=UTC)


def at(story: Event, **times: datetime) -> Event:
    """The event with other times."""
    return story.model_copy(update={"data": story.data.model_copy(update=times)})


@pytest.mark.parametrize(
    ("times", "why"),
    [
        ({"started_at": LAST_DAY, "last_seen_at": LAST_DAY}, "no page can show it in the site's zone"),
        ({"last_seen_at": LAST_DAY}, "every later event would join it"),
        ({"started_at": FIRST_DAY, "last_seen_at": FIRST_DAY}, "before anybody had a camera"),
        ({"started_at": FIRST_DAY}, "it would hold every earlier event"),
        ({"evidence": (Evidence(kind="clip", started_at=LAST_DAY, missing="x"),)}, "no page can show it"),
    ],
)
def test_an_event_of_no_possible_time_is_kept_apart(intake: Intake, times: dict[str, datetime], why: str) -> None:
    reply = intake.take(at(Story(number=1).tell(), **times), Story(number=2, at_s=9).tell())
    assert [(refused.reason, "clock" in refused.detail) for refused in reply.refused] == [(Refusal.INVALID, True)], why
    assert len(reply.accepted) == 1
    assert len(intake.rows(IncidentRow)) == 1
    assert [letter.reason for letter in intake.rows(DeadLetter)] == ["invalid"]


@pytest.mark.parametrize("hours", [-24 * 365 * 20, 23])
def test_an_event_of_a_wrong_clock_or_an_old_recording_is_taken(intake: Intake, hours: float) -> None:
    then = intake.clock.now() + timedelta(hours=hours)
    assert len(intake.take(at(Story().tell(), started_at=then, last_seen_at=then)).accepted) == 1
    assert intake.rows(EventRow)[0].started_at == then
    assert intake.rows(IncidentRow)[0].code == "AN-2026-000001", "its number is of the year it was entered in"


def test_a_frame_of_no_possible_time_is_no_last_frame(intake: Intake) -> None:
    told = camera_health(up_s=5).model_copy(update={"last_frame_at": LAST_DAY, "error": "a\x00b"})
    intake.take(heartbeat(told))
    (camera,) = intake.rows(CameraRow)
    assert camera.last_frame_at == BEGIN
    assert camera.error == "ab"


def test_a_box_whose_clock_was_far_ahead_once_is_heard_again(intake: Intake) -> None:
    intake.take(heartbeat(session=7, started_at=LAST_DAY))
    intake.take(heartbeat(camera_health(up_s=1), session=1, started_at=BEGIN + timedelta(days=1)))
    assert intake.rows(EdgeRow)[0].session == 1, "it was set up anew"


def test_a_heartbeat_of_no_possible_figures_credits_no_more_than_passed(intake: Intake) -> None:
    intake.clock.wait(10)
    intake.take(heartbeat(camera_health().model_copy(update={"up_s": 1e300})))
    assert sum(hour.up_s for hour in intake.rows(CameraHour)) == pytest.approx(10.0)
    intake.take(heartbeat(camera_health(up_s=0.0, state=CameraState.OFFLINE), session=2))
    assert intake.rows(CameraRow)[0].state == "offline"


def test_an_edge_names_only_so_many_cameras(intake: Intake) -> None:
    for first in range(0, 2 * cameras.MOST, 100):
        intake.take(heartbeat(*(camera_health(f"camera{first + number}") for number in range(100))))
    assert len(intake.rows(CameraRow)) == cameras.MOST


def test_letters_of_one_edge_fill_no_disk(intake: Intake) -> None:
    for first in range(0, 2 * deadletters.MOST, 250):
        intake.take(*(raw(b"no json %d" % (first + number)) for number in range(250)))
    letters = intake.rows(DeadLetter)
    assert len(letters) == deadletters.MOST + 1
    assert (letters[-1].times, letters[-1].payload) == (deadletters.MOST, b""), "the others are counted"
    intake.take(raw(b"no json 0"), raw(b"no json 999"))
    assert (intake.rows(DeadLetter)[0].times, intake.rows(DeadLetter)[-1].times) == (2, deadletters.MOST + 1)


def test_letters_of_edges_that_nobody_registered_fill_no_disk(intake: Intake) -> None:
    for first in range(0, deadletters.MOST + 250, 250):
        numbers = range(first, first + 250)
        intake.take_all(*(heartbeat(camera_health("cong"), edge=f"box{number}") for number in numbers))
    assert len(intake.rows(DeadLetter)) == deadletters.MOST + 1
    intake.take(raw(b"no json"))
    assert intake.rows(DeadLetter)[-1].payload == b"no json", "an edge that is registered has room of its own"


def test_an_event_that_cannot_wait_here_waits_at_its_edge(intake: Intake) -> None:
    unknown = [Story(number=number, camera="cong").tell() for number in range(deadletters.MOST + 1)]
    assert len(intake.take(*unknown).refused) == deadletters.MOST, "of the last one the edge is told nothing"
    intake.take(heartbeat(camera_health("cong")))
    assert len(intake.take(unknown[-1]).accepted) == 1
    assert len(intake.rows(EventRow)) == deadletters.MOST + 1
