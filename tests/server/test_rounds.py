"""Work that is done again and again: a round that fails is told, and the next one is taken."""

import threading

import pytest
from sqlalchemy.exc import OperationalError

from server.rounds import Rounds
from tests.support.process import wait_until


@pytest.mark.logs_errors
@pytest.mark.parametrize(
    ("fault", "told"),
    [(ValueError("ours"), "round_failed"), (OperationalError("SELECT 1", {}, Exception("gone")), "round_put_off")],
)
def test_a_round_that_fails_is_told_and_the_next_is_taken(
    fault: Exception, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[int] = []

    def work() -> None:
        done.append(len(done))
        if len(done) == 1:
            raise fault

    rounds = Rounds(work, name="sweeper", every_s=0.01)
    rounds.start()
    wait_until(lambda: len(done) >= 3, "rounds after the one that failed")
    rounds.stop()
    assert [(record.message, record.__dict__["work"]) for record in caplog.records] == [(told, "sweeper")]
    ended = len(done)
    assert not threading.Event().wait(0.1)
    assert len(done) == ended, "none after the stop"


def test_a_stop_ends_the_wait_and_is_known_to_a_long_round() -> None:
    begun, ended = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        wait_until(lambda: rounds.is_stopping, "the stop")
        ended.set()

    rounds = Rounds(work, name="settler", every_s=3600.0)
    rounds.start()
    assert begun.wait(5)
    rounds.stop()
    assert ended.is_set()


def test_what_never_began_may_be_stopped() -> None:
    Rounds(lambda: None, name="sweeper", every_s=1.0).stop()
