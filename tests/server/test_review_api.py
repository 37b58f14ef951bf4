"""What the review asks of the server beyond verdicts: what lies around, look-alikes, what waits too long."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from contract.event import Severity
from contract.health import CameraState
from server.schemas import GapOut
from server.store.around import merged
from server.tables import AuditRow, VerdictRow
from server.urgency import OVERDUE_AFTER, is_overdue
from tests.support.office import NOON, decide
from tests.support.site import Scene, Ward, open_ward


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    with open_ward(tmp_path) as found:
        found.hear({"kho-sau": CameraState.ONLINE, "cong-truong": CameraState.ONLINE})
        yield found


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def alarms(ward: Ward, *ages_min: float) -> list[str]:
    """Alerts of one rule and place, far enough apart to be incidents of their own; oldest first."""
    ward.see(*(Scene(at=NOON - minutes(age), lasts_s=5.0) for age in ages_min))
    return list(reversed(ward.waiting()))


def test_around_an_incident_are_the_same_camera_s_events_and_no_other_s(ward: Ward) -> None:
    ward.see(
        Scene(at=NOON - minutes(60), rule="truoc", lasts_s=60.0),  # too early
        Scene(at=NOON - minutes(38), rule="truoc", lasts_s=60.0),
        Scene(at=NOON - minutes(30), rule="nay", lasts_s=60.0),
        Scene(at=NOON - minutes(25), rule="khac", camera="cong-truong"),
        Scene(at=NOON - minutes(21), rule="sau", lasts_s=60.0),
        Scene(at=NOON - minutes(15), rule="sau", lasts_s=60.0),  # too late
    )
    desk = ward.office.desk("tran.b", "officer")
    code = next(one["code"] for one in desk.get("/api/v1/review").json() if one["rule_name"] == "nay")
    found = desk.get(f"/api/v1/review/{code}/around").json()
    assert found["started_at"] == "2026-03-02T04:20:00Z"
    assert found["ended_at"] == "2026-03-02T04:41:00Z"
    assert [bar["started_at"][11:16] for bar in found["bars"]] == ["04:22", "04:30", "04:39"]
    assert code in [bar["code"] for bar in found["bars"]]


def test_an_outage_is_a_gap_and_not_a_bar(ward: Ward) -> None:
    ward.see(
        Scene(at=NOON - minutes(35), kind="camera_offline", rule="camera-offline", place="kho-sau", lasts_s=180.0),
        Scene(at=NOON - minutes(30), lasts_s=60.0),
    )
    desk = ward.office.desk("tran.b", "officer")
    code = next(one["code"] for one in desk.get("/api/v1/review").json() if one["rule_kind"] == "intrusion")
    found = desk.get(f"/api/v1/review/{code}/around").json()
    assert len(found["bars"]) == 1
    (gap,) = found["gaps"]
    assert (gap["kind"], gap["started_at"][11:19], gap["ended_at"][11:19]) == ("offline", "04:25:00", "04:28:00")


def test_an_edge_that_fell_silent_is_a_gap_up_to_now(ward: Ward) -> None:
    (code,) = alarms(ward, 2)
    ward.office.clock.turn(minutes=5)
    found = ward.office.desk("tran.b", "officer").get(f"/api/v1/review/{code}/around").json()
    (gap,) = found["gaps"]
    assert (gap["kind"], gap["started_at"][11:19], gap["ended_at"][11:19]) == ("silent", "05:00:00", "05:05:00")


def test_gaps_never_lie_over_one_another_and_end_with_the_span() -> None:
    def gap(kind: str, begin: float, end: float) -> GapOut:
        return GapOut.model_validate(
            {"kind": kind, "started_at": NOON + minutes(begin), "ended_at": NOON + minutes(end)}
        )

    found = merged(
        [gap("silent", -60, 60), gap("offline", 5, 10), gap("offline", 8, 12), gap("silent", 200, 300)],
        NOON,
        NOON + minutes(20),
    )
    spans = [(one.kind, (one.started_at - NOON) / minutes(1), (one.ended_at - NOON) / minutes(1)) for one in found]
    assert spans == [("silent", 0, 5), ("offline", 5, 10), ("offline", 10, 12), ("silent", 12, 20)]


def test_look_alikes_are_of_the_same_camera_rule_and_place_and_nobody_s(ward: Ward) -> None:
    codes = alarms(ward, 300, 240, 180, 120)
    ward.see(Scene(at=NOON - minutes(90), rule="khac"), Scene(at=NOON - minutes(80), camera="cong-truong"))
    desk, colleague = ward.office.desk("tran.b", "officer"), ward.office.desk("le.c", "officer")
    decide(desk, codes[0], "dismiss", reason="light").raise_for_status()
    decide(colleague, codes[1], "claim").raise_for_status()
    found = desk.get(f"/api/v1/review/{codes[0]}/alike").json()
    assert [one["code"] for one in found] == [codes[3], codes[2]]
    assert desk.get("/api/v1/review/AN-1999-000001/alike").status_code == 404


def test_what_it_may_be_part_of_is_near_in_time_and_place_and_may_take_it(ward: Ward) -> None:
    units = {"kho-sau": "Khóm 4", "cong-truong": "Khóm 4", "cho": "Khóm 1"}
    ward.hear(dict.fromkeys(units, CameraState.ONLINE), units=units)

    def at(number: float, **more: Any) -> str:
        """The code of what was seen so many minutes before noon."""
        before = set(ward.waiting())
        ward.see(Scene(at=NOON - minutes(number), rule=f"luat-{number:g}", lasts_s=60, **more))
        (code,) = set(ward.waiting()) - before
        return code

    row = at(100)
    near = [at(95), at(110, camera="cong-truong"), at(122), at(70), at(41, camera="cong-truong"), at(159)]
    at(38)  # more than an hour after its end
    at(162)  # more than an hour before its beginning
    at(101, camera="cho")
    dismissed = at(102)
    drill = at(103, mode="trial")
    desk = ward.office.desk("tran.b", "officer")
    decide(desk, dismissed, "dismiss", reason="light").raise_for_status()

    def found(code: str) -> list[str]:
        return [each["code"] for each in desk.get(f"/api/v1/review/{code}/candidates").json()]

    assert found(row) == near[:5]
    assert drill not in found(row)
    assert found(drill) == [], "a drill is no part of a real incident"
    decide(desk, row, "confirm").raise_for_status()
    assert found(row) == [], "what is confirmed is no part of what waits"
    assert found(near[0])[0] == row
    assert desk.get("/api/v1/review/AN-1999-000001/candidates").status_code == 404


def test_look_alikes_are_dismissed_each_by_a_verdict_and_what_changed_is_left(ward: Ward) -> None:
    codes = alarms(ward, 300, 240, 180, 120)
    desk, colleague = ward.office.desk("tran.b", "officer"), ward.office.desk("le.c", "officer")
    decide(colleague, codes[1], "claim").raise_for_status()
    decide(colleague, codes[2], "confirm").raise_for_status()
    asked = [{"code": code, "version": 1} for code in (*codes, "AN-1999-000001")]
    answer = desk.post("/api/v1/review/dismissals", json={"incidents": asked, "reason": "light", "note": "đèn xe"})
    assert answer.status_code == 200
    assert [one["code"] for one in answer.json()["dismissed"]] == [codes[0], codes[3]]
    assert [one["code"] for one in answer.json()["left"]] == [codes[1], codes[2], "AN-1999-000001"]
    assert "Le.C" in answer.json()["left"][0]["why"]
    states = [desk.get(f"/api/v1/incidents/{code}").json()["state"] for code in codes]
    assert states == ["dismissed", "claimed", "confirmed", "dismissed"]
    with ward.office.services.database.read() as session:
        given = session.query(VerdictRow).filter_by(move="dismiss").all()
        assert [(one.reason, one.note) for one in given] == [("light", "đèn xe")] * 2
        assert session.query(AuditRow).filter_by(action="dismiss").count() == 2
    for one in answer.json()["dismissed"]:  # each can be taken back by itself
        decide(desk, one["code"], "undo", one["version"]).raise_for_status()


def test_look_alikes_are_not_dismissed_for_a_reason_that_is_none(ward: Ward) -> None:
    (code,) = alarms(ward, 60)
    desk = ward.office.desk("tran.b", "officer")
    asked = {"incidents": [{"code": code, "version": 1}], "reason": "why not"}
    assert desk.post("/api/v1/review/dismissals", json=asked).status_code == 422
    assert desk.post("/api/v1/review/dismissals", json=asked | {"incidents": []}).status_code == 422
    assert desk.get(f"/api/v1/incidents/{code}").json()["state"] == "new"


def test_the_more_severe_the_sooner_is_it_overdue() -> None:
    limits = [OVERDUE_AFTER[severity] for severity in Severity]
    assert limits == sorted(limits, reverse=True)
    assert is_overdue("urgent", NOON - minutes(6), NOON)
    assert not is_overdue("low", NOON - minutes(6), NOON)
    assert not is_overdue("of tomorrow", NOON - minutes(6), NOON)


def test_the_queue_says_what_waits_too_long(ward: Ward) -> None:
    late, soon = alarms(ward, 120, 2)
    page = ward.office.desk("tran.b", "officer").get("/review").text
    assert "02 chờ" in page
    assert "01 quá giờ" in page
    first, second = page.split(f'id="queue-{late}"')[1].split("</li>")[0], page.split(f'id="queue-{soon}"')[1]
    assert "quá giờ" in first
    assert "quá giờ" not in second.split("</li>")[0]


def test_a_case_alone_is_what_the_page_shows_beside_its_queue(ward: Ward) -> None:
    codes = alarms(ward, 300, 240)
    desk = ward.office.desk("tran.b", "officer")
    alone, page = desk.get(f"/review/{codes[0]}/case").text, desk.get(f"/review/{codes[0]}").text
    inner = alone.split('<div class="case"')[1].strip()
    assert "".join(inner.split()) in "".join(page.split())
    assert desk.get("/review/AN-1999-000001/case").status_code == 404
