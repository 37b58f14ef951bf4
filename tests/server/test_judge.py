"""The judge: what decides, what only warns, and what proves nothing."""

from dataclasses import replace
from datetime import date
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.criteria.definition import Check, Definition, load
from server.criteria.judge import BEST_FIRST, Evidence, Result, Uptime, judge, weigh
from tests.support.needs import ROOT

CRITERIA: Final = load(ROOT / "configs" / "criteria.yaml")
DAY_S: Final = 86400.0
GOOD: Final = (Uptime(camera="Cổng chợ", share=0.97), Uptime(camera="Khóm 4", share=0.8))
PERFECT: Final = (Uptime(camera="A", share=1.0), Uptime(camera="B", share=1.0))
SEEN: Final = {"camera_uptime": 0.8, "rule_in_service": True}


def criterion(code: str) -> Definition:
    found = CRITERIA.get(code)
    assert found is not None
    return found


def check(aggregate: str = "count", *, compare: dict[str, Any] | None = None, **more: Any) -> Check:
    """A check of incidents; at most 0 unless said otherwise."""
    given: dict[str, Any] = {
        "measure": {"entity": "incident", "aggregate": aggregate, "time": "occurred_at", "unit": "vụ"},
        "where": {"rule_kind": ["vending"]},
        "compare": compare or {"against": "target", "rule": "at_most", "target": 0},
        "better": "lower",
        "requires": SEEN,
    }
    return Check.model_validate(given | more)


LAST_YEAR: Final = {"against": "same_period_last_year", "rule": "at_most"}
ZERO: Final = check()
STANDING: Final = check("standing")
THAN_LAST_YEAR: Final = check(compare=LAST_YEAR)
OFFICIAL: Final = check(compare=LAST_YEAR, entered=True)
HANDLED: Final = check(
    measure={"entity": "incident", "aggregate": "share_handled", "time": "occurred_at", "unit": "%"},
    compare={"against": "target", "rule": "at_least", "target": 100},
    better="higher",
)


def waiting(value: float, logged: int, **more: Any) -> Evidence:
    """Evidence with so many confirmed and so many machine-logged."""
    return Evidence(elapsed_s=DAY_S, value=value, logged=logged, if_confirmed=value + logged, **more)


@pytest.mark.parametrize(
    ("evidence", "state", "said", "why"),
    [
        (waiting(0, 0, cameras=GOOD), "met", "mục tiêu không quá 0", "a zero that cameras prove"),
        (waiting(0, 0), "unknown", "chưa có camera nào", "nobody looked"),
        (Evidence(elapsed_s=0, cameras=GOOD), "unknown", "kỳ chưa bắt đầu", "nothing has passed yet"),
        (
            waiting(0, 0, cameras=(*PERFECT, Uptime(camera="Khóm 2", share=0.6149))),
            "unknown",
            "không đủ dữ liệu: camera Khóm 2 chỉ chạy 61,49% kỳ (cần 80%)",
            "one dead camera is enough whatever the mean, and it is named",
        ),
        (
            waiting(0, 0, cameras=(Uptime(camera="Mới", share=0.5, began_late=True),)),
            "unknown",
            "do đưa vào dùng giữa kỳ",
            "a camera that came in mid-period did not see its beginning",
        ),
        (
            waiting(0, 0, cameras=(Uptime(camera="Gần đủ", share=0.79999),)),
            "unknown",
            "79,99%",
            "a share that misses the limit is never rounded up to it",
        ),
        (
            waiting(1, 0, cameras=(Uptime(camera="Hỏng", share=0.1),)),
            "not_met",
            "xác minh 01 vụ",
            "what was confirmed stands whatever the uptime",
        ),
        (
            waiting(0, 3, cameras=GOOD),
            "at_risk",
            "sẽ vượt nếu các vụ máy ghi nhận được xác minh",
            "machine-logged ones only warn",
        ),
    ],
)
def test_a_check_with_target_zero(evidence: Evidence, state: Result, said: str, why: str) -> None:
    found = weigh(ZERO, evidence)
    assert found.state == state, why
    assert said in found.why_vi


@pytest.mark.parametrize(
    ("confirmed", "logged", "before", "state", "said"),
    [
        (5, 0, 7, "met", "giảm 02 vụ (-28,57%) so với cùng kỳ"),
        (7, 0, 7, "met", "không tăng, không giảm so với cùng kỳ"),
        (7, 1, 7, "at_risk", "sẽ vượt"),
        (2, 0, 0, "not_met", "tăng 02 vụ (kỳ trước 0) so với cùng kỳ"),
        (0, 0, None, "unknown", "chưa có số liệu cùng kỳ"),
        (9, 4, None, "unknown", "chưa có số liệu cùng kỳ"),
    ],
)
def test_a_check_against_last_year(confirmed: int, logged: int, before: int | None, state: Result, said: str) -> None:
    found = weigh(THAN_LAST_YEAR, waiting(confirmed, logged, baseline=before, cameras=GOOD))
    assert (found.state, found.value) == (state, confirmed)
    assert said in found.why_vi


def test_a_small_base_makes_one_more_a_risk_and_two_more_a_failure() -> None:
    small = check(compare=LAST_YEAR | {"small_base": {"below": 5, "allow": 1}})
    states = [weigh(small, waiting(value, 0, baseline=2, cameras=GOOD)).state for value in (2, 3, 4)]
    assert states == ["met", "at_risk", "not_met"]
    assert weigh(small, waiting(6, 0, baseline=5, cameras=GOOD)).state == "not_met", "five is not small"


def test_what_was_counted_never_meets_what_an_officer_must_enter_but_can_break_it() -> None:
    fine = weigh(OFFICIAL, waiting(0, 0, baseline=3, cameras=GOOD))
    assert (fine.state, "chờ cán bộ nhập" in fine.why_vi) == ("unknown", True)
    assert weigh(OFFICIAL, waiting(4, 0, baseline=3, cameras=GOOD)).state == "not_met"
    entered = waiting(2, 5, baseline=3, entered=True, attested=True)
    found = weigh(OFFICIAL, replace(entered, if_confirmed=None))
    assert (found.state, "số chính thức 02 vụ" in found.why_vi) == ("met", True)
    assert "chờ chỉ huy duyệt" in weigh(OFFICIAL, waiting(0, 0, baseline=3, awaits_approval=True)).why_vi


def test_a_comparison_across_a_merger_says_so() -> None:
    found = weigh(OFFICIAL, waiting(2, 0, baseline=3, attested=True, broken=date(2025, 7, 1)))
    assert found.state == "met"
    assert "qua mốc sáp nhập 01/07/2025" in found.why_vi
    assert "across the merger" in found.why_en


def test_a_zero_is_unknown_while_no_camera_runs_a_rule_for_it() -> None:
    (standing, *_) = criterion("TC18").checks
    found = weigh(standing, waiting(0, 0, cameras=GOOD))
    assert (found.state, "chưa có camera nào chạy luật" in found.why_vi) == ("unknown", True)


def test_a_share_of_nothing_rests_on_cameras_and_one_that_misses_by_a_hair_is_not_rounded_up() -> None:
    nothing = Evidence(elapsed_s=DAY_S, value=None, cameras=GOOD)
    assert weigh(HANDLED, nothing).state == "met"
    assert weigh(HANDLED, replace(nothing, cameras=())).state == "unknown"
    almost = weigh(HANDLED, Evidence(elapsed_s=DAY_S, value=99.996, cameras=GOOD))
    assert (almost.state, "xử lý 99,99%" in almost.why_vi) == ("not_met", True)


@pytest.mark.parametrize("definition", [each for each in CRITERIA.criteria if each.input == "manual"])
def test_a_criterion_that_an_officer_enters_waits_for_the_entry(definition: Definition) -> None:
    found = judge(definition, [Evidence(elapsed_s=DAY_S, value=None, cameras=GOOD)] * len(definition.checks))
    assert (found.state, "chờ cán bộ nhập" in found.why_vi, found.value) == ("unknown", True, None)


def test_camera_checks_show_uptime_and_inventory() -> None:
    up, inventory = criterion("TC03").checks[0], criterion("TC06").checks[0]
    low = weigh(up, Evidence(elapsed_s=DAY_S, cameras=(Uptime(camera="A", share=0.5),)))
    assert (low.state, low.value) == ("not_met", 50.0)
    assert weigh(up, Evidence(elapsed_s=DAY_S, cameras=GOOD)).state == "met"
    assert weigh(inventory, Evidence(elapsed_s=DAY_S, cameras=GOOD)).value == 2
    assert weigh(inventory, Evidence(elapsed_s=DAY_S)).value == 0


def test_uptime_of_a_period_rests_on_cameras_that_were_in_service_when_it_began() -> None:
    uptime = criterion("TC03").checks[0]
    new = Uptime(camera="B", share=0.01, began_late=True)
    assert weigh(uptime, Evidence(elapsed_s=DAY_S, cameras=(new,))).state == "unknown"
    mixed = weigh(uptime, Evidence(elapsed_s=DAY_S, cameras=(Uptime(camera="A", share=0.5), new)))
    assert (mixed.state, mixed.value) == ("not_met", 50.0)


def test_a_criterion_is_as_good_as_its_worst_check_and_says_which() -> None:
    crime = criterion("TC09")
    cases = waiting(5, 0, baseline=7, attested=True)
    suspects, shown = replace(cases, value=13.0, if_confirmed=13.0, baseline=12.0), waiting(3, 0)
    found = judge(crime, [cases, suspects, shown])
    assert (found.state, found.value) == ("not_met", 5)
    assert found.why_vi.startswith("Số đối tượng: xác minh 13 đối tượng")
    fine = judge(crime, [cases, replace(suspects, value=9.0, if_confirmed=9.0), shown])
    assert fine.state == "met", "what only stands beside it has no say"
    assert "giảm 02 vụ (-28,57%)" in fine.why_vi
    assert "giảm 03 đối tượng (-25,00%)" in fine.why_vi


shares = st.floats(0.0, 1.0)
cameras = st.lists(st.builds(Uptime, camera=st.sampled_from("ABCDE"), share=shares), max_size=5).map(tuple)
evidences = st.builds(
    lambda value, logged, **more: Evidence(value=value, logged=logged, if_confirmed=value + logged, **more),
    elapsed_s=st.sampled_from([0.0, 3600.0, 30 * DAY_S]),
    value=st.integers(0, 4).map(float),
    logged=st.integers(0, 4),
    baseline=st.none() | st.integers(0, 4),
    attested=st.booleans(),
    cameras=cameras,
)
counted = st.sampled_from([ZERO, STANDING, THAN_LAST_YEAR, OFFICIAL, criterion("TC12").checks[0]])
by_cameras = st.sampled_from([ZERO, STANDING, THAN_LAST_YEAR, criterion("TC12").checks[0]])


def rank(state: Result) -> int:
    return BEST_FIRST.index(state)


@given(counted, evidences, st.integers(0, 4), shares)
def test_lower_uptime_never_improves_a_lower_is_better_check(
    asked: Check, evidence: Evidence, which: int, factor: float
) -> None:
    worse = tuple(
        replace(camera, share=camera.share * factor) if number == which else camera
        for number, camera in enumerate(evidence.cameras)
    )
    before, after = weigh(asked, evidence), weigh(asked, replace(evidence, cameras=worse))
    assert rank(after.state) >= rank(before.state)


@given(counted, evidences)
def test_one_more_confirmed_incident_never_improves_it(asked: Check, evidence: Evidence) -> None:
    assert evidence.value is not None
    assert evidence.if_confirmed is not None
    more = replace(evidence, value=evidence.value + 1, if_confirmed=evidence.if_confirmed + 1)
    assert rank(weigh(asked, more).state) >= rank(weigh(asked, evidence).state)


@given(by_cameras, evidences)
def test_met_rests_on_cameras_that_were_all_up_long_enough(asked: Check, evidence: Evidence) -> None:
    if weigh(asked, evidence).state == "met":
        assert evidence.cameras
        assert all(camera.share >= 0.8 for camera in evidence.cameras)


@given(counted, evidences)
def test_machine_logged_incidents_alone_never_break_a_check(asked: Check, evidence: Evidence) -> None:
    alone = weigh(asked, replace(evidence, value=0.0, if_confirmed=float(evidence.logged)))
    assert alone.state != "not_met"


@given(counted, evidences)
def test_every_judgement_says_why_in_both_languages(asked: Check, evidence: Evidence) -> None:
    found = weigh(asked, evidence)
    assert found.why_vi
    assert found.why_en
