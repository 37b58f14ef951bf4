"""The light changes everywhere: rules are silent, what the light opened is taken back, and nothing is forgotten."""

import threading
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
from structlog.testing import capture_logs

from contract.event import ModelRef, Phase
from edge.event import Events
from edge.rules.guard import LONGEST_S, Guard
from edge.rules.table import Rules
from edge.settings import CameraSettings
from edge.values import Change, Frame, Motion
from models.detector import Detections, Image
from tests.edge.rules.scenes import SCENES
from tests.edge.test_worker import worker_of
from tests.support.walk import Eye, camera, detections, frame, times

LIGHT, NOTHING = Motion(area=1.0, is_global=True), Motion()


def silent(guard: Guard, lights: Iterable[float], end_s: float) -> list[float]:
    """When the guard is up; a lamp goes on, and off, on the frames nearest to ``lights``."""
    changes = sorted(round(at * 10) for at in lights)
    up = []
    for at in times(0, end_s):
        now = round(at * 10)
        level = 90 + 60 * (sum(one <= now for one in changes) % 2)
        shown = frame(at, np.full((90, 160, 3), level, np.uint8))
        if guard.update(shown, LIGHT if now in changes else NOTHING):
            up.append(at)
    return up


def test_it_is_up_for_its_seconds_after_the_last_change() -> None:
    up = silent(Guard(3.0), [2.0, 4.0], 12)
    assert (up[0], up[-1]) == pytest.approx((2.0, 6.9))
    assert len(up) == 50


def test_it_says_so_once() -> None:
    with capture_logs() as lines:
        silent(Guard(3.0), [2.0, 2.1, 4.0], 12)
    assert [(line["event"], line["camera"], line["log_level"]) for line in lines] == [("rules_silenced", "kho", "info")]


def test_what_moves_nearly_everywhere_is_no_light() -> None:
    """Somebody walks past the lens: half of the picture becomes darker, a third brighter."""
    guard = Guard(3.0)
    for at in times(0, 4):
        picture = np.full((90, 160, 3), 128, np.uint8)
        if at >= 2.0:
            picture[:, :80], picture[:, 80:140] = 40, 220
        assert not guard.update(frame(at, picture), LIGHT if at >= 2.0 else NOTHING)


def test_zero_seconds_are_no_guard() -> None:
    assert silent(Guard(0.0), [2.0], 5) == []


def test_a_lamp_that_flickers_all_night_does_not_silence_the_rules_for_ever() -> None:
    with capture_logs() as lines:
        up = silent(Guard(3.0), [*times(2, 90, 1), 110.0], 120)
    assert up[0] == pytest.approx(2.0)
    assert [at for at in up if at < 100][-1] == pytest.approx(2.0 + LONGEST_S)
    assert [line["event"] for line in lines] == ["rules_silenced", "light_restless", "rules_silenced"]
    assert next(at for at in up if at > 100) == pytest.approx(110.0), "it has been quiet since, and guards again"


def told(settings: CameraSettings, light_s: float, end_s: float, gone: Sequence[float] = ()) -> list[Change]:
    """Somebody is in the zone from the start; the light changes at ``light_s``; he is gone from ``gone[0]`` on."""
    rules, guard = Rules(settings, ZoneInfo("Asia/Ho_Chi_Minh")), Guard(settings.guard_s)
    events = Events(settings, source="a", model=ModelRef(name="m"))
    changes = []
    for at in times(0, end_s):
        lit = frame(at, np.full((90, 160, 3), 128 if at < light_s - 0.05 else 190, np.uint8))
        guarded = guard.update(lit, LIGHT if at == pytest.approx(light_s) else NOTHING)
        tracks = [] if gone and at >= gone[0] else SCENES["intrusion"](at)
        hits = rules.update(frame(at), tracks, guarded=guarded)
        changes += events.update(frame(at), hits, guarded=guarded)
    return changes + events.finish(end_s)


def phases(changes: Sequence[Change]) -> list[tuple[Phase, float]]:
    return [(change.data.phase, round(change.now_s, 1)) for change in changes]


def test_an_event_that_opened_right_before_is_taken_back() -> None:
    changes = told(camera(dwell_s=3.0), light_s=4.0, end_s=5.0)
    assert phases(changes) == [(Phase.OPENED, 3.0), (Phase.CANCELLED, 4.0)]
    assert [change.data.revision for change in changes] == [1, 2]
    assert changes[1].data.ended_at is None


def test_who_is_really_there_is_told_again_as_another_event() -> None:
    changes = told(camera(dwell_s=3.0), light_s=4.0, end_s=12.0)
    assert [phase for phase, _ in phases(changes)] == [Phase.OPENED, Phase.CANCELLED, Phase.OPENED, Phase.CLOSED]
    assert changes[2].now_s >= 7.0
    assert changes[2].data.event_id != changes[0].data.event_id


@pytest.mark.parametrize(
    ("dwell_s", "light_s", "reason"),
    [
        (3.0, 6.0, "it opened three seconds before"),
        (15.0, 16.0, "it opened one second before, on what had been there for fifteen"),
    ],
)
def test_an_event_that_the_light_did_not_open_lives_through_it(dwell_s: float, light_s: float, reason: str) -> None:
    changes = told(camera(dwell_s=dwell_s), light_s=light_s, end_s=25.0)
    assert [phase for phase, _ in phases(changes)] == [Phase.OPENED, Phase.CLOSED], reason
    assert changes[-1].now_s == 25.0


def test_a_guard_longer_than_close_s_does_not_close_an_event() -> None:
    changes = told(camera(dwell_s=1.0, close_s=0.5), light_s=5.0, end_s=15.0)
    assert [phase for phase, _ in phases(changes)] == [Phase.OPENED, Phase.CLOSED]
    assert changes[-1].now_s == 15.0


def test_who_left_meanwhile_ends_the_event_when_he_was_last_seen() -> None:
    changes = told(camera(dwell_s=1.0, close_s=0.5), light_s=5.0, end_s=15.0, gone=[5.0])
    _, closed = changes
    assert closed.now_s == pytest.approx(8.5, abs=0.2)
    assert closed.data.ended_at == frame(4.9).captured_at


def a_street(at_s: float, level: float) -> Frame:
    """The same picture, brighter or darker."""
    noise = np.random.default_rng(7).integers(30, 100, (18, 32, 3), np.uint8)
    picture = cv2.resize(noise, (160, 90), interpolation=cv2.INTER_CUBIC)
    return frame(at_s, np.clip(picture.astype(np.float32) + level, 0, 255).astype(np.uint8))


def test_headlights_fire_no_rule_on_the_whole_walk() -> None:
    """The light goes up by 80 levels at 6 s; the detector, dazzled, sees somebody from there on for two seconds."""
    reel = [a_street(at, 80.0 if 6.0 <= at < 9.0 else 0.0) for at in times(0, 15)]
    ghost = detections((30, 20, 44, 60))

    class Dazzled(Eye):
        """Sees a ghost in bright pictures."""

        def detect(
            self, images: Sequence[Image], min_score: float = 0.25, canvas: tuple[int, int] | None = None
        ) -> list[Detections]:
            del min_score, canvas
            return [ghost if image.mean() > 110 else detections() for image in images]

    def walked(guard_s: float) -> list[Phase]:
        settings = camera(dwell_s=1.0).model_copy(update={"guard_s": guard_s})
        walk, notes = worker_of(settings, list(reel), Dazzled([ghost]))
        walk.run(threading.Event())
        return [change.data.phase for change in notes.changes]

    assert Phase.OPENED in walked(0.0)
    assert walked(3.0) == []
