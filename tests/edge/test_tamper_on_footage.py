"""The picture's health on real cameras: none of the untouched clips has a fault; each transformed one has its own."""

import itertools
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from contract.event import ModelRef, Phase
from edge.capture import open_source
from edge.event import Events
from edge.settings import CameraSettings
from edge.sources.decode import luma
from edge.tamper import LOOK_S, Tamper
from edge.values import Frame
from models.detector import Image
from tests.support.driven_clock import DrivenClock
from tests.support.walk import BEGIN, frame

pytestmark = [pytest.mark.data, pytest.mark.long]

CLIPS = (
    "aboda_video4_abandoned_bag.avi",
    "cctv_building_fire.mp4",
    "dhaka_traffic_motorbikes_day.mp4",
    "dvrscan_issue53_brightness_change.avi",
    "dvrscan_traffic_camera.mp4",
    "dvrscan_traffic_camera_vfr.mp4",
    "intel_car-detection.mp4",
    "intel_one-by-one-person-detection.mp4",
    "mot15_adl-rundle-6_1080p.mp4",
    "mot15_tud-campus.mp4",
    "night_ir_cctv_hevc_960x1088.mp4",
    "pets2009_s2l1_vtest_480x360.mp4",
    "slow_traffic_small_copy.mp4",
)
TURNED = (
    "aboda_video4_abandoned_bag.avi",
    "dhaka_traffic_motorbikes_day.mp4",
    "intel_one-by-one-person-detection.mp4",
    "mot15_adl-rundle-6_1080p.mp4",
    "night_ir_cctv_hevc_960x1088.mp4",
    "pets2009_s2l1_vtest_480x360.mp4",
    "slow_traffic_small_copy.mp4",
)
"""Clips that are transformed: long enough to be learnt, day and night, empty and crowded."""
MOST_LOOKS = 40
LEARNT_S = 20.0
WIDTH = 480
"""Transformed pictures are made this wide, to be done in time."""


class Chance:
    """Noise that is another in each picture and the same in each run of a test."""

    rng = np.random.default_rng(7)


@pytest.fixture(autouse=True)
def _same_noise() -> None:
    Chance.rng = np.random.default_rng(7)


def pictures(path: Path) -> Iterator[VideoFrame]:
    """One picture a second, or more of a clip that is shorter than it takes."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        step_s = 1 / float(stream.average_rate or 25)
        count = sum(packet.size > 0 for packet in container.demux(stream))
        every_s = min(LOOK_S, count * step_s / MOST_LOOKS)
        container.seek(0)
        last_s = -every_s
        for index, picture in enumerate(container.decode(stream)):
            if index * step_s - last_s >= every_s - 1e-6:
                last_s = index * step_s
                yield picture


@cache
def small_pictures(path: Path) -> list[Image]:
    """The same at ``WIDTH``, in colour; not to be written to."""
    shown = []
    for picture in itertools.islice(pictures(path), MOST_LOOKS):
        width = min(WIDTH, picture.width)
        small = picture.reformat(width=width, height=round(picture.height * width / picture.width), format="bgr24")
        shown.append(np.asarray(small.to_ndarray(), np.uint8))
    return shown


def told(frames: Iterator[Frame], **dwell_s: float) -> list[tuple[str, float, float]]:
    """Every event: its kind, when it began and when it was told, seconds."""
    health = {kind: {"dwell_s": seconds} for kind, seconds in dwell_s.items()}
    settings = CameraSettings.model_validate({"name": "kho", "source": "x", "health": health})
    tamper, events = Tamper(settings), Events(settings, source="anninh:a/b/kho", model=ModelRef(name="eye"))
    changes = [change for one in frames for change in events.update(one, tamper.update(one))]
    return [
        (change.data.rule.kind, (change.data.started_at - BEGIN).total_seconds(), change.now_s)
        for change in changes
        if change.data.phase is Phase.OPENED
    ]


@pytest.mark.parametrize("name", CLIPS)
def test_an_untouched_clip_has_no_fault(data_dir: Path, name: str) -> None:
    """Not even for five seconds, and a freeze not for three: far below the times in force."""
    planes = (luma(picture) for picture in pictures(data_dir / "videos" / name))
    frames = (_frame_of(plane, float(index)) for index, plane in enumerate(planes))
    kinds = ("covered", "moved", "blurred", "dark", "bright")
    assert told(frames, frozen=3.0, **dict.fromkeys(kinds, 5.0)) == []


def _frame_of(plane: NDArray[Any], at_s: float) -> Frame:
    kept = plane.copy()
    blank = frame(at_s)
    return Frame(
        camera="kho",
        index=round(at_s),
        pts_s=at_s,
        captured_at=blank.captured_at,
        width=kept.shape[1],
        height=kept.shape[0],
        decode=lambda: cv2.cvtColor(kept, cv2.COLOR_GRAY2BGR).astype(np.uint8),
        luma=lambda: kept,
    )


def palm(image: Image) -> Image:
    """A hand on the lens: skin-coloured and out of focus, a little light leaks past it."""
    height, width = image.shape[:2]
    leak = _widely_blurred(image, 0.08)
    skin = np.array([60, 70, 110]) * (0.7 + 0.5 * np.linspace(0, 1, width))[None, :, None]
    return _shown(0.1 * leak + 0.9 * skin + _grain(height, width))


def spray(image: Image) -> Image:
    """Paint over four fifths of the glass; the camera's own name and clock stand above and below it."""
    height, width = image.shape[:2]
    painted = image.copy()
    painted[:, : width * 4 // 5] = _shown(_grain(height, width * 4 // 5) + 120)
    return _stamped(painted)


def cap(image: Image) -> Image:
    """Nothing."""
    return _shown(_grain(*image.shape[:2]) + 10)


def nudge(image: Image) -> Image:
    """Turned by a fifteenth of the picture to the side and a little down."""
    height, width = image.shape[:2]
    move = np.array([[1, 0, width / 15], [0, 1, -height / 40]], np.float32)
    return _stamped(cv2.warpAffine(image, move, (width, height), borderMode=cv2.BORDER_REFLECT).astype(np.uint8))


def turn(image: Image) -> Image:
    """Turned by a third of the picture."""
    height, width = image.shape[:2]
    move = np.array([[1, 0, -width / 3], [0, 1, height / 12]], np.float32)
    return _stamped(cv2.warpAffine(image, move, (width, height), borderMode=cv2.BORDER_REFLECT).astype(np.uint8))


def defocus(image: Image) -> Image:
    """A focus ring that was turned."""
    return _stamped(cv2.GaussianBlur(image, (0, 0), image.shape[1] * 0.008).astype(np.uint8))


def grease(image: Image) -> Image:
    """Something smeared over the glass: nothing but broad shapes is left."""
    return _stamped(_widely_blurred(image, 0.02))


def infrared(image: Image) -> Image:
    """Night mode: grey, other reflectances, lit from the camera, the far and the sky dark, grainy."""
    height, width = image.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    beam = np.exp(-(((x - width / 2) / (0.45 * width)) ** 2 + ((y - 0.75 * height) / (0.45 * height)) ** 2))
    red = np.asarray(image.astype(np.float32) @ np.array([0.15, 0.15, 0.75], np.float32))
    return _shown(((red + 20) * beam + 8)[..., None] + 2 * _grain(height, width))


def _widely_blurred(image: Image, sigma: float) -> Image:
    """A Gaussian blur of ``sigma`` widths, done on a small copy: what a pixel tells is gone, and it takes no time."""
    height, width = image.shape[:2]
    shrink = max(1, int(sigma * width / 2.5))
    small = cv2.resize(image, (width // shrink, height // shrink), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), sigma * width / shrink)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def _grain(height: int, width: int) -> NDArray[Any]:
    return Chance.rng.normal(0, 2, (height, width, 1)).repeat(3, axis=2)


def _shown(values: NDArray[Any]) -> Image:
    return np.asarray(np.clip(values, 0, 255), np.uint8)


def _stamped(image: Image) -> Image:
    """What the camera itself writes into its picture goes on, whatever happens to the lens."""
    second = int(Chance.rng.integers(60))
    cv2.putText(image, f"2026-03-02 19:14:{second:02}", (8, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 1)
    cv2.putText(image, "KHOM 4", (8, image.shape[0] - 10), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 1)
    return image


def story(path: Path, transform: Callable[[Image], Image], fault_s: float) -> Iterator[Frame]:
    """``LEARNT_S`` as the camera saw it, then transformed for ``fault_s``; the clip runs to and fro."""
    shown = small_pictures(path)
    there_and_back = itertools.cycle(shown + shown[-2:0:-1])
    for at_s in range(round(LEARNT_S + fault_s)):
        image = next(there_and_back)
        yield frame(float(at_s), image if at_s < LEARNT_S else transform(image.copy()))


FAULTS = [
    (palm, "camera_covered", 30.0),
    (spray, "camera_covered", 30.0),
    (cap, "camera_covered", 30.0),
    (nudge, "camera_moved", 120.0),
    (turn, "camera_moved", 120.0),
    (defocus, "camera_blurred", 120.0),
    (grease, "camera_blurred", 120.0),
]


@pytest.mark.parametrize("name", TURNED)
@pytest.mark.parametrize(("fault", "kind", "dwell_s"), FAULTS, ids=[row[0].__name__ for row in FAULTS])
def test_a_fault_is_found_within_its_time(
    data_dir: Path, name: str, fault: Callable[[Image], Image], kind: str, dwell_s: float
) -> None:
    ((found, began_s, told_s),) = told(story(data_dir / "videos" / name, fault, dwell_s + 10))
    assert found == kind
    assert began_s == pytest.approx(LEARNT_S, abs=3)
    assert told_s == pytest.approx(LEARNT_S + dwell_s, abs=3)


@pytest.mark.parametrize("name", TURNED)
def test_the_switch_to_infrared_is_no_fault(data_dir: Path, name: str) -> None:
    assert told(story(data_dir / "videos" / name, infrared, 60), covered=5, moved=5, blurred=5, dark=5, bright=5) == []


@pytest.mark.parametrize(("codec", "rate"), [("libx264", 0), ("libx264", 300_000), ("mpeg4", 2_000_000)])
@pytest.mark.parametrize("name", ["night_ir_cctv_hevc_960x1088.mp4", "pets2009_s2l1_vtest_480x360.mp4"])
def test_a_frozen_picture_is_found_though_it_is_coded_anew(
    data_dir: Path, tmp_path: Path, name: str, codec: str, rate: int
) -> None:
    """The sensor hangs, the encoder goes on: at 5 frames a second with a keyframe every 4 s."""
    path, fps = tmp_path / "frozen.mp4", 5
    live = itertools.islice(pictures(data_dir / "videos" / name), 20)
    images = [picture.reformat(width=480, height=360).to_ndarray(format="bgr24") for picture in live]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps, width=480, height=360)
        assert isinstance(stream, av.VideoStream)
        stream.pix_fmt, stream.gop_size = "yuv420p", 4 * fps
        if rate:
            stream.bit_rate = rate
        for index in range(fps * 100):
            image = images[index // fps] if index < fps * 20 else images[-1]
            container.mux(stream.encode(VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode(None))
    camera = CameraSettings(name="kho", source=str(path), as_fast_as_possible=True, start_at=BEGIN)
    ((kind, began_s, told_s),) = told(open_source(camera, DrivenClock(), threading.Event()).frames())
    assert kind == "camera_frozen"
    assert began_s == pytest.approx(20, abs=6), "the encoder takes some seconds to bring the picture out"
    assert told_s == pytest.approx(began_s + 60, abs=1.5)
