"""Edges: tokens, heartbeats and statuses in whatever order, and messages that never came."""

from datetime import timedelta

import pytest

from contract.health import CameraState
from server.store import edges
from server.tables import CameraRow, EdgeRow, SequenceGap
from tests.support.intake import Intake, heard
from tests.support.messages import BEGIN, EDGE, SITE, Story, camera_health, heartbeat, status


def tell(intake: Intake, *sequences: int) -> list[tuple[int, int]]:
    """One batch of events with these sequence numbers; the spans asked for again."""
    return intake.take(*(Story(number=number).tell(sequence=number) for number in sequences)).resend


def missing(intake: Intake) -> list[int]:
    """The numbers that are shown as never come."""
    return sorted(row.number for row in intake.rows(SequenceGap))


def test_a_new_token_ends_the_old_one_and_only_its_hash_is_kept(intake: Intake) -> None:
    new = intake.register(SITE, EDGE)
    with intake.database.read() as session:
        assert edges.by_token(session, intake.token) is None
        found = edges.by_token(session, new)
    assert found is not None
    assert found.name == EDGE
    assert new not in str(vars(intake.rows(EdgeRow)[0]))
    assert len(intake.rows(EdgeRow)) == 1


def test_a_gap_is_noticed_asked_for_and_closed_when_it_comes(intake: Intake) -> None:
    assert tell(intake, 1, 2) == []
    assert tell(intake, 5, 9) == [(3, 4), (6, 8)]
    assert missing(intake) == [3, 4, 6, 7, 8]
    assert tell(intake, 7, 3, 4) == []
    assert missing(intake) == [6, 8]


def test_a_gap_is_asked_for_once(intake: Intake) -> None:
    tell(intake, 1, 3)
    assert tell(intake, 4) == []


def test_a_batch_in_any_order_has_no_gap(intake: Intake) -> None:
    assert tell(intake, 3, 1, 2) == []
    assert missing(intake) == []


def test_the_messages_before_the_first_one_heard_are_missing_too(intake: Intake) -> None:
    assert tell(intake, 3) == [(1, 2)]


def test_a_huge_jump_fills_no_table(intake: Intake) -> None:
    tell(intake, 1)
    assert tell(intake, 10**15) == [(10**15 - edges.LONGEST_GAP, 10**15 - 1)]
    assert len(intake.rows(SequenceGap)) == edges.LONGEST_GAP


def test_jumps_again_and_again_fill_no_table(intake: Intake) -> None:
    for jump in range(1, 6):
        tell(intake, jump * 10_000)
    assert len(intake.rows(SequenceGap)) == edges.LONGEST_GAP
    assert missing(intake)[-1] == 49_999, "the latest are kept"


@pytest.mark.parametrize("session", [1, 2])
def test_an_edge_whose_journal_was_lost_counts_from_one_again(intake: Intake, session: int) -> None:
    intake.take(heartbeat(session=2))
    tell(intake, 98, 100)
    intake.clock.wait(60)
    tell(intake, 1, 2)  # before its heartbeat
    intake.clock.wait(5)
    intake.take(heartbeat(session=session, started_at=BEGIN + timedelta(hours=1)))
    assert missing(intake) == [], "what the lost journal held can never come"
    assert tell(intake, 3, 5) == [(4, 4)], "a gap of the new journal is noticed, and nothing else"
    assert intake.rows(EdgeRow)[0].sequence == 5


def test_a_restart_keeps_the_numbers(intake: Intake) -> None:
    tell(intake, 1, 3)
    intake.take(heartbeat(session=2, started_at=BEGIN + timedelta(hours=1)))
    assert missing(intake) == [2]
    assert tell(intake, 5) == [(4, 4)]


def test_a_number_that_no_receipt_can_name_is_not_counted(intake: Intake) -> None:
    assert tell(intake, 10**17) == []
    assert intake.rows(EdgeRow)[0].sequence == 0


def test_a_refused_message_has_come(intake: Intake) -> None:
    tell(intake, 1)
    intake.take(Story(number=2, camera="khong-biet").tell(sequence=2))
    assert tell(intake, 3) == []
    assert missing(intake) == []


def test_the_last_will_of_an_earlier_session_changes_nothing(intake: Intake) -> None:
    intake.take(status("online", session=5))
    intake.take(status("offline", session=4))
    assert intake.rows(EdgeRow)[0].status == "online"
    intake.take(status("offline", session=5))
    assert intake.rows(EdgeRow)[0].status == "offline"


def test_cameras_of_an_edge_that_is_gone_are_silent_at_once(intake: Intake) -> None:
    intake.take(status("online"))
    before = intake.live.latest_id
    intake.take(status("offline"))
    (message,) = heard(intake.live, before)
    assert (message.kind, message.fields["state"]) == ("camera", "silent")


def test_a_heartbeat_of_an_earlier_session_changes_nothing(intake: Intake) -> None:
    later = BEGIN + timedelta(hours=1)
    intake.take(heartbeat(camera_health(up_s=5), session=7, started_at=later))
    intake.take(heartbeat(camera_health(up_s=900, state=CameraState.OFFLINE), session=6))
    (edge,), (camera,) = intake.rows(EdgeRow), intake.rows(CameraRow)
    assert (edge.session, camera.session, camera.state, camera.up_s) == (7, 7, "online", 5.0)


def test_a_box_that_was_set_up_anew_is_believed(intake: Intake) -> None:
    intake.take(heartbeat(session=7))
    intake.take(heartbeat(camera_health(up_s=1), session=1, started_at=BEGIN + timedelta(days=1)))
    assert intake.rows(EdgeRow)[0].session == 1


def test_an_edge_that_only_starts_again_goes_on_counting(intake: Intake) -> None:
    """Its status ("online", session 8) is there before its first heartbeat of that session."""
    intake.take(heartbeat(session=7))
    tell(intake, 1, 2, 3)
    intake.take(status("online", session=8))
    intake.take(heartbeat(session=8, started_at=BEGIN + timedelta(days=1)))
    assert tell(intake, 4) == []
    assert missing(intake) == []
    assert intake.rows(EdgeRow)[0].sequence == 4


def test_the_latest_heartbeat_is_kept_whole(intake: Intake) -> None:
    (edge,) = intake.rows(EdgeRow)
    assert edge.heartbeat_at == intake.clock.now()
    assert edge.health is not None
    assert edge.health["disk_free_bytes"] == 1 << 40
