"""Every rule that asks for a while: seconds of the stream at any frame rate, gaps, blips, and ids that change."""

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from contract.event import ModelRef, Phase
from contract.kinds import KINDS
from edge.event import Events
from edge.rules.table import Rules
from edge.settings import CameraSettings
from edge.values import Change, Track
from tests.edge.rules.scenes import LATE_S, SCENES, settings
from tests.support.walk import asked, camera, frame, rule_of, times

RATES = (2.5, 5.0, 10.0, 30.0)
INSTANT = {"line_crossing", "wrong_way", "racing", "speeding"}
"""Kinds about something that happens, not about something that lasts."""


def stamps(rate: float | None, seconds: float, seed: int = 7) -> Iterator[float]:
    """Frames at a steady rate, or (None) at steps that vary between 1/30 and 0.4 s."""
    if rate is not None:
        yield from times(0, seconds, rate)
        return
    chance, at_s = random.Random(seed), 0.0
    while at_s < seconds:
        yield at_s
        at_s += chance.choice((1 / 30, 0.04, 0.08, 0.1, 0.4))


def told(settings: CameraSettings, story: Iterable[tuple[float, Sequence[Track]]]) -> list[Change]:
    """What becomes of a story: its rules' hits, and their events."""
    rules, events = (
        Rules(settings, ZoneInfo("Asia/Ho_Chi_Minh")),
        Events(settings, source="a", model=ModelRef(name="m")),
    )
    return [
        change for at_s, tracks in story for change in events.update(frame(at_s), rules.update(frame(at_s), tracks))
    ]


def test_every_kind_that_lasts_has_a_scene() -> None:
    assert set(SCENES) == set(KINDS) - INSTANT


@pytest.mark.parametrize("rate", [*RATES, None])
@pytest.mark.parametrize("kind", SCENES)
def test_it_fires_when_its_seconds_have_passed_whatever_the_rate(kind: str, rate: float | None) -> None:
    story = ((at, SCENES[kind](at)) for at in stamps(rate, 15))
    changes = told(camera(**settings(kind)), story)
    assert changes[0].data.phase is Phase.OPENED
    late_s = LATE_S.get(kind, 0.0)
    assert 10.0 - 1e-6 <= changes[0].now_s <= 10.5 + late_s
    assert len({change.data.event_id for change in changes}) == 1


@pytest.mark.parametrize("seed", range(5))
def test_loitering_of_ten_seconds_fires_at_ten_at_a_rate_that_varies(seed: int) -> None:
    changes = told(camera(**settings("loitering")), ((at, SCENES["loitering"](at)) for at in stamps(None, 15, seed)))
    assert changes[0].now_s == pytest.approx(10.0, abs=0.5)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("grace_s", [2.0, 5.0, 20.0])
def test_two_visits_of_two_seconds_with_eighteen_between_never_fire(rate: float, grace_s: float) -> None:
    story = ((at, SCENES["loitering"](at) if at <= 2 or 20 <= at <= 22 else []) for at in times(0, 60, rate))
    assert told(camera(**settings("loitering", grace_s=grace_s)), story) == []


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("apart_s", [0.8, 1.6, 4.0])
@pytest.mark.parametrize("dwell_s", [1.0, 3.0])
@pytest.mark.parametrize("kind", SCENES)
def test_three_single_frame_blips_never_open_an_event(kind: str, dwell_s: float, apart_s: float, rate: float) -> None:
    """Within the grace they would bridge the dwell, were it not for what was seen of it."""
    blips = [round(number * apart_s * rate) for number in range(3)]
    story = ((at, SCENES[kind](at) if index in blips else []) for index, at in enumerate(times(0, 12, rate)))
    assert told(camera(**settings(kind, dwell_s=dwell_s, grace_s=2.0)), story) == []


@pytest.mark.parametrize("kind", [kind for kind in SCENES if kind != "fight"])
def test_one_id_switch_and_one_gap_within_the_grace_do_not_reset_it(kind: str) -> None:
    def seen(at: float) -> list[Track]:
        if 4.0 <= at < 5.0:
            return []
        tracks = SCENES[kind](at)
        return tracks if at < 4.0 else [replace(one, id=one.id + 100, first_s=5.0) for one in tracks]

    (opened, *_) = told(camera(**settings(kind, grace_s=4.0)), ((at, seen(at)) for at in times(0, 15)))
    assert opened.now_s == pytest.approx(10.0 + LATE_S.get(kind, 0.0), abs=0.5)


def test_a_fight_survives_the_switch_of_one_id() -> None:
    def seen(at: float) -> list[Track]:
        one, other = SCENES["fight"](at)
        return [one, other if at < 4.0 else replace(other, id=9, first_s=4.0)]

    (opened, *_) = told(camera(**settings("fight")), ((at, seen(at)) for at in times(0, 15)))
    assert opened.now_s == pytest.approx(11.0, abs=0.5)


@pytest.mark.parametrize("kind", SCENES)
def test_what_opens_is_closed_after_it_is_over(kind: str) -> None:
    story = ((at, SCENES[kind](at) if at < 14 else []) for at in times(0, 25))
    phases = [change.data.phase for change in told(camera(**settings(kind)), story)]
    assert (phases[0], phases[-1]) == (Phase.OPENED, Phase.CLOSED)
    assert phases.count(Phase.OPENED) == phases.count(Phase.CLOSED) == 1


@pytest.mark.parametrize("kind", SCENES)
def test_while_nobody_asks_seconds_neither_count_nor_are_a_gap(kind: str) -> None:
    """The guard is up from 4 to 9 s, longer than the grace; the scene goes on meanwhile."""
    rules = Rules(camera(**settings(kind)), ZoneInfo("Asia/Ho_Chi_Minh"))
    fired = [at for at in times(0, 22) if rules.update(frame(at), SCENES[kind](at), guarded=4.0 <= at < 9.0)]
    assert 15.0 - 0.11 <= fired[0] <= 15.5 + 2 * LATE_S.get(kind, 0.0)


def test_once_ripe_a_stay_is_ripe_however_badly_it_is_seen_from_then_on() -> None:
    rule = rule_of(camera(**settings("loitering", dwell_s=4.0)))
    full = [(at, SCENES["loitering"](at)) for at in times(0, 5)]
    sparse = [(at, SCENES["loitering"](at) if index % 15 == 0 else []) for index, at in enumerate(times(5, 40))]
    late = [at for at, _ in asked(rule, itertools.chain(full, sparse)) if at > 30]
    assert late
