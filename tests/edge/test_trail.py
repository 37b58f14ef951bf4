"""Where subjects were, in few enough points for a message."""

from datetime import UTC, datetime

import pytest

from contract import codec
from contract.event import Event, ModelRef, Place, message_id
from edge.event import Events
from edge.trail import MOST_STEPS, Trail
from edge.values import Hit
from tests.support.walk import camera, frame, times, track

ZONE = Place(kind="zone", name="left")


def walker(at_s: float, number: int = 1) -> Hit:
    """Somebody goes from left to right in a hundred seconds."""
    one = track((0.1 + at_s / 200, 0.6), at_s, number=number)
    return Hit(rule="rule", place=ZONE, subject=None, tracks=(one,), since_s=0.0, dwell_s={number: at_s})


def test_a_closed_event_tells_where_its_subject_was_and_when() -> None:
    events = Events(camera(), source="anninh:phuong/khom/kho", model=ModelRef(name="eye"))
    changes = [change for at in times(1.0, 20.0) for change in events.update(frame(at), [walker(at)] if at < 9 else [])]
    (subject,) = changes[-1].data.subjects
    assert subject.path[0][0] == pytest.approx(1000, abs=1)
    assert subject.path[-1][0] == pytest.approx(8900, abs=250)
    assert [at for at, *_ in subject.path] == sorted({at for at, *_ in subject.path})
    at_ms, x1, _y1, x2, _y2, score = subject.path[10]
    assert (x1 + x2) / 2 == pytest.approx(0.1 + at_ms / 1000 / 200, abs=0.001)
    assert score == pytest.approx(0.8)


def test_a_stay_of_hours_keeps_its_beginning_and_its_end_in_few_points() -> None:
    trail = Trail()
    for second in range(4 * 3600):
        trail.add(track((0.5, 0.5), float(second)), float(second), 0.0)
    told = trail.told()
    assert MOST_STEPS // 2 <= len(told) <= MOST_STEPS
    assert told[0][0] == 0
    assert told[-1][0] > 0.9 * 4 * 3600 * 1000
    assert len(trail.told(8)) <= 8


def test_one_look_is_no_path() -> None:
    trail = Trail()
    trail.add(track((0.5, 0.5), 1.0), 1.0, 0.0)
    assert trail.told() == ()


def test_a_crowd_of_many_paths_still_fits_a_message() -> None:
    events = Events(camera(), source="anninh:phuong/khom/kho", model=ModelRef(name="eye"))
    changes = []
    for at in times(0.0, 40.0):
        tracks = tuple(track((0.1 + at / 100 + number / 1000, 0.6), at, number=number) for number in range(70))
        crowd = Hit(rule="rule", place=ZONE, subject=None, tracks=tracks, since_s=0.0, dwell_s={})
        changes += events.update(frame(at), [crowd])
    data = events.finish(40.0)[0].data
    assert len(data.subjects) == 64
    assert sum(len(one.path) for one in data.subjects) > 400
    event = Event(
        id=message_id(data.event_id, data.revision),
        source="anninh:phuong/khom/kho",
        time=datetime(2026, 3, 2, tzinfo=UTC),
        sequence="1",
        data=data,
    )
    assert len(codec.encode(event)) < codec.MAX_BYTES // 2
