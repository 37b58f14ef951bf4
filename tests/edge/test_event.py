"""The life of an event, driven by frames."""

from datetime import timedelta

import pytest

from contract.event import Mode, ModelRef, Phase, Place, Status
from edge.event import Events, config_version, rule_version
from edge.settings import CameraSettings
from edge.values import Change, Hit
from tests.support.walk import BEGIN, camera, frame, rule_of, times, track

ZONE = Place(kind="zone", name="left")
MODEL = ModelRef(name="eye")


def events_of(settings: CameraSettings) -> Events:
    return Events(settings, source="anninh:phuong/khom/kho", model=MODEL)


def hit(at_s: float, *, since_s: float = 0.0, subject: int | None = None, score: float = 0.8, others: int = 0) -> Hit:
    tracks = [track((0.2, 0.6), at_s, number=number, score=score) for number in range(1, 2 + others)]
    dwell_s = {one.id: at_s - since_s for one in tracks}
    return Hit(rule="rule", place=ZONE, subject=subject, tracks=tuple(tracks), since_s=since_s, dwell_s=dwell_s)


def lived(events: Events, hits_until_s: float, end_s: float, since_s: float = 0.0) -> list[Change]:
    """The changes of a rule that holds until ``hits_until_s``, over frames up to ``end_s``."""
    return [
        change
        for at in times(since_s, end_s)
        for change in events.update(frame(at), [hit(at, since_s=since_s)] if at < hits_until_s else [])
    ]


def test_event_opens_at_the_first_hit_and_starts_when_the_condition_began() -> None:
    events = events_of(camera())
    [change] = events.update(frame(3.0), [hit(3.0, since_s=0.5)])
    assert change.data.phase is Phase.OPENED
    assert change.data.revision == 1
    assert change.data.started_at == BEGIN + timedelta(seconds=0.5)
    assert change.data.last_seen_at == BEGIN + timedelta(seconds=3)
    assert change.data.subjects[0].dwell_s == pytest.approx(2.5)
    assert (change.opened_s, change.now_s) == (0.5, 3.0)


def test_event_closes_after_the_track_leaves() -> None:
    opened, closed = lived(events_of(camera(close_s=5.0)), hits_until_s=4.0, end_s=12.0)
    assert closed.data.phase is Phase.CLOSED
    assert closed.data.ended_at == BEGIN + timedelta(seconds=3.9)
    assert closed.now_s == pytest.approx(9.0, abs=0.11)
    assert closed.data.event_id == opened.data.event_id
    assert {part.missing for part in closed.data.evidence} == {"not recorded"}


def test_a_gap_shorter_than_close_s_does_not_split_an_event() -> None:
    events = events_of(camera(close_s=5.0))
    phases = [
        change.data.phase
        for at in times(0, 20)
        for change in events.update(frame(at), [] if 3 <= at < 7 else [hit(at)])
    ]
    assert phases == [Phase.OPENED]


def test_after_closing_the_same_rule_and_place_stay_silent_for_the_cool_down() -> None:
    events = events_of(camera(close_s=1.0, cool_s=30.0))
    lived(events, hits_until_s=1.0, end_s=3.0)
    assert not any(events.update(frame(at), [hit(at, subject=2)]) for at in times(3.0, 31.0))
    [change] = events.update(frame(33.0), [hit(33.0, since_s=31.0)])
    assert change.data.phase is Phase.OPENED
    assert change.data.started_at == BEGIN + timedelta(seconds=31)


def test_no_cool_down_where_it_is_zero() -> None:
    events = events_of(camera(close_s=1.0, cool_s=0.0))
    lived(events, hits_until_s=1.0, end_s=3.0)
    assert events.update(frame(3.1), [hit(3.1, since_s=3.1)])


def test_two_subjects_of_one_rule_are_two_events() -> None:
    events = events_of(camera())
    changes = events.update(frame(1.0), [hit(1.0, subject=1), hit(1.0, subject=2)])
    assert len({change.data.event_id for change in changes}) == 2


def test_a_long_event_is_told_at_least_every_thirty_seconds() -> None:
    changes = lived(events_of(camera()), hits_until_s=100, end_s=100)
    told = [change.now_s for change in changes]
    assert [change.data.revision for change in changes] == [1, 2, 3, 4]
    assert told == pytest.approx([0.0, 30.0, 60.0, 90.0], abs=0.11)


def test_a_clearly_better_look_is_told_but_at_most_every_five_seconds() -> None:
    events = events_of(camera())
    scores = {0.0: 0.4, 1.0: 0.6, 6.0: 0.75, 7.0: 0.9}
    score, told = 0.0, []
    for at in times(0, 15):
        score = scores.get(round(at, 1), score)
        told += [
            (change.now_s, change.data.subjects[0].score) for change in events.update(frame(at), [hit(at, score=score)])
        ]
    assert [round(at) for at, _ in told] == [0, 5, 10]
    assert [best for _, best in told] == [0.4, 0.6, 0.9]


def test_somebody_who_joins_is_news() -> None:
    events = events_of(camera())
    events.update(frame(0.0), [hit(0.0)])
    [change] = events.update(frame(6.0), [hit(6.0, others=2)])
    assert change.data.phase is Phase.UPDATED
    assert {subject.track for subject in change.data.subjects} == {1, 2, 3}


def test_at_most_as_many_subjects_as_the_contract_takes() -> None:
    events = events_of(camera())
    events.update(frame(0.0), [hit(0.0)])
    for at in times(1, 12):
        tracks = tuple(track((0.2, 0.6), at, number=round(at * 10) * 10 + index) for index in range(10))
        crowd = Hit(rule="rule", place=ZONE, subject=None, tracks=tracks, since_s=0.0)
        events.update(frame(at), [crowd])
    [closed] = events.finish(12.0)
    assert len(closed.data.subjects) == 64


def test_finish_closes_what_is_open_at_its_last_hit() -> None:
    events = events_of(camera())
    lived(events, hits_until_s=4.0, end_s=5.0)
    [change] = events.finish(5.0)
    assert change.data.phase is Phase.CLOSED
    assert change.data.ended_at == BEGIN + timedelta(seconds=3.9)
    assert events.finish(5.0) == []


def test_a_clock_put_back_an_hour_does_not_end_the_worker_or_turn_the_event_round() -> None:
    events = events_of(camera(close_s=5.0))
    changes = []
    for at in times(0, 60):
        shown = frame(at)
        if at >= 20:
            shown.captured_at -= timedelta(hours=1)
        changes += events.update(shown, [hit(at)] if at < 50 else [])
    assert [change.data.phase for change in changes] == [Phase.OPENED, Phase.UPDATED, Phase.CLOSED]
    assert changes[-1].data.ended_at is not None
    lasted_s = (changes[-1].data.ended_at - changes[-1].data.started_at).total_seconds()
    assert lasted_s == pytest.approx(49.9, abs=0.2)
    told = [change.data.last_seen_at for change in changes]
    assert told == sorted(told)


def test_who_comes_back_within_the_grace_is_a_second_event_with_an_id_of_its_own() -> None:
    """A stay that outlives its event would give the next one the same beginning, so the same id: lost as a repeat."""
    settings = camera(dwell_s=1, grace_s=10.0, close_s=2.0, cool_s=0)
    rule, events = rule_of(settings), events_of(settings)
    changes = []
    for at in times(0, 60):
        here = [track((0.2, 0.6), at)] if at < 10 or 16 <= at < 30 else []
        changes += events.update(frame(at), rule.update(frame(at), here))
    opened = [change.data.event_id for change in changes if change.data.phase is Phase.OPENED]
    revisions = [(change.data.event_id, change.data.revision) for change in changes]
    assert len(opened) == len(set(opened)) == 2
    assert len(revisions) == len(set(revisions))


def test_a_change_says_who_is_there_at_its_moment() -> None:
    """Number 1 was there at the opening and is gone when number 2's better look is told; both took part."""
    events = events_of(camera())
    events.update(frame(0.0), [hit(0.0)])
    second = [track((0.3, 0.6), 6.0, number=2, score=0.95), track((0.1, 0.6), 6.0, number=3, seen_s=5.0)]
    [update] = events.update(
        frame(6.0), [Hit(rule="rule", place=ZONE, subject=None, tracks=tuple(second), since_s=0.0)]
    )
    assert {subject.track for subject in update.data.subjects} == {1, 2, 3}
    assert [subject.track for subject in update.shown] == [2]
    [closed] = [change for at in times(6.1, 20) for change in events.update(frame(at), [])]
    assert closed.shown == ()


def test_the_same_recording_gives_the_same_ids_and_another_camera_gives_others() -> None:
    def first(source: str) -> str:
        events = Events(camera(), source=source, model=MODEL)
        return str(events.update(frame(1.0), [hit(1.0)])[0].data.event_id)

    assert first("anninh:a/b/c") == first("anninh:a/b/c")
    assert first("anninh:a/b/c") != first("anninh:a/b/d")


def test_an_event_says_its_rule_mode_status_and_clock() -> None:
    settings = camera(mode="trial", severity="high")
    events = Events(settings, source="anninh:a/b/c", model=MODEL, status=Status.EXERCISE, basis="file")
    data = events.update(frame(0.0), [hit(0.0)])[0].data
    assert (data.rule.mode, data.status, data.severity.value, data.clock.basis) == (
        Mode.TRIAL,
        Status.EXERCISE,
        "high",
        "file",
    )


def test_versions_change_with_what_decides_and_never_with_the_source() -> None:
    one, other = camera(dwell_s=1.0), camera(dwell_s=2.0)
    assert rule_version(one, one.rules[0]) != rule_version(other, other.rules[0])
    assert config_version(one) != config_version(other)
    moved = one.model_copy(update={"source": "rtsp://user:secret@camera/1"})
    assert config_version(moved) == config_version(one)
    assert len(config_version(one)) == 16
