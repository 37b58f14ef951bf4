"""Cameras without frames: logged after a minute, an event after ten, one event for what goes down together."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from contract.codec import decode
from contract.event import Event, Mode, Phase
from contract.health import CameraState
from edge.clock import Clock
from edge.notice import Notices
from edge.offline import EVERY_S, Offline, takes_up
from edge.outage import Post, outage, place
from edge.outbox import Outbox
from edge.settings import CameraSettings
from tests.support.driven_clock import DrivenClock

NOTICES = Notices(source=lambda camera: f"anninh:hoa-thuan/khom4/{camera}")


@dataclass
class Eye:
    """A camera whose frames the test lets come."""

    camera: str
    state: CameraState = CameraState.ONLINE
    frames: int = 0
    is_dead: bool = False


class Ward:
    """Cameras, a journal and an ``Offline`` over them, in driven time."""

    def __init__(self, tmp_path: Path, *cameras: CameraSettings) -> None:
        self.clock = DrivenClock()
        self.settings = cameras
        self.eyes = {one.name: Eye(one.name) for one in cameras}
        self.outbox = Outbox(tmp_path / "outbox.db", site="hoa-thuan", edge="khom4", clock=self.clock)
        self.begin()

    def begin(self) -> None:
        """A start of the edge, with what the journal has open."""
        pairs = [(one, self.eyes[one.name]) for one in self.settings]
        self.offline = Offline(
            pairs, self.outbox.put, self.clock, NOTICES, edge="khom4", before=self.outbox.open_events()
        )

    def live(self, seconds: float) -> None:
        """Let time pass; cameras that are not dead give frames."""
        for _ in range(round(seconds / EVERY_S)):
            self.clock.pass_s(EVERY_S)
            for eye in self.eyes.values():
                eye.frames += 0 if eye.is_dead else 10
            self.offline.run_once()

    def kill(self, *names: str) -> None:
        for name in names:
            self.eyes[name].is_dead = True

    def revive(self, *names: str) -> None:
        for name in names:
            self.eyes[name].is_dead = False

    def told(self) -> list[Event]:
        """Every message in the journal."""
        messages = [decode(row.payload) for row in self.outbox.due(0.0, 1000)]
        self.outbox.resend_all()
        return [message for message in messages if isinstance(message, Event)]

    def phases(self) -> list[tuple[str, str]]:
        """Place and phase of every message but updates."""
        return [
            (event.data.place.name, event.data.phase.value)
            for event in self.told()
            if event.data.phase is not Phase.UPDATED
        ]


def camera(name: str, unit: str = "", **health: object) -> CameraSettings:
    return CameraSettings.model_validate(
        {"name": name, "label": name.upper(), "source": "rtsp://127.0.0.1/x", "unit": unit, "health": health}
    )


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    """Khóm 4 with four cameras, khóm 5 with three."""
    names = [("a1", "Khóm 4"), ("a2", "Khóm 4"), ("a3", "Khóm 4"), ("a4", "Khóm 4")]
    names += [("b1", "Khóm 5"), ("b2", "Khóm 5"), ("b3", "Khóm 5")]
    ward = Ward(tmp_path, *(camera(name, unit) for name, unit in names))
    yield ward
    ward.outbox.close()


def test_a_dead_camera_is_logged_after_a_minute_and_told_after_ten(
    ward: Ward, caplog: pytest.LogCaptureFixture
) -> None:
    ward.live(100)
    ward.kill("a1")
    died_at = ward.clock.now()
    with caplog.at_level(logging.WARNING):
        ward.live(58)
        assert [record.message for record in caplog.records] == []
        ward.live(6)
        assert [record.message for record in caplog.records] == ["camera_silent"]
        ward.live(530)
        assert ward.told() == []
        ward.live(10)
    (event,) = ward.told()
    assert (event.source, event.data.rule.kind) == ("anninh:hoa-thuan/khom4/a1", "camera_offline")
    assert event.data.place.model_dump() == {"kind": "camera", "name": "a1", "label": "A1"}
    assert event.data.severity == "medium"
    assert abs(event.data.started_at - died_at) <= timedelta(seconds=EVERY_S), "it began when the frames ceased"
    assert event.data.last_seen_at - event.data.started_at >= timedelta(seconds=600)


def test_it_closes_when_frames_are_back_and_then_is_silent_for_its_cool_down(ward: Ward) -> None:
    ward.live(10)
    ward.kill("a1")
    ward.live(2000)
    ward.revive("a1")
    back_at = ward.clock.now()
    ward.live(12)
    closed = ward.told()[-1].data
    assert closed.phase is Phase.CLOSED
    assert closed.ended_at is not None
    assert abs(closed.ended_at - back_at) <= timedelta(seconds=EVERY_S)
    assert {part.missing for part in closed.evidence} == {"the camera was offline: there was no picture"}
    revisions = [event.data.revision for event in ward.told()]
    assert revisions == list(range(1, len(revisions) + 1)), "told anew every ten minutes, each under its own number"
    assert len(revisions) == 4
    ward.kill("a1")
    ward.live(3500)
    assert len(ward.told()) == 4
    ward.live(200)
    assert ward.phases()[-1] == ("a1", "opened"), "it is down still, and the pause is over"


def test_frames_that_come_now_and_then_are_no_outage(ward: Ward) -> None:
    ward.live(10)
    for _ in range(30):
        ward.kill("a1")
        ward.live(60)
        ward.revive("a1")
        ward.live(2)
    assert ward.told() == []


def test_a_power_cut_in_a_khom_is_one_event(ward: Ward) -> None:
    ward.live(60)
    ward.kill("a1", "a2")
    ward.live(40)
    ward.kill("a4")
    ward.live(700)
    assert ward.phases() == [("unit-khom-4", "opened")]
    assert ward.told()[0].data.place.label == "Khóm 4: 3/4 camera – A1, A2, A4"
    ward.revive("a1")
    ward.live(60)
    assert ward.phases() == [("unit-khom-4", "opened")], "most are still down"
    ward.revive("a2")
    ward.live(60)
    assert ward.phases() == [("unit-khom-4", "opened"), ("unit-khom-4", "closed"), ("a4", "opened")]


def test_when_the_whole_edge_goes_down_it_is_one_event_too(ward: Ward) -> None:
    ward.live(60)
    ward.kill(*ward.eyes)
    ward.live(1000)
    assert ward.phases() == [("edge-khom4", "opened")]
    assert ward.told()[0].data.place.label.startswith("khom4: 7/7 camera – A1, A2")
    ward.revive(*ward.eyes)
    ward.live(30)
    assert ward.phases() == [("edge-khom4", "opened"), ("edge-khom4", "closed")]


def test_cameras_that_die_at_different_times_are_events_of_their_own(ward: Ward) -> None:
    for name in ("b1", "b2", "b3"):
        ward.kill(name)
        ward.live(300)
    ward.live(700)
    assert ward.phases() == [("b1", "opened"), ("b2", "opened"), ("b3", "opened")]


def test_an_outage_outlives_the_edge_and_closes_once(ward: Ward) -> None:
    ward.live(10)
    ward.kill("a1", "b1", "b2")
    ward.live(700)
    assert ward.phases() == [("a1", "opened"), ("unit-khom-5", "opened")]
    assert all(takes_up(change, ward.settings, "khom4") for change in ward.outbox.open_events())
    ward.begin()
    ward.live(1500)
    assert ward.phases() == [("a1", "opened"), ("unit-khom-5", "opened")], "the same outages: nothing is told twice"
    ward.revive("a1", "b1", "b2")
    ward.live(30)
    assert sorted(ward.phases()[2:]) == [("a1", "closed"), ("unit-khom-5", "closed")]
    assert ward.outbox.open_events() == []
    assert len({event.data.event_id for event in ward.told()}) == 2


def test_an_outage_of_a_camera_that_is_gone_is_not_taken_up(ward: Ward) -> None:
    ward.kill("a1")
    ward.live(700)
    (change,) = ward.outbox.open_events()
    assert not takes_up(change, [camera("a2", "Khóm 4")], "khom4")
    assert not takes_up(change, [camera("a1", offline={"mode": "off"})], "khom4")


def test_a_recording_that_ended_is_not_offline_and_neither_is_one_that_is_not_watched(tmp_path: Path) -> None:
    ward = Ward(
        tmp_path, camera("film"), camera("quiet", offline={"mode": "off"}), camera("c", offline={"mode": "trial"})
    )
    ward.eyes["film"].state = CameraState.FINISHED
    ward.kill("film", "quiet", "c")
    ward.live(2000)
    assert ward.phases() == [("c", "opened")]
    assert ward.told()[0].data.rule.mode is Mode.TRIAL
    ward.outbox.close()


def test_a_camera_that_never_gave_a_frame_is_told_from_the_start_on(ward: Ward) -> None:
    clock: Clock = ward.clock
    began_at = clock.now()
    ward.kill("b1")
    ward.live(610)
    (event,) = ward.told()
    assert event.data.started_at == began_at


@pytest.mark.parametrize(
    ("down", "unit", "why"),
    [
        ({"a": 0.0}, None, "one camera is itself"),
        ({"a": 0.0, "b": 119.0}, "x", "two of three of a unit, within the window"),
        ({"a": 0.0, "b": 121.0}, None, "not within the window"),
        ({"a": 0.0, "d": 1.0}, None, "of different units, and not most of either"),
        ({"a": 0.0, "b": 0.0, "d": 0.0, "e": 0.0}, "", "most of the edge, of more than one unit"),
    ],
)
def test_what_goes_down_together_is_one_outage(down: dict[str, float], unit: str | None, why: str) -> None:
    units = {"a": "x", "b": "x", "c": "x", "d": "y", "e": "y", "f": "y", "g": "z"}
    posts = [Post(camera=name, label="", unit=of, since_s=down.get(name)) for name, of in units.items()]
    assert outage(posts[0], posts).unit == unit, why


def test_a_unit_of_a_hundred_cameras_still_has_a_legible_place() -> None:
    posts = [
        Post(camera=f"cam-{i}", label=f"Đường số {i}, ngã ba chợ", unit="Ấp Đầu Giồng", since_s=0.0) for i in range(99)
    ]
    found = place(outage(posts[0], posts), "khom4")
    assert found.name == "unit-ap-dau-giong"
    assert found.label.startswith("Ấp Đầu Giồng: 99/99 camera – Đường số 0, ngã ba chợ, Đường")
    assert found.label.endswith(", …")
    assert len(found.label) <= 200
