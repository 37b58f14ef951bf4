"""What is left behind: told in tracks. The thing stands at the zone's middle; a person is 0.2 of the picture tall, and
the test picture is 160 by 90, so that 0.1125 of its width is one height."""

from collections.abc import Callable
from typing import Any

import pytest

from contract.kinds import OBJECT
from edge.settings import RuleSettings
from edge.values import Hit, Track
from tests.support.walk import asked, camera, rule_of, times, track

BAG, HEIGHT = (0.25, 0.6), 0.1125
"""Where its foot is; columns of one person's height."""


def bag(at: float, *, number: int = 1_000_000_000, first_s: float = 2.0, class_name: str = OBJECT) -> Track:
    return track(BAG, at, number=number, class_name=class_name, size=(0.04, 0.06), first_s=first_s)


def man(at: float, heights: float, *, number: int = 1) -> Track:
    """Somebody so many of his heights to the right of the thing's foot."""
    return track((BAG[0] + 0.02 + heights * HEIGHT, BAG[1]), at, number=number)


def story(seconds: float, *parts: Callable[[float], list[Track]]) -> list[tuple[float, list[Track]]]:
    return [(at, [one for part in parts for one in part(at)]) for at in times(0, seconds)]


def stands(at: float) -> list[Track]:
    """The bag, put down at 2 s and found at 5 s."""
    return [bag(at)] if at >= 5 else []


def asked_for(seconds: float, *parts: Callable[[float], list[Track]], **rule: Any) -> list[tuple[float, Hit]]:
    wanted: dict[str, Any] = {"kind": "object_left", "dwell_s": 10.0, "cool_s": 0.0} | rule
    settings = camera(**wanted)
    return asked(rule_of(settings), story(seconds, *parts))


def test_the_dwell_begins_when_its_owner_has_gone() -> None:
    def owner(at: float) -> list[Track]:
        return [man(at, 0.5 if at < 20 else 0.5 + (at - 20))] if at < 25 else []

    hits = asked_for(40, owner, stands)
    gone_s = 20 + 1.8 - 0.5
    assert hits[0][0] == pytest.approx(gone_s + 10, abs=0.3)
    assert hits[0][1].since_s == pytest.approx(gone_s, abs=0.2)
    assert {hit.subject for _, hit in hits} == {1_000_000_000}
    assert hits[-1][0] == pytest.approx(39.9), "it is told until it is taken away"


@pytest.mark.parametrize(
    ("owner", "opens_s", "reason"),
    [
        (lambda _: [], 12.0, "nobody put it down: it has stood since then"),
        (lambda at: [man(at, 0.5)] if at < 8 else [], 18.0, "his track ends beside it: since he was last seen"),
        (lambda at: [man(at, 3.0)], 12.0, "who only stands about is not its owner"),
        (lambda at: [man(at, 0.5)], None, "he stays with it"),
        (lambda at: [man(at, 0.5 if at < 8 or at > 15 else 3.0)], None, "he comes back in time"),
        (lambda at: [man(at, 0.5, number=1 if at < 8 else 7)], None, "the tracker renames him"),
        (
            lambda at: [man(at, 0.5)] if at < 8 else [man(at, 0.8, number=9)] if at > 9 else [],
            None,
            "it finds him again where it lost him",
        ),
        (
            lambda at: [man(at, 0.5)] if at < 8 else [man(at, 0.8, number=9)] if at > 13 else [],
            None,
            "who crouches over it is no person for a while",
        ),
        (
            lambda at: [man(at, 0.5)] if at < 8 else [man(at, 0.8, number=9)] if at > 15 else [],
            18.0,
            "who begins there much later is not he",
        ),
        (
            lambda at: (
                ([man(at, 0.5)] if at < 8 else [man(at, 4.0)] if at < 8.3 else [])
                + ([man(at, 0.6, number=9)] if at > 8.5 else [])
            ),
            None,
            "the tracker's last look at him was a bad one",
        ),
        (
            lambda at: ([man(at, 0.5)] if at < 8 else []) + ([man(at, 1.0, number=9)] if at > 6 else []),
            18.0,
            "somebody who was beside him is not he",
        ),
        (
            lambda at: ([man(at, 0.5)] if at < 8 else []) + ([man(at, 12 - at, number=9)] if at > 10 else []),
            18.0,
            "who passes by later is not he",
        ),
    ],
)
def test_who_its_owner_is(owner: Callable[[float], list[Track]], opens_s: float | None, reason: str) -> None:
    hits = asked_for(30, owner, stands)
    if opens_s is None:
        assert hits == [], reason
    else:
        assert hits[0][0] == pytest.approx(opens_s, abs=0.4), reason


def test_a_bag_that_is_found_only_when_its_owner_has_gone_has_stood_alone_since_then() -> None:
    def found_late(at: float) -> list[Track]:
        return [bag(at)] if at >= 21 else []

    hits = asked_for(40, found_late, lambda at: [man(at, 0.5)] if at < 18 else [man(at, 6.0)])
    assert hits[0][0] == pytest.approx(28.0, abs=0.6)


@pytest.mark.parametrize("dwell_s", [0.0, 5.0, 120.0])
def test_the_dwell_is_the_rules(dwell_s: float) -> None:
    hits = asked_for(140, stands, dwell_s=dwell_s)
    assert hits[0][0] == pytest.approx(max(5.0, 2.0 + dwell_s), abs=0.2)


def test_a_thing_that_is_renamed_or_named_otherwise_is_told_once() -> None:
    def blinks(at: float) -> list[Track]:
        if at < 16:
            return [bag(at)]
        if at < 18:
            return [bag(at, number=5, class_name="suitcase", first_s=16.0)]
        return [bag(at, number=1_000_000_004, first_s=17.0)]

    hits = asked_for(30, blinks)
    assert {hit.subject for _, hit in hits} == {1_000_000_000}
    assert hits[0][0] == pytest.approx(12.0, abs=0.2)


def test_both_names_of_one_thing_are_one_thing() -> None:
    hits = asked_for(20, stands, lambda at: [bag(at, number=5, class_name="suitcase", first_s=6.0)] if at > 6 else [])
    assert {hit.subject for _, hit in hits} == {1_000_000_000}
    assert {len(hit.tracks) for _, hit in hits} == {1}


def test_what_was_told_and_hidden_until_its_event_closed_is_not_told_again() -> None:
    hits = asked_for(60, lambda at: [bag(at)] if at < 20 or at > 40 else [])
    assert hits[-1][0] < 20.0


def test_a_gap_longer_than_the_grace_begins_the_dwell_anew() -> None:
    def hidden(begin_s: float, end_s: float) -> list[tuple[float, Hit]]:
        return asked_for(30, lambda at: [] if at < 5 or begin_s <= at < end_s else [bag(at)], grace_s=2.0)

    assert hidden(8, 9.5)[0][0] == pytest.approx(12.0, abs=0.2)
    assert hidden(8, 13)[0][0] == pytest.approx(23.0, abs=0.2)


def test_two_things_are_told_each_and_what_lies_outside_the_zone_is_not() -> None:
    def others(at: float) -> list[Track]:
        return [
            track((x, 0.9), at, number=number, class_name=OBJECT, size=(0.04, 0.06), first_s=3.0)
            for x, number in ((0.1, 1_000_000_001), (0.8, 1_000_000_002))
        ]

    hits = asked_for(20, stands, others)
    assert {hit.subject for _, hit in hits} == {1_000_000_000, 1_000_000_001}


def test_a_suitcase_that_is_pulled_along_is_not_left() -> None:
    def pulled(at: float) -> list[Track]:
        x = 0.05 + 0.01 * at
        return [
            track((x, 0.6), at, number=5, class_name="suitcase", size=(0.04, 0.06)),
            man(at, 0.3 + (x - 0.25) / HEIGHT),
        ]

    assert not asked_for(35, pulled)


def test_the_defaults_are_the_wards() -> None:
    rule = RuleSettings(name="rac", kind="object_left", zone="left")
    assert (rule.dwell_s, rule.cool_s, rule.severity, rule.mode) == (120.0, 1800.0, "low", "active")
    assert OBJECT in rule.classes
    assert "suitcase" in rule.classes
    assert RuleSettings(name="rac", kind="object_left", zone="left", dwell_s=30).dwell_s == 30.0


@pytest.mark.parametrize(
    ("x", "is_told", "reason"),
    [
        (0.035, True, "who is lost at the picture's edge has gone out: who comes in there later is another"),
        (0.25, False, "nobody vanishes from the middle"),
    ],
)
def test_who_goes_out_of_the_picture_is_not_who_comes_in_later(x: float, is_told: bool, reason: str) -> None:
    def thing(at: float) -> list[Track]:
        found = track((x + 0.02, 0.6), at, number=1_000_000_000, class_name=OBJECT, size=(0.04, 0.06), first_s=2.0)
        return [found] if at >= 5 else []

    def people(at: float) -> list[Track]:
        return [] if 8 <= at < 13 else [track((x, 0.6), at, number=1 if at < 8 else 9)]

    assert bool(asked_for(22, thing, people)) is is_told, reason
