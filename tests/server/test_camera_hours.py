"""Camera hours rest on what edges really saw: never more than the time that passed, never twice."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.health import CameraState, PictureState
from server.store.cameras import spread
from server.tables import CameraHour, CameraRow
from tests.support.intake import Intake, heard
from tests.support.messages import BEGIN, camera_health, heartbeat

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def hours(intake: Intake) -> dict[int, float]:
    """Seconds by hour of the day, UTC."""
    return {row.hour_at.hour: round(row.up_s, 3) for row in intake.rows(CameraHour)}


def beat(intake: Intake, up_s: float, *, after_s: float, session: int = 1) -> None:
    """A heartbeat of the only camera, so long after the one before."""
    intake.clock.wait(after_s)
    intake.take(heartbeat(camera_health(up_s=up_s), session=session, started_at=BEGIN + timedelta(minutes=session)))


def test_seconds_are_spread_over_the_hours_they_fell_in() -> None:
    begin = NOON - timedelta(minutes=10)
    assert list(spread(begin, NOON + timedelta(minutes=20), 900.0)) == [
        (NOON - timedelta(hours=1), 300.0),
        (NOON, 600.0),
    ]


@given(
    wall_s=st.floats(-100, 200_000, allow_nan=False),
    up_s=st.floats(-100, 400_000, allow_nan=False),
    offset_s=st.integers(0, 7200),
)
def test_no_hour_gets_more_than_it_has_and_all_together_no_more_than_passed(
    wall_s: float, up_s: float, offset_s: int
) -> None:
    begin = NOON + timedelta(seconds=offset_s)
    parts = list(spread(begin, begin + timedelta(seconds=wall_s), up_s))
    assert all(0.0 <= seconds <= 3600.0 for _, seconds in parts)
    total = sum(seconds for _, seconds in parts)
    assert total == pytest.approx(max(0.0, min(wall_s, up_s)), abs=0.01)
    assert len({hour for hour, _ in parts}) == len(parts)


def test_a_camera_is_made_by_the_first_heartbeat_that_names_it(intake: Intake) -> None:
    (camera,) = intake.rows(CameraRow)
    assert (camera.name, camera.state, camera.created_at) == ("kho-sau", "online", intake.clock.now())
    assert intake.rows(CameraHour) == [], "what it did before anybody knew it counts for nothing"


def test_differences_are_credited_and_repeats_are_not(intake: Intake) -> None:
    beat(intake, 10, after_s=10)
    beat(intake, 20, after_s=10)
    beat(intake, 20, after_s=0)
    beat(intake, 20, after_s=10)
    assert hours(intake) == {19: 20.0}


def test_a_late_heartbeat_is_harmless(intake: Intake) -> None:
    beat(intake, 20, after_s=20)
    beat(intake, 10, after_s=1)
    beat(intake, 30, after_s=9)
    assert hours(intake) == {19: 30.0}


def test_no_more_is_credited_than_time_passed(intake: Intake) -> None:
    beat(intake, 5000, after_s=10)
    assert hours(intake) == {19: 10.0}


def test_a_new_session_begins_at_nothing(intake: Intake) -> None:
    beat(intake, 100, after_s=100)
    beat(intake, 7, after_s=30, session=2)
    assert hours(intake) == {19: 107.0}


def test_an_outage_of_the_server_is_credited_afterwards(intake: Intake) -> None:
    intake.clock.at = NOON
    beat(intake, 0, after_s=0)
    beat(intake, 2.5 * 3600, after_s=2.5 * 3600)
    assert hours(intake) == {12: 3600.0, 13: 3600.0, 14: 1800.0}


def test_an_hour_never_has_more_than_an_hour(intake: Intake) -> None:
    intake.clock.at = NOON
    beat(intake, 0, after_s=0)
    beat(intake, 3000, after_s=3000)
    intake.clock.at = NOON  # the server's own clock was set back
    beat(intake, 3000, after_s=0)
    beat(intake, 6000, after_s=3000)
    assert hours(intake) == {12: 3600.0}


def test_a_page_hears_when_a_camera_changes_and_not_when_it_does_not(intake: Intake) -> None:
    before = intake.live.latest_id
    intake.take(heartbeat(camera_health(up_s=1)))
    assert heard(intake.live, before) == []
    intake.take(heartbeat(camera_health(up_s=2, state=CameraState.OFFLINE, error="no route to host")))
    (message,) = heard(intake.live, before)
    assert (message.kind, message.fields["state"]) == ("camera", "offline")
    assert intake.rows(CameraRow)[0].error == "no route to host"


def test_what_the_pictures_are_worth_is_kept_and_a_page_hears_of_it(intake: Intake) -> None:
    intake.take(heartbeat(camera_health(up_s=1, picture=PictureState.OK)))
    before = intake.live.latest_id
    intake.take(heartbeat(camera_health(up_s=2, picture=PictureState.OK)))
    assert heard(intake.live, before) == []
    covered = camera_health(up_s=2, picture=PictureState.COVERED, clock_offset_ms=-90_000, unit="Khóm 4")
    intake.take(heartbeat(covered))
    (message,) = heard(intake.live, before)
    assert message.kind == "camera"
    (row,) = intake.rows(CameraRow)
    assert (row.picture, row.clock_offset_ms, row.unit) == ("covered", -90_000, "Khóm 4")


def test_an_hour_under_a_cover_is_an_hour_in_which_nothing_was_seen(intake: Intake) -> None:
    """The edge stops its counter while a picture shows nothing; the camera is online all the same."""
    intake.clock.at = NOON
    beat(intake, 0, after_s=0)
    beat(intake, 3600, after_s=3600)
    for _ in range(6):
        intake.clock.wait(600)
        covered = camera_health(up_s=3600, picture=PictureState.COVERED)
        intake.take(heartbeat(covered, session=1, started_at=BEGIN + timedelta(minutes=1)))
    beat(intake, 5400, after_s=1800)
    assert hours(intake) == {12: 3600.0, 14: 1800.0}
