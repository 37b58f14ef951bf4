"""Whatever happens: stays, and the life of events."""

from collections import defaultdict
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from contract.event import ModelRef, Phase
from contract.kinds import KINDS
from edge.event import Events
from edge.rules.stay import COVER, Holding, Stays
from edge.rules.table import Rules
from edge.settings import CameraSettings, RuleSettings
from edge.values import Change
from tests.edge.rules.scenes import SCENES
from tests.support.walk import END, LEFT_HALF, MIDDLE, START, WHOLE, frame, plan, track

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

steps = st.lists(st.tuples(st.floats(0.02, 3.0), st.booleans()), min_size=1, max_size=60)
"""Seconds until the next frame, and whether somebody is there on it."""
TRACKS = st.builds(
    lambda number, kind, x, y, width, height: (number, kind, x, y, width, height),
    st.integers(1, 12),
    st.sampled_from(["person", "motorcycle", "car", "object", "bicycle"]),
    st.floats(0.1, 0.9),
    st.floats(0.4, 1.0),
    st.floats(0.02, 0.18),
    st.floats(0.02, 0.38),
)
ACTS = st.tuples(
    st.floats(0.2, 9.0),
    st.sampled_from([False] * 4 + [True]),
    st.sampled_from([None, *SCENES]),
    st.lists(TRACKS, max_size=3, unique_by=lambda one: one[0]),
    st.sampled_from([2.5, 5.0, 10.0]),
)
"""How long; whether the light changes at its beginning; a scene that makes a rule hold; what passes besides, under any
ids; the frame rate."""
STORIES = st.lists(ACTS, min_size=1, max_size=10)
Story = list[tuple[float, bool, str | None, list[tuple[int, str, float, float, float, float]], float]]


@given(steps, st.floats(0.0, 4.0), st.floats(0.1, 10.0))
def test_a_stay_has_lasted_only_if_it_was_seen_for_its_share_without_a_gap(
    story: list[tuple[float, bool]], grace_s: float, dwell_s: float
) -> None:
    """Read off the whole story at once: what the stay says when it says so for the first time."""
    stays, at_s, seen_s = Stays(grace_s), 0.0, []
    for step_s, is_there in story:
        at_s += step_s
        here = [track((0.2, 0.6), at_s)] if is_there else []
        if is_there:
            seen_s.append(at_s)
        for stay, _ in stays.update(at_s, here, here):
            if stay.has_lasted(at_s, dwell_s):
                since = [one for one in seen_s if one >= stay.since_s]
                gaps = [after - before for before, after in pairwise(since)]
                assert since[0] == stay.since_s
                assert at_s - stay.since_s >= dwell_s - 1e-5
                assert all(gap <= grace_s + 1e-6 for gap in gaps)
                return


@given(steps, st.floats(0.0, 4.0), st.floats(0.1, 10.0))
def test_a_condition_that_holds_on_every_frame_ripens_at_its_dwell(
    story: list[tuple[float, bool]], grace_s: float, dwell_s: float
) -> None:
    holding, at_s = Holding(grace_s), 0.0
    since_s: float | None = None
    before_s = float("-inf")
    for step_s, _ in story:
        at_s += step_s
        if since_s is None or at_s - before_s > grace_s:
            since_s = at_s
        before_s = at_s
        span = holding.update(at_s, at_s)
        assert span is not None
        assert span.since_s == since_s
        if abs(at_s - since_s - dwell_s) > 1e-5:
            assert span.has_lasted(at_s, dwell_s) is (at_s - since_s > dwell_s)


@given(steps, st.floats(0.5, 4.0))
def test_no_more_is_held_than_has_passed(story: list[tuple[float, bool]], grace_s: float) -> None:
    holding, at_s = Holding(grace_s), 0.0
    for step_s, holds in story:
        at_s += step_s
        span = holding.update(at_s, at_s if holds else None)
        assert (span is not None) is holds
        if span is not None:
            assert -1e-6 <= span.held_s <= at_s - span.since_s + 1e-6
            if span.has_lasted(at_s, 1.0) and at_s - span.since_s < 1.0 + step_s:
                assert span.held_s >= COVER * (at_s - span.since_s) - 1e-5


def everything() -> CameraSettings:
    """A camera that asks every question there is, of everybody, and is quick to answer."""
    places = {"zone": "whole", "line": "middle", "until_line": "end"}
    rules = []
    for kind, row in KINDS.items():
        where = {key: places[key] for key in row.places[-1]}
        quick = {"dwell_s": 2.0, "grace_s": 3.0, "close_s": 2.0, "cool_s": 3.0, "at_least": 2, "hours": None}
        rules.append(RuleSettings.model_validate({"name": kind, "kind": kind, **where, **quick}))
    return CameraSettings(
        name="kho",
        source="x",
        zones={"whole": WHOLE, "left": LEFT_HALF},
        lines={"middle": MIDDLE, "start": START, "end": END},
        calibration=plan(20.0, 30.0),
        rules=tuple(rules),
    )


CAMERA = everything()


def lived(story: Story) -> list[Change]:
    """The changes of a story, to its end."""
    rules, events = Rules(CAMERA, ZONE), Events(CAMERA, source="anninh:a/b/kho", model=ModelRef(name="m"))
    changes, at_s = [], 0.0
    for seconds, light, scene, passers, fps in story:
        begin_s = at_s
        while at_s < begin_s + seconds:
            guarded = light and at_s < begin_s + 3.0
            tracks = {one.id: one for one in (SCENES[scene](at_s) if scene else [])}
            for n, kind, x, y, w, h in passers:
                step = 0.02 * (at_s - begin_s)
                tracks[n] = track(
                    (min(0.9, x + step), y), at_s, number=n, class_name=kind, size=(w, h), first_s=begin_s
                )
            hits = rules.update(frame(at_s), list(tracks.values()), guarded=guarded)
            changes += events.update(frame(at_s), hits, guarded=guarded)
            at_s += 1 / fps
    return changes + events.finish(at_s)


@settings(deadline=None, max_examples=40)
@given(STORIES)
def test_every_event_that_opens_ends_once_with_growing_revisions_and_times_in_order(
    story: Story,
) -> None:
    lives: dict[str, list[Change]] = defaultdict(list)
    for change in lived(story):
        lives[str(change.data.event_id)].append(change)
    for life in lives.values():
        phases = [change.data.phase for change in life]
        assert phases[0] is Phase.OPENED
        assert phases[-1] in (Phase.CLOSED, Phase.CANCELLED)
        assert all(phase is Phase.UPDATED for phase in phases[1:-1])
        assert [change.data.revision for change in life] == list(range(1, len(life) + 1))
        assert len({change.data.started_at for change in life}) == 1
        told = [change.data.last_seen_at for change in life]
        assert told == sorted(told)
        assert life[0].data.started_at <= told[0]
        assert [change.now_s for change in life] == sorted(change.now_s for change in life)
        last = life[-1].data
        assert (last.ended_at is not None) is (last.phase is Phase.CLOSED)
        assert last.ended_at is None or last.started_at <= last.ended_at


@settings(deadline=None, max_examples=40)
@given(STORIES)
def test_the_same_story_gives_the_same_events(
    story: Story,
) -> None:
    assert [change.data for change in lived(story)] == [change.data for change in lived(story)]
