"""The simulated street: the same for the same seed, sound truth, real H.264, and seen by the built-in detector."""

import threading
from collections.abc import Sequence

import av
import numpy as np
import pytest

from edge.analyze import analyze
from edge.capture import open_source
from edge.defaults import default_camera
from edge.geometry import overlap
from edge.sources.simulated import Simulated
from edge.sources.street import Parameters, Street
from edge.values import Frame, Track
from models import registry
from tests.support.driven_clock import DrivenClock
from tests.support.walk import BEGIN


def simulated(query: str) -> Simulated:
    camera = default_camera("street", f"sim:street?{query}", as_fast_as_possible=True, start_at=BEGIN)
    source = open_source(camera, DrivenClock(), threading.Event())
    assert isinstance(source, Simulated)
    return source


def test_the_same_seed_gives_the_same_pictures_and_truth_and_another_seed_others() -> None:
    one, same, other = (Street(Parameters(seed=seed)) for seed in (3, 3, 4))
    for _ in range(30):
        first, second, third = one.draw(), same.draw(), other.draw()
    assert np.array_equal(first[0], second[0])
    assert first[1] == second[1]
    assert not np.array_equal(first[0], third[0])


def test_the_truth_is_where_the_picture_differs_from_the_empty_street() -> None:
    street, empty = Street(Parameters(light=0)), Street(Parameters(light=0, people=0, vehicles=0, stall=-1))
    found = 0
    for _ in range(60):
        (image, truth), (bare, nobody) = street.draw(), empty.draw()
        assert nobody == ()
        differs = np.abs(image.astype(int) - bare.astype(int)).max(axis=2) > 40
        for figure in truth:
            x1, y1, x2, y2 = (round(v * n) for v, n in zip(figure.box, (640, 360) * 2, strict=True))
            assert differs[y1:y2, x1:x2].mean() > 0.15, figure
            found += 1
    assert found > 60


def test_everybody_of_the_street_comes_by_and_the_stall_stays() -> None:
    street = Street(Parameters(seed=7, fps=5))
    seen: dict[str, set[int]] = {}
    stalls = []
    for index in range(200):
        _, truth = street.draw()
        for figure in truth:
            seen.setdefault(figure.class_name, set()).add(figure.id)
            if figure.class_name == "stall" and index > 100:
                stalls.append(figure.box)
    assert {"person", "motorcycle", "car", "stall"} <= set(seen)
    assert len(seen["person"]) >= 5
    assert len(stalls) == 99
    assert len(set(stalls)) == 1


def test_it_is_coded_like_a_camera_a_keyframe_each_second_and_decodes_to_what_was_drawn() -> None:
    frames = list(simulated("seconds=3&fps=10").frames())
    packets = [packet for frame in frames for packet in frame.packets]
    assert len(frames) == len(packets) == 30
    assert [index for index, packet in enumerate(packets) if packet.is_keyframe] == [0, 10, 20]
    decoder = av.CodecContext.create("h264", "r")
    decoder.extradata = packets[0].stream.extradata
    pictures = [picture for packet in packets for picture in decoder.decode(av.Packet(packet.data))]
    pictures += decoder.decode(None)
    shown = pictures[-1].to_ndarray(format="bgr24")
    assert np.abs(shown.astype(int) - frames[-1].image.astype(int)).mean() < 6
    assert frames[-1].pts_s == pytest.approx(2.9)


@pytest.mark.parametrize(
    ("query", "says"), [("sed=7", "unknown parameter 'sed'"), ("fps=many", "not a number"), ("width=4", "160..3840")]
)
def test_a_wrong_parameter_is_named(query: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Parameters.parse(f"sim:street?{query}")


def test_the_built_in_detector_finds_most_of_those_who_walk_and_its_events_are_true() -> None:
    source = simulated("seconds=25&people=2&vehicles=1.5&seed=5&stall=-1")
    truths = [truth for _, truth in ((frame, source.truth) for frame in source.frames())]
    found = total = 0

    def watch(_: object, __: object, frame: Frame, tracks: Sequence[Track]) -> None:
        nonlocal found, total
        if frame.pts_s < 3:
            return
        for figure in truths[frame.index]:
            total += 1
            found += any(overlap(figure.box, track.box) >= 0.4 for track in tracks)

    camera = default_camera("street", "sim:street?seconds=25&people=2&vehicles=1.5&seed=5&stall=-1", start_at=BEGIN)
    summary, events = analyze([camera], lambda: registry.load("builtin"), DrivenClock(), watch=watch)
    assert found / total > 0.6
    assert summary.events
    assert all(event.data.started_at >= BEGIN for event in events)
