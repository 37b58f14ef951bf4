"""The picture's health: what is told, when, once, and how long nothing counted as seen. Drawn pictures, driven time."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from contract.event import ModelRef, Phase
from contract.health import PictureState
from edge.event import Events
from edge.settings import CameraSettings
from edge.tamper import Tamper
from edge.values import Change, Frame
from models.detector import Image
from tests.support.walk import BEGIN, frame

CHANCE = np.random.default_rng(7)
NOISE = itertools.cycle([CHANCE.normal(0, 3, (180, 320, 3)).astype(np.float32) for _ in range(7)])
"""A sensor's: no picture is like the one before."""


def facade() -> Image:
    """A street front: boxes of all sizes and tones, sharp edges everywhere, and no grid that fits upon itself."""
    chance = np.random.default_rng(1)
    image: Image = np.full((180, 320, 3), 120, np.uint8)
    for _ in range(120):
        x, y = int(chance.integers(0, 310)), int(chance.integers(0, 170))
        width, height = (int(size) for size in chance.integers(8, 60, 2))
        cv2.rectangle(image, (x, y), (x + width, y + height), tuple(int(v) for v in chance.integers(30, 220, 3)), -1)
    return image


FACADE = facade()


def noisy(image: NDArray[Any]) -> Image:
    """As a sensor sees it."""
    height, width = image.shape[:2]
    return np.asarray(np.clip(image + next(NOISE)[:height, :width], 0, 255), np.uint8)


def scene(_at_s: float) -> Image:
    return noisy(FACADE)


def covered(_at_s: float) -> Image:
    return noisy(np.full_like(FACADE, 90))


def frozen(_at_s: float) -> Image:
    return FACADE


def dark(_at_s: float) -> Image:
    return noisy(FACADE // 10)


def white(_at_s: float) -> Image:
    return noisy(np.full_like(FACADE, 252))


def blurred(_at_s: float) -> Image:
    return noisy(cv2.GaussianBlur(FACADE, (0, 0), 3))


def moved(_at_s: float) -> Image:
    return noisy(np.roll(FACADE, 40, axis=1))


def camera(**health: object) -> CameraSettings:
    return CameraSettings.model_validate({"name": "kho", "label": "Kho", "source": "sim:street", "health": health})


def film(*parts: tuple[float, Callable[[float], Image]], fps: float = 1.0) -> Iterator[Frame]:
    """Each part for so many seconds."""
    at_s, end_s = 0.0, 0.0
    for seconds, picture in parts:
        end_s += seconds
        while at_s < end_s - 1e-9:
            yield frame(at_s, picture(at_s))
            at_s += 1 / fps


def watched(settings: CameraSettings, frames: Iterable[Frame]) -> tuple[list[Change], Tamper]:
    """What is told of a film, and the stage as it is then."""
    tamper = Tamper(settings)
    events = Events(settings, source="anninh:a/b/kho", model=ModelRef(name="eye"))
    changes = [change for one in frames for change in events.update(one, tamper.update(one))]
    return changes, tamper


def spans(changes: list[Change]) -> list[tuple[str, float, float]]:
    """Every event: its kind, when it began, and when it was told."""
    return [
        (change.data.rule.kind, (change.data.started_at - BEGIN).total_seconds(), change.now_s)
        for change in changes
        if change.data.phase is Phase.OPENED
    ]


FAULTS = [
    (covered, "camera_covered", 30.0),
    (moved, "camera_moved", 120.0),
    (frozen, "camera_frozen", 120.0),
    (blurred, "camera_blurred", 120.0),
    (dark, "camera_dark", 300.0),
    (white, "camera_bright", 300.0),
]
"""The dwell times of domain.md. These frames have no packets: without a keyframe a freeze must last twice its 60 s."""


@pytest.mark.parametrize(("picture", "kind", "dwell_s"), FAULTS, ids=[row[1] for row in FAULTS])
def test_each_fault_is_told_once_after_its_time_and_closes_when_it_is_over(
    picture: Callable[[float], Image], kind: str, dwell_s: float
) -> None:
    changes, tamper = watched(camera(), film((20, scene), (dwell_s + 60, picture), (20, scene)))
    ((told, began_s, told_s),) = spans(changes)
    assert told == kind
    assert began_s == pytest.approx(20, abs=1.0)
    assert told_s == pytest.approx(20 + dwell_s, abs=1.5)
    first, last = changes[0].data, changes[-1].data
    assert first.place.model_dump() == {"kind": "camera", "name": "kho", "label": "Kho"}
    assert last.phase is Phase.CLOSED
    assert last.ended_at is not None
    assert (last.ended_at - first.started_at).total_seconds() == pytest.approx(dwell_s + 60, abs=5)
    assert [change.data.revision for change in changes] == list(range(1, len(changes) + 1))
    assert tamper.picture is PictureState.OK
    assert tamper.blind_s == pytest.approx(dwell_s + 60, abs=5), "from its beginning on it saw nothing"


@pytest.mark.parametrize(("picture", "kind", "dwell_s"), FAULTS, ids=[row[1] for row in FAULTS])
def test_a_fault_that_does_not_last_is_none(picture: Callable[[float], Image], kind: str, dwell_s: float) -> None:
    changes, tamper = watched(camera(), film((20, scene), (dwell_s - 5, picture), (20, scene)))
    assert spans(changes) == []
    assert tamper.blind_s == 0.0


@pytest.mark.parametrize(
    ("picture", "state"),
    [(covered, "covered"), (dark, "dark"), (white, "bright"), (frozen, "frozen")],
    ids=["covered", "dark", "bright", "frozen"],
)
def test_what_is_wrong_from_the_first_picture_on_is_found(picture: Callable[[float], Image], state: str) -> None:
    _, tamper = watched(camera(), film((320, picture)))
    assert tamper.picture == state


def test_a_hand_that_trembles_before_the_lens_is_one_fault() -> None:
    trembling = itertools.chain.from_iterable(((5, covered), (2, scene)) for _ in range(10))
    changes, _ = watched(camera(), film((20, scene), *trembling))
    assert [kind for kind, _, _ in spans(changes)] == ["camera_covered"]


def test_people_and_a_truck_before_the_scene_are_no_fault() -> None:
    def truck(at_s: float) -> Image:
        """It stands before half of the picture, with wheels, a cab and lettering."""
        image: Image = scene(at_s)
        image[60:, 80:240] = noisy(np.tile(FACADE[:60, :80], (2, 2, 1)))
        return image

    changes, tamper = watched(camera(), film((20, scene), (400, truck), (60, scene)))
    assert (spans(changes), tamper.blind_s) == ([], 0.0)


def test_the_switch_to_infrared_dusk_and_a_lamp_are_no_fault() -> None:
    rows, columns = np.mgrid[0:180, 0:320]
    beam = np.exp(-(((columns - 160) / 150) ** 2 + ((rows - 130) / 90) ** 2))[..., None]

    def infrared(_at_s: float) -> Image:
        """Grey, other reflectances, lit from the camera, grainy."""
        red = FACADE[..., 2:].astype(np.float32)
        return np.asarray(np.clip(red * beam + 8 + 2 * next(NOISE), 0, 255), np.uint8)

    def dusk(at_s: float) -> Image:
        return noisy((FACADE * max(0.25, 1 - (at_s - 20) / 800)).astype(np.uint8))

    changes, tamper = watched(camera(), film((20, scene), (600, dusk), (400, infrared), (400, scene), (400, infrared)))
    assert (spans(changes), tamper.blind_s) == ([], 0.0)


def test_a_cap_on_the_lens_is_a_cover_and_a_night_without_light_is_dark() -> None:
    def black(_at_s: float) -> Image:
        return noisy(np.full_like(FACADE, 12))

    def nightfall(at_s: float) -> Image:
        return noisy((FACADE * max(0.0, 1 - (at_s - 20) / 300)).astype(np.uint8))

    capped, _ = watched(camera(), film((20, scene), (400, black)))
    fallen, _ = watched(camera(), film((20, scene), (300, nightfall), (400, black)))
    assert [kind for kind, _, _ in spans(capped)] == ["camera_covered"]
    assert [kind for kind, _, _ in spans(fallen)] == ["camera_dark"]


def test_a_camera_that_is_turned_for_good_is_taken_at_its_new_view_after_an_hour() -> None:
    # a look every 2.5 s: as many hours, fewer pictures
    changes, tamper = watched(camera(), film((20, scene), (3700, moved), fps=0.4))
    assert [kind for kind, _, _ in spans(changes)] == ["camera_moved"]
    assert changes[-1].data.phase is Phase.CLOSED
    assert tamper.picture is PictureState.OK


def test_what_is_off_is_not_told_and_what_is_on_trial_does_not_cost_uptime() -> None:
    off, tamper = watched(camera(covered={"mode": "off"}), film((20, scene), (60, covered)))
    assert (spans(off), tamper.blind_s) == ([], 0.0)
    trial, tamper = watched(camera(covered={"mode": "trial", "dwell_s": 10}), film((20, scene), (60, covered)))
    assert [change.data.rule.mode for change in trial[:1]] == ["trial"]
    assert tamper.blind_s == 0.0


def test_a_pause_in_the_stream_is_neither_frozen_nor_blind() -> None:
    def late(one: Frame) -> Frame:
        at_s = one.pts_s if one.pts_s < 100 else one.pts_s + 500
        return frame(at_s, one.image)

    frozen_before = film((20, scene), (80, frozen), (20, frozen))
    changes, _ = watched(camera(), (late(one) for one in frozen_before))
    assert spans(changes) == [], "80 s and 20 s make no 120 s"
    covered_on = film((20, scene), (80, covered), (40, covered))
    changes, tamper = watched(camera(), (late(one) for one in covered_on))
    assert len(spans(changes)) == 1, "it is still covered when the stream is back"
    assert tamper.blind_s == pytest.approx(120, abs=2)


def test_another_picture_size_begins_anew() -> None:
    small = [frame(at_s, noisy(cv2.resize(scene(at_s), (160, 120)))) for at_s in np.arange(20.0, 60.0).tolist()]
    changes, tamper = watched(camera(), [*film((20, scene)), *small])
    assert (spans(changes), tamper.picture) == ([], PictureState.OK)
