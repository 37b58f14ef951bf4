"""Weak detections add up where something moves, fade, and are held only while something moves there."""

from edge.values import NormBox
from edge.weigh import HELD_S, Doubts, Weak

THERE: NormBox = (0.4, 0.4, 0.5, 0.7)
FAINT = Weak(THERE, 0, 0.3)


def believed(doubts: Doubts, at_s: float, weak: list[Weak], moving: list[NormBox]) -> bool:
    return bool(doubts.update(at_s, weak, moving))


def test_three_faint_looks_where_something_moves_are_believed() -> None:
    doubts = Doubts()
    assert [believed(doubts, at / 2, [FAINT], [THERE]) for at in range(4)] == [False, False, True, True]


def test_what_was_seen_while_nothing_moved_counts_for_nothing_once_something_does() -> None:
    doubts = Doubts()
    for at in range(20):
        assert not believed(doubts, at / 5, [FAINT], [])
    assert not believed(doubts, 4.0, [FAINT], [THERE]), "a poster past which somebody walks"


def test_faint_looks_far_apart_fade_before_they_add_up() -> None:
    doubts = Doubts()
    assert not any(believed(doubts, at * 9.0, [FAINT], [THERE]) for at in range(10))


def test_it_is_held_for_a_while_and_not_where_nothing_moves() -> None:
    doubts = Doubts()
    for at in range(4):
        believed(doubts, at / 2, [FAINT], [THERE])
    assert believed(doubts, 1.5 + HELD_S - 0.1, [], [THERE])
    assert not believed(doubts, 1.5 + HELD_S + 0.1, [], [THERE])
    for at in range(4):
        believed(doubts, 10 + at / 2, [FAINT], [THERE])
    assert not believed(doubts, 11.7, [], [])


def test_scores_that_never_reach_a_quarter_are_not_believed_however_many() -> None:
    doubts = Doubts()
    assert not any(believed(doubts, at / 5, [Weak(THERE, 0, 0.2)], [THERE]) for at in range(50))
