"""The built-in detector: finds what moves at once, keeps what stops, and is not fooled by light."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from models import blobs, boxes
from models.detector import Detections
from models.evaluate import evaluate, labelled_video
from tests.support.pictures import HEIGHT, WIDTH, Mover, film, noise

WALKER = Mover(left=60, top=150, width=26, height=70, speed=2.0)


def seen(found: Detections, mover: Mover, number: int, least: float = 0.5) -> bool:
    """Is ``mover`` among the boxes of picture ``number``?"""
    overlaps = boxes.iou(np.array([mover.box(number)], np.float32), found.boxes)
    return bool((overlaps > least).any())


def play(count: int, *movers: Mover, light: list[float] | None = None) -> list[Detections]:
    detector = blobs.load()
    return [detector.detect([picture])[0] for picture in film(count, movers, light=light or ())]


def test_somebody_who_walks_is_found_within_a_second_of_the_cold_start() -> None:
    found = play(30, WALKER)
    first = next(number for number, answer in enumerate(found) if seen(answer, WALKER, number, 0.3))
    assert first <= 10, "a second at 10 pictures a second"
    steady = [seen(answer, WALKER, number) for number, answer in enumerate(found)][20:]
    assert all(steady)
    assert all(len(answer) <= 2 for answer in found), "never a picture full of boxes"


def test_the_first_picture_has_nothing_in_front() -> None:
    assert not len(play(1, WALKER)[0])


def test_an_empty_street_stays_empty() -> None:
    assert not any(len(answer) for answer in play(60))


def test_somebody_who_stops_stays_found() -> None:
    standing = Mover(left=200, top=150, width=26, height=70, first=20)
    found = play(220, standing)
    # alone, the quick background takes somebody in after 50 pictures
    assert all(seen(answer, standing, 0) for answer in found[30:])


def test_the_hole_that_somebody_leaves_is_no_one() -> None:
    leaver = Mover(left=200, top=150, width=26, height=70, last=25)
    found = play(60, leaver)
    assert sum(len(answer) for answer in found[26 + blobs.GHOST_CHECK_EVERY :]) == 0


@pytest.mark.parametrize(
    "light",
    [
        pytest.param([1.0] * 30 + [1.35] * 30, id="lamps go on"),
        pytest.param([1.0] * 30 + [0.6] * 30, id="lamps go off"),
        pytest.param([1.0 + 0.3 * np.sin(at / 6) for at in range(60)], id="clouds"),
        pytest.param([1.0] * 30 + [0.15] * 30, id="nearly dark"),
    ],
)
def test_light_that_changes_everywhere_is_nothing(light: list[float]) -> None:
    assert max(len(answer) for answer in play(60, light=light)) <= 1


def test_somebody_is_still_found_after_the_light_changed() -> None:
    found = play(60, WALKER, light=[1.0] * 30 + [0.7] * 30)
    assert all(seen(answer, WALKER, number) for number, answer in enumerate(found) if number >= 40)


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [(24, 64, "person"), (70, 60, "motorcycle"), (150, 60, "car")],
)
def test_the_shape_gives_the_class(width: int, height: int, expected: str) -> None:
    found = play(40, Mover(left=40, top=150, width=width, height=height, speed=3.0))[-1]
    assert [blobs.BlobDetector.classes[number] for number in found.classes] == [expected]


def test_a_recording_replays_the_same() -> None:
    once, again = play(40, WALKER), play(40, WALKER)
    for one, other in zip(once, again, strict=True):
        np.testing.assert_array_equal(one.boxes, other.boxes)
        np.testing.assert_array_equal(one.scores, other.scores)


def test_a_camera_that_changes_its_size_starts_anew() -> None:
    detector = blobs.load()
    for picture in itertools.islice(film(20, [WALKER]), 20):
        detector.detect([picture])
    assert not len(detector.detect([noise(HEIGHT // 2, WIDTH)])[0])
    assert not len(detector.detect([noise(HEIGHT // 2, WIDTH)])[0])


def test_large_pictures_give_boxes_in_their_own_pixels() -> None:
    detector = blobs.load()
    large = [np.ascontiguousarray(picture.repeat(3, axis=0).repeat(3, axis=1)) for picture in film(30, [WALKER])]
    found = detector.detect(large)[-1]
    assert seen(Detections((found.boxes / 3).astype(np.float32), found.scores, found.classes), WALKER, 29)


@pytest.mark.data
def test_a_cloud_over_a_garden_is_no_event(data_dir: Path) -> None:
    video = data_dir / "videos" / "dvrscan_issue53_brightness_change.avi"
    detector = blobs.load()
    counts = [len(detector.detect([picture])[0]) for picture, _ in labelled_video(video, Path("/dev/null"))]
    assert len(counts) == 59
    assert sum(counts) <= 3


@pytest.mark.data
def test_people_on_a_campus_are_found_as_well_as_the_readme_says(data_dir: Path) -> None:
    name = "pets2009_s2l1_vtest_480x360"
    samples = labelled_video(data_dir / "videos" / f"{name}.mp4", data_dir / "gt" / f"{name}.gt.txt")
    measured = evaluate(blobs.load(), itertools.islice(samples, 300))
    assert measured.precision > 0.75
    assert measured.recall > 0.55
    assert measured.map50 > 0.42
